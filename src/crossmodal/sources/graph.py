"""Encoders that another tool exported to ONNX, in the hub's usual layout."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingModel

EMBEDDINGS = (
    *("image_embeds", "text_embeds", "audio_embeds", "video_embeds"),
    *("sentence_embedding", "pooler_output", "embeddings"),
)
"""What exporters call the output that is a vector for each input, best first."""

SEGMENTS = "token_type_ids"
"""What BERT and its kin call which sentence of a pair each token is of."""

KINDS: dict[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
"""ONNX Runtime's names of kinds of numbers → numpy's."""


def open_session(path: Path, *, name: str) -> Any:
    """Return ONNX Runtime's session of the graph at `path`, on the CPU, with all cores.

    Args:
        path: of the .onnx file, which may have its weights in another file beside it.
        name: what to call it in errors.

    Raises:
        MissingModel: it is no network that runs here.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors only
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exceptions share no base class
        raise MissingModel(
            f"{path.name} of {name} is not a readable network: {error}",
            cure="Pull the model again.",
        ) from error


class Graph:
    """A graph from a batch of inputs to vectors, run on all cores. Thread-safe.

    Args:
        path: of the .onnx file, which may have its weights in another file beside it.
        name: what to call it in errors.
        outputs: names of outputs, of which the first that it has is taken.

    Raises:
        MissingModel: it is no network, gives no vectors, or takes what is not known here.
    """

    def __init__(self, path: Path, *, name: str, outputs: Sequence[str] = EMBEDDINGS) -> None:
        self._session = open_session(path, name=name)
        given = {one.name: one.shape for one in self._session.get_outputs()}
        found = [output for output in outputs if output in given]
        if not found:
            raise MissingModel(
                f"{path.name} of {name} gives {', '.join(given)}, and no vectors",
                cure="Choose an export that does, or make one: crossmodal models export",
            )
        self._name, self._output, self._shape = name, found[0], given[found[0]]
        self._kinds = {one.name: KINDS[one.type] for one in self._session.get_inputs()}
        self._turn = threading.Lock()

    @property
    def dim(self) -> int:
        """How long the vectors are."""
        return int(self._shape[-1])

    def __call__(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Return the vectors of `inputs`: (N, dim), or (N, T, dim) where it gives one a token.

        What the graph does not take is left out; where it asks which sentence of a pair a token is
        of, all are of the first.
        """
        if SEGMENTS in self._kinds and "input_ids" in inputs:
            inputs = {SEGMENTS: np.zeros_like(inputs["input_ids"]), **inputs}
        lacking = sorted(self._kinds.keys() - inputs.keys())
        if lacking:
            raise MissingModel(
                f"A graph of {self._name} wants {', '.join(lacking)}, which is not known here",
                cure="Choose another export of it.",
            )
        given = {key: inputs[key].astype(kind, copy=False) for key, kind in self._kinds.items()}
        with self._turn:  # one run at a time: each already uses all cores
            (vectors,) = self._session.run([self._output], given)
        return np.asarray(vectors, np.float32)
