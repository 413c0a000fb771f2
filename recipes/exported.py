"""The exported files as the package runs them: encoders of the export folder, and cards beside."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from tokenizers import Tokenizer

from crossmodal.card import Edge, ModelCard, Tier
from crossmodal.encoders.image import ImageEncoder
from crossmodal.encoders.text import TextEncoder
from crossmodal.metrics import intervals
from crossmodal.modality import IMAGE, TEXT
from crossmodal.sources.onnx import Network
from recipes import data, measure, ship


def text(where: data.Places) -> TextEncoder:
    """The exported text tower."""
    card = ModelCard(
        name="pocket-text", version=ship.VERSIONS["pocket-text"], edge=Edge.ENCODER,
        summary="", loader="",
        source=TEXT, space=ship.SPACE, options={"tokens": 64},
    )  # fmt: skip
    network = Network((where.export / "pocket-text.onnx").read_bytes(), name=card.id)
    tokenizer = Tokenizer.from_file(str(where.export / "pocket-text.tokenizer.json"))
    return TextEncoder(card, network, tokenizer)


def image(where: data.Places) -> ImageEncoder:
    """The exported picture tower."""
    network = Network((where.export / "pocket-image.onnx").read_bytes(), name="pocket-image")
    card = ModelCard(
        name="pocket-image", version=ship.VERSIONS["pocket-image"], edge=Edge.ENCODER,
        summary="", loader="",
        source=IMAGE, space=ship.SPACE, options={"side": network.shape("pixels")[1]},
    )  # fmt: skip
    return ImageEncoder(card, network)


def weights(folder: Path, files: Mapping[str, str]) -> dict[str, Any]:
    """Size, hashes and parameters of a model's files, as its card has them."""
    contents = {file: (folder / file).read_bytes() for file in files.values()}
    tensors = onnx.load_from_string(contents[files["network"]]).graph.initializer
    return {
        "size": sum(map(len, contents.values())),
        "sha256": {file: hashlib.sha256(held).hexdigest() for file, held in contents.items()},
        "parameters": int(sum(np.prod(tensor.dims) for tensor in tensors)),
    }


def percent(interval: intervals.Interval) -> dict[str, float]:
    """A share with its interval, in percent, as figures have it."""
    return {name: round(100 * value, 1) for name, value in asdict(interval).items()}


def milliseconds(runs: Iterable[Callable[[], object]]) -> float:
    """Processor time of one run, all cores together: the median."""
    times = []
    for run in runs:
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return round(1000 * float(np.median(times)), 1)


def shipped(
    name: str, files: Mapping[str, str], used: Iterable[str], where: data.Places
) -> ModelCard:
    """What the cards of all models say that learned from data `used` and lie in the export."""
    return ModelCard(
        name=name, version=ship.VERSIONS[name], edge=Edge.TRANSLATOR, summary="", loader="",
        tier=Tier.POCKET, licence=ship.LICENCE, commercial=False, files=files,
        data=tuple(f"{one}: {measure.LICENCES[one]}" for one in used),
        **weights(where.export, files),
    )  # fmt: skip


def write(card: ModelCard, found: Mapping[str, Any], folder: Path) -> None:
    """Write the figures and the card of a model, and print the figures."""
    figures = json.dumps(found, indent=2)
    (folder / f"{card.name}.json").write_text(figures + "\n", "utf-8")
    print(figures)
    write_card(card, folder)


def write_card(card: ModelCard, folder: Path) -> None:
    """Write the card as the package reads it."""
    written = json.dumps(card.to_json(), indent=2, ensure_ascii=False)
    (folder / f"{card.name}.card.json").write_text(written + "\n", "utf-8")
