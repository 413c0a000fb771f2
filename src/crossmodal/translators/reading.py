"""Pictures → the words written in them, by RapidOCR with the networks of PP-OCR."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._optional import need
from ..card import ModelCard
from ..errors import InputError, MissingModel
from ..media import Image, Media, Region, Text
from .base import checked
from .reading_order import Box, rows

_THINNEST = 25  # the longer side is at most so many times the shorter one; thinner is padded
# Pixels of the longer side at which lines are looked for. RapidOCR would enlarge all pictures to
# 736 on the shorter side: two to four times slower, and no letter better on rendered text.
_LOOKED_AT = 1536
_SHORTEST = 48  # pixels of the shorter side; shorter is padded


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How to read.

    Attributes:
        min_confidence: lines with less are left out, in [0, 1].
        upside_down: read lines that stand on their head, too. A network then judges every line,
            and now and then turns one that was right.
    """

    min_confidence: float = 0.5
    upside_down: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.min_confidence <= 1:
            raise InputError(f"min_confidence is {self.min_confidence}", cure="Use 0 to 1.")


class Reader:
    """A Translator from image to text. May be used from several threads; they take turns."""

    def __init__(self, card: ModelCard, engine: Any) -> None:
        self._card = card
        self._engine = engine
        self._lock = threading.Lock()

    @property
    def card(self) -> ModelCard:
        return self._card

    def translate(
        self, batch: Sequence[Media], *, options: ReadingOptions | None = None
    ) -> list[Media]:
        """Return what is written in each picture, a line a row, with regions; "" where nothing is.

        Raises:
            InputError: one of `batch` is not an image.
        """
        options = options or ReadingOptions()
        return [self._read(image, options) for image in checked(self._card, batch, Image)]

    def _read(self, image: Image, options: ReadingOptions) -> Text:
        with self._lock:
            found = self._engine(
                _padded(image.pixels),
                use_cls=options.upside_down,
                text_score=options.min_confidence,
            )
        if getattr(found, "boxes", None) is None or getattr(found, "txts", None) is None:
            return Text("")
        boxes = [_box(corners, image.size) for corners in found.boxes]
        regions = [
            Region(box, text.strip(), float(score))
            for box, text, score in zip(boxes, found.txts, found.scores, strict=True)
        ]
        order = rows(boxes)
        return Text(
            "\n".join(" ".join(regions[member].text for member in row) for row in order),
            regions=tuple(regions[member] for row in order for member in row),
        )


def load(card: ModelCard) -> Reader:
    """Return the reader that `card` describes.

    Raises:
        MissingExtra: rapidocr is not installed.
        MissingModel: it is, but its networks are not in it.
    """
    return Reader(card, _engine(need("rapidocr", extra="ocr"), card))


def _engine(package: ModuleType, card: ModelCard) -> Any:
    """Return RapidOCR with the networks inside its own package: named, so it downloads none."""
    folder = Path(str(package.__file__)).parent / "models"
    models = {part: folder / name for part, name in card.options["models"].items()}
    for path in models.values():
        if not path.is_file():
            raise MissingModel(
                f"RapidOCR lacks its file {path.name}",
                cure="Run: pip install --force-reinstall 'crossmodal[ocr]'",
            )
    paths = {f"{part}.model_path": str(path) for part, path in models.items()}
    sizes = {"Det.limit_type": "max", "Det.limit_side_len": _LOOKED_AT}
    return package.RapidOCR(params={"Global.log_level": "critical", **sizes, **paths})


def _padded(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `pixels` as the engine wants them: BGR, not too thin; grown to the right and below."""
    height, width = pixels.shape[:2]
    least = max(_SHORTEST, -(-max(height, width) // _THINNEST))
    grow = ((0, max(0, least - height)), (0, max(0, least - width)), (0, 0))
    return np.ascontiguousarray(np.pad(pixels[:, :, ::-1], grow, mode="edge"))


def _box(corners: NDArray[np.floating], size: tuple[int, int]) -> Box:
    """Return the upright box around `corners`, (4, 2), inside a picture of `size`."""
    edge = np.array(size, np.float64)
    low = np.clip(corners.min(axis=0), 0, edge)
    high = np.clip(corners.max(axis=0), 0, edge)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])
