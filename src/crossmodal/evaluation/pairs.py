"""Pairs: media and the texts that belong to them, and their vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..codecs.limits import DEFAULT, Limits
from ..codecs.table import Table
from ..contracts import Encoder
from ..errors import InputError
from ..media import Media, Text
from ..space import Vectors, stack

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many are done, and of how many."""

BATCH = 32
MEDIA = ("image", "audio", "video", "film", "sound", "picture", "photo", "path", "file")
TEXTS = ("captions", "caption", "texts", "text", "name")


def silent(done: int, of: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """`cells` of media, the `texts`, and for each text the number of its medium, `owners` (T,)."""

    cells: Sequence[Any]
    texts: Sequence[str]
    owners: NDArray[np.int64]


def pairs(table: Table, *, media: str = "", texts: str = "") -> Pairs:
    """Return what belongs together in `table`: rows of one medium are put together.

    Args:
        media, texts: names of the columns; "" for the usual ones (MEDIA, TEXTS).

    Raises:
        InputError: a column is missing, or a medium has no text.
    """
    cells = table.column(*([media] if media else MEDIA))
    words = table.column(*([texts] if texts else TEXTS))
    numbers: dict[Any, int] = {}
    said: list[str] = []
    owners: list[int] = []
    for row, (cell, own) in enumerate(zip(cells, words, strict=True)):
        number = numbers.setdefault(cell, len(numbers))
        lines = [line for line in ([own] if isinstance(own, str) else own or []) if line.strip()]
        if not lines:
            raise InputError(f"Row {row} has no text", cure="Leave such rows out with --where.")
        said += lines
        owners += [number] * len(lines)
    return Pairs(list(numbers), said, np.array(owners))


def media(
    table: Table, cells: Sequence[Any], *, limits: Limits = DEFAULT, progress: Progress = silent
) -> Iterator[Media]:
    """Yield the medium of each cell, decoded when it is asked for."""
    for done, cell in enumerate(cells, start=1):
        yield table.medium(cell, limits=limits)
        progress(done, len(cells))


def encode(encoder: Encoder, items: Iterator[Media]) -> Vectors:
    """Return the vectors (N, D) of `items`; only a batch of them is held at once."""
    parts, batch = [], []
    for item in items:
        batch.append(encoder.prepare(item))
        if len(batch) == BATCH:
            parts.append(encoder.encode_prepared(batch))
            batch = []
    return stack([*parts, encoder.encode_prepared(batch)])


def encode_texts(encoder: Encoder, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
    """Return the vectors (T, D) of `texts`; texts of like length share a batch, which is faster."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))

    def told() -> Iterator[Media]:
        for done, row in enumerate(order, start=1):
            yield Text(texts[row])
            progress(done, len(order))

    found = encode(encoder, told())
    return found[np.argsort(order)]
