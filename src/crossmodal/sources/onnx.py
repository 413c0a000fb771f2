"""ONNX Runtime: networks as functions from arrays to arrays."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ..errors import InputError, MissingModel


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
        return self.outputs(inputs, [self._output])[0]

    def outputs(
        self, inputs: Mapping[str, NDArray[Any]], names: Sequence[str]
    ) -> list[NDArray[np.float32]]:
        """Return the outputs called `names`, in order.

        Raises:
            InputError: the network has no output of that name.
        """
        known = [output.name for output in self._session.get_outputs()]
        for name in names:
            if name not in known:
                raise InputError(
                    f"The network has no output {name!r}", cure=f"It has: {', '.join(known)}."
                )
        with self._lock:  # one run at a time: each already uses the cores that it may
            results = self._session.run(list(names), dict(inputs))
        return [np.asarray(result, np.float32) for result in results]

    def shape(self, name: str) -> list[int | str | None]:
        """Return the shape of the input called `name`; a dimension that varies is no number."""
        (found,) = [given for given in self._session.get_inputs() if given.name == name]
        return list(found.shape)
