"""The exported files as the package runs them: encoders of the export folder, and cards beside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from tokenizers import Tokenizer

from crossmodal.card import Edge, ModelCard
from crossmodal.encoders.image import ImageEncoder
from crossmodal.encoders.text import TextEncoder
from crossmodal.modality import IMAGE, TEXT
from crossmodal.sources.onnx import Network
from recipes import data, ship


def text(where: data.Places) -> TextEncoder:
    """The exported text tower."""
    card = ModelCard(
        name="pocket-text", version=ship.VERSION, edge=Edge.ENCODER, summary="", loader="",
        source=TEXT, space=ship.SPACE, options={"tokens": 64},
    )  # fmt: skip
    network = Network((where.export / "pocket-text.onnx").read_bytes(), name=card.id)
    tokenizer = Tokenizer.from_file(str(where.export / "pocket-text.tokenizer.json"))
    return TextEncoder(card, network, tokenizer)


def image(where: data.Places) -> ImageEncoder:
    """The exported picture tower."""
    network = Network((where.export / "pocket-image.onnx").read_bytes(), name="pocket-image")
    card = ModelCard(
        name="pocket-image", version=ship.VERSION, edge=Edge.ENCODER, summary="", loader="",
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


def write_card(card: ModelCard, folder: Path) -> None:
    """Write the card as the package reads it."""
    written = json.dumps(card.to_json(), indent=2, ensure_ascii=False)
    (folder / f"{card.name}.card.json").write_text(written + "\n", "utf-8")
