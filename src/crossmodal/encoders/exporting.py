"""Exporting an encoder of the hub to ONNX, with small numbers, and how well it then agrees."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from .._optional import need
from ..errors import InputError
from ..sources.checkpoints import Checkpoint
from ..sources.shrinking import OPSET, PRECISIONS, ending, shrink, silence
from ..space import Vectors
from .hub import Example, HubEncoder, Part

NEIGHBOURS = 10
COPIED = (".json", ".txt", ".model", ".md")
"""Endings of the files that an export takes over as they are."""


def export(encoder: HubEncoder, checkpoint: Checkpoint, folder: Path, *, precision: str) -> Path:
    """Write the network of `encoder` below `folder`, in the hub's usual layout; return its path.

    Args:
        checkpoint: what the encoder was loaded from, with safetensors.
        precision: one of PRECISIONS.

    Raises:
        InputError: it cannot be exported, or there is no such precision.
        MissingExtra: the packages that export are not installed.
    """
    if precision not in PRECISIONS:
        raise InputError(f"precision is {precision!r}", cure=f"Use {', '.join(PRECISIONS)}.")
    example, part = encoder.example(), encoder.part
    if part is None or checkpoint.is_onnx:
        raise InputError(
            f"{encoder.card.id} cannot be exported", cure="It must be one that runs in PyTorch."
        )
    for package in ("onnx", "onnxscript"):
        need(package, extra="export")
    target = folder / "onnx" / f"{part.stem}{ending(precision)}.onnx"
    target.parent.mkdir(parents=True, exist_ok=True)
    with silence(), tempfile.TemporaryDirectory() as place:
        plain = Path(place, "plain.onnx")
        _trace(part, example, checkpoint, plain)
        shrink(plain, target, precision=precision)
    return target


def copy_rest(source: Path, folder: Path) -> None:
    """Copy configurations, vocabularies and licences of a checkpoint, and no weights."""
    for path in source.rglob("*"):
        inside = path.relative_to(source)
        if path.is_file() and path.suffix in COPIED and path.name != "crossmodal.json":
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / inside)


def overlap(one: Vectors, other: Vectors, *, k: int = NEIGHBOURS) -> float:
    """Return which share of each vector's `k` nearest among the rest is the same in both.

    Args:
        one, other: vectors of the same media, in the same order, by two encoders: more than k.
    """
    if len(one) <= k or len(one) != len(other):
        raise InputError(
            f"{len(one)} and {len(other)} media were to be compared",
            cure=f"Pass the same media twice, at least {k + 1}.",
        )
    near = [_nearest(vectors, k) for vectors in (one, other)]
    shared = [len(set(a) & set(b)) for a, b in zip(*near, strict=True)]
    return float(np.mean(shared) / k)


def _nearest(vectors: Vectors, k: int) -> np.ndarray:
    scores = vectors.cosine(vectors)
    np.fill_diagonal(scores, -np.inf)
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def _trace(part: Part, example: Example, checkpoint: Checkpoint, path: Path) -> None:
    from ..sources.torch import pretrained, torch

    t = torch()
    model = pretrained(checkpoint, part.kind, unused=part.unused, may_lack=part.may_lack)

    class Wrapped(t.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> Any:
            return part.features(self.model, *inputs)

    with t.no_grad():
        t.onnx.export(
            Wrapped().eval(),
            tuple(t.from_numpy(array) for array in example.inputs.values()),
            path,
            input_names=list(example.inputs),
            output_names=[example.output],
            dynamic_shapes={"inputs": tuple(dict(example.varying) for _ in example.inputs)},
            opset_version=OPSET,
            external_data=False,
            dynamo=True,
            verbose=False,
        )
