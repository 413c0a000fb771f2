"""ONNX Runtime: networks as functions from arrays to arrays."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, MissingModel

PART = 4  # rows of a batch that one core works on at a time

Inputs: TypeAlias = Mapping[str, NDArray[Any]]
Outputs: TypeAlias = list[NDArray[np.float32]]


class Network:
    """One ONNX graph, run on the CPU. Thread-safe.

    Args:
        data: the .onnx file's bytes, or what reads them once they are needed.
        name: what to call it in errors.
        by_rows: every input and output has one row an item. Then a batch is cut into parts, each
            for one core: cores never wait for each other within the network, and several threads
            may run it at once. Otherwise one run at a time uses all cores.

    Raises:
        MissingModel: the bytes are no network; where they are read later, the first use raises it.
    """

    def __init__(
        self, data: bytes | Callable[[], bytes], *, name: str, by_rows: bool = False
    ) -> None:
        self._name, self._by_rows = name, by_rows
        self._turn: AbstractContextManager[object] = nullcontext() if by_rows else threading.Lock()
        self._loading = threading.Lock()
        self._read = data if callable(data) else None
        self._session = None if callable(data) else _session(data, name, by_rows=by_rows)

    def __call__(self, inputs: Inputs) -> NDArray[np.float32]:
        """Return the first output for `inputs` (arrays by input name)."""
        return self._whole(inputs, [self._loaded().get_outputs()[0].name])[0]

    def outputs(self, inputs: Inputs, names: Sequence[str]) -> Outputs:
        """Return the outputs called `names`, in order.

        Raises:
            InputError: the network has no output of that name.
        """
        known = [output.name for output in self._loaded().get_outputs()]
        for name in names:
            if name not in known:
                raise InputError(
                    f"The network has no output {name!r}", cure=f"It has: {', '.join(known)}."
                )
        return self._whole(inputs, names)

    def shape(self, name: str) -> list[int | str | None]:
        """Return the shape of the input called `name`; a dimension that varies is no number."""
        (found,) = [given for given in self._loaded().get_inputs() if given.name == name]
        return list(found.shape)

    def _whole(self, inputs: Inputs, names: Sequence[str]) -> Outputs:
        rows = max(len(array) for array in inputs.values()) if self._by_rows else 0
        if rows <= PART:
            return self._run(inputs, names)
        parts = [
            {name: array[start : start + PART] for name, array in inputs.items()}
            for start in range(0, rows, PART)
        ]
        found = list(_cores().map(lambda part: self._run(part, names), parts))
        return [np.concatenate(several) for several in zip(*found, strict=True)]

    def _run(self, inputs: Inputs, names: Sequence[str]) -> Outputs:
        with self._turn:
            results = self._loaded().run(list(names), dict(inputs))
        return [np.asarray(result, np.float32) for result in results]

    def _loaded(self) -> Any:
        with self._loading:
            if self._session is None and self._read is not None:
                self._session = _session(self._read(), self._name, by_rows=self._by_rows)
            return self._session


def _session(data: bytes, name: str, *, by_rows: bool) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1 if by_rows else 0
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors only
    providers = ["CPUExecutionProvider"]
    try:
        return onnxruntime.InferenceSession(data, options, providers=providers)
    except Exception as error:  # onnxruntime's own exceptions share no base class
        raise MissingModel(
            f"{name} is not a readable network: {error}",
            cure="Reinstall the package or pull the model again.",
        ) from error


@cache
def _cores() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="crossmodal-network")
