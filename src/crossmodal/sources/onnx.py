"""ONNX Runtime: networks as functions from arrays to arrays."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ..errors import MissingModel


class Network:
    """One ONNX graph, run on the CPU. Thread-safe.

    Args:
        data: the .onnx file's bytes.
        name: what to call it in errors.
        threads: cores that one run may use; 0 for all.
    """

    def __init__(self, data: bytes, *, name: str, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3  # errors only
        try:
            self._session = onnxruntime.InferenceSession(
                data, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own exceptions share no base class
            raise MissingModel(
                f"{name} is not a readable network: {error}",
                cure="Reinstall the package or pull the model again.",
            ) from error
        self._output = self._session.get_outputs()[0].name
        self._lock = threading.Lock()

    def __call__(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Return the first output for `inputs` (arrays by input name)."""
        with self._lock:  # one run at a time: each already uses the cores that it may
            (result,) = self._session.run([self._output], dict(inputs))
        return np.asarray(result, np.float32)
