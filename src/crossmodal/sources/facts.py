"""What a checkpoint's files say about it, and whether it may be loaded at all.

All is read from JSON and from the headers of the weights: nothing of the checkpoint is run.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import MissingModel, UnsafeModel
from . import safetensors
from .families import SENTENCES, Family

PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".msgpack", ".h5")
CTRANSLATE2 = {"model.bin", "vocabulary.json", "vocabulary.txt"}
CTRANSLATE2_WHISPER = "CTranslate2Whisper"
"""The architecture of a Whisper that was converted: its model.bin is plain numbers, no pickle."""
Read = Callable[[str], Any]
"""From a file's name in the checkpoint to its parsed JSON; None where it has no such file."""


def architectures(read: Read) -> list[str]:
    """Return the names of the architectures that the checkpoint may be taken for, best first."""
    config, modules, index = read("config.json"), read("modules.json"), read("model_index.json")
    names = list((config or {}).get("architectures") or [])
    if not names and "suppress_ids_begin" in (config or {}):
        names.append(CTRANSLATE2_WHISPER)
    if "GitForCausalLM" in names and config.get("num_image_with_embedding"):
        names.insert(0, "GitForFilm")  # the same class with embeddings for the order of frames
    if modules is not None:
        names.append(SENTENCES)
    if index is not None:
        names.append(str(index.get("_class_name")))
    return names


def check_code(read: Read, *, name: str) -> None:
    """Refuse a checkpoint that brings code of its own.

    Raises:
        UnsafeModel: it does.
    """
    files = ("config.json", "tokenizer_config.json", "preprocessor_config.json")
    with_code = [file for file in files if "auto_map" in (read(file) or {})]
    modules = read("modules.json") or []
    if any(not str(row.get("type")).startswith("sentence_transformers.") for row in modules):
        with_code.append("modules.json")
    if with_code:
        raise UnsafeModel(
            f"{name} runs code of its own ({with_code[0]} names it), which could do anything here",
            cure="Choose a checkpoint that needs none; the makers often publish one.",
        )


def check_weights(files: Iterable[str], *, name: str) -> None:
    """Refuse a checkpoint whose weights are pickled.

    Raises:
        UnsafeModel: they are; loading pickled data runs whatever code is in it.
        MissingModel: it has no weights at all.
    """
    names = list(files)
    if any(file.endswith((".safetensors", ".onnx")) for file in names):
        return
    if len(CTRANSLATE2 & set(names)) > 1:
        return
    pickled = [file for file in names if file.endswith(PICKLED)]
    if pickled:
        raise UnsafeModel(
            f"{name} has its weights in {pickled[0]} only, and loading such a file can run code",
            cure="Choose a checkpoint with .safetensors files; the hub often holds one as"
            " --revision refs/pr/N.",
        )
    raise MissingModel(f"{name} holds no weights", cure="Choose another checkpoint.")


def reader(folder: Path) -> Read:
    """Return a function that reads the JSON files of `folder`."""

    def read(file: str) -> Any:
        path = folder / file
        if not path.is_file():
            return None
        try:
            return json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise MissingModel(
                f"{file} in {folder} is not JSON: {error}", cure="Pull the model again."
            ) from error

    return read


def preprocessing(read: Read, part: str = "image_processor") -> Mapping[str, Any]:
    """Return how media are prepared; newer checkpoints keep it as a part of another file."""
    whole = (read("processor_config.json") or {}).get(part)
    return whole or read("preprocessor_config.json") or {}


def look(folder: Path, family: Family) -> dict[str, Any]:
    """Return what the checkpoint in `folder` says of itself, as fields of a catalogue row.

    Raises:
        MissingModel: a file of weights is cut short or no safetensors file.
    """
    read = reader(folder)
    tensors = {
        name: (path, tensor)
        for path in sorted(folder.rglob("*.safetensors"))
        for name, tensor in safetensors.header(path).items()
    }
    row: dict[str, Any] = {
        "parameters": sum(tensor.count for _, tensor in tensors.values()),
        "options": {},
    }
    if family.space and SENTENCES in family.space.values():
        row["dim"] = _sentence_dim(read)
    elif family.space:
        row["dim"] = _dim(family.space, tensors, read) if tensors else _exported_dim(folder)
    side = _side(preprocessing(read))
    if side:
        row["options"]["side"] = side
    curves = _calibration(family.logit, tensors) if family.logit else {}
    if curves:
        row["calibration"] = curves
    return row


def _dim(
    place: Mapping[str, str],
    tensors: Mapping[str, tuple[Path, safetensors.Tensor]],
    read: Read,
) -> int:
    if place.get("tensor") in tensors:
        return tensors[place["tensor"]][1].shape[0]
    value = read("config.json")
    for key in place["config"].split("."):
        value = (value or {}).get(key)
    if not isinstance(value, int):
        raise MissingModel(
            f"The checkpoint says nowhere how long its vectors are ({place['config']})",
            cure="Choose another checkpoint.",
        )
    return value


def _exported_dim(folder: Path) -> int:
    """Return how long the vectors of an ONNX export are."""
    from .graph import Graph

    path = min(folder.glob("onnx/*.onnx"))
    return Graph(path, name=path.name).dim


def _sentence_dim(read: Read) -> int:
    """Return the dimension that a sentence-transformers checkpoint ends in."""
    dim = 0
    for module in read("modules.json") or []:
        config = read(f"{module['path']}/config.json".lstrip("/")) or {}
        kind = str(module["type"]).rpartition(".")[2]
        if kind == "Pooling":
            width = config.get("word_embedding_dimension", config.get("embedding_dimension", 0))
            modes = [key for key, on in config.items() if key.startswith("pooling_mode_") and on]
            named = config.get("pooling_mode")
            several = len(named) if isinstance(named, list | tuple) else len(modes)
            dim = width * max(several, 1)
        elif kind == "Dense":
            dim = config["out_features"]
    if dim < 1:
        raise MissingModel(
            "modules.json names no pooling: it makes no vectors of sentences",
            cure="Choose another checkpoint.",
        )
    return dim


def _side(config: Mapping[str, Any]) -> int:
    """Return the side in pixels of the pictures that the network takes; 0 where that varies."""
    for name in ("crop_size", "size"):
        size = config.get(name)
        if isinstance(size, int):
            return size
        if isinstance(size, dict):
            for key in ("height", "shortest_edge"):
                if key in size:
                    return int(size[key])
    return 0


def _calibration(
    logit: Mapping[str, Any], tensors: Mapping[str, tuple[Path, safetensors.Tensor]]
) -> dict[str, dict[str, float]]:
    """Return the model's own curve, from its training's odds of a match to even odds, if any.

    In training one of `candidates` texts matched each picture, so the model's logit holds the
    prior log(1 / (candidates - 1)), which even odds do not have. A model that learned by contrast
    alone has a scale and no bias: it tells texts apart, and not whether any of them matches.
    """
    if any(logit[key] not in tensors for key in ("scale", "bias") if key in logit):
        return {}
    scale = math.exp(safetensors.scalar(*tensors[logit["scale"]]))
    if "bias" not in logit:
        return {logit["pair"]: {"scale": scale, "bias": 0.0}}
    bias = safetensors.scalar(*tensors[logit["bias"]]) + math.log(logit["candidates"] - 1)
    return {logit["pair"]: {"scale": scale, "bias": bias}}
