"""The headers of safetensors files: what is inside, and whether the file is whole.

A file begins with eight bytes (the header's length, little-endian), then the header as JSON: for
each tensor its dtype, shape and place among the bytes that follow. Reading it needs no package.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from ..errors import MissingModel

LONGEST_HEADER = 100_000_000  # bytes, the format's own limit
_SCALARS = {"F32": "<f", "F16": "<e", "F64": "<d", "BF16": "<f"}


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: `start` and `end` are bytes from the file's beginning."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def count(self) -> int:
        """Numbers in it."""
        return prod(self.shape)


def header(path: Path) -> Mapping[str, Tensor]:
    """Return the tensors of the file at `path`, by name.

    Raises:
        MissingModel: it is no safetensors file, or it is cut short.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > min(size, LONGEST_HEADER):
                raise ValueError("the header is longer than the file")
            rows: dict[str, Any] = json.loads(stream.read(length))
        rows.pop("__metadata__", None)
        tensors = {name: _tensor(row, 8 + length) for name, row in rows.items()}
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MissingModel(
            f"{path.name} is no safetensors file", cure="Pull the model again."
        ) from error
    expected = max((tensor.end for tensor in tensors.values()), default=8 + length)
    if size != expected:
        raise MissingModel(
            f"{path.name} has {size:,} bytes and its header announces {expected:,}",
            cure="It was cut short: pull the model again.",
        )
    return tensors


def scalar(path: Path, tensor: Tensor) -> float:
    """Return the only number in `tensor` of the file at `path`."""
    with path.open("rb") as stream:
        stream.seek(tensor.start)
        data = stream.read(tensor.end - tensor.start)
    if tensor.dtype == "BF16":  # the upper half of a float32
        data = b"\0\0" + data
    return float(struct.unpack(_SCALARS[tensor.dtype], data)[0])


def _tensor(row: Mapping[str, Any], base: int) -> Tensor:
    start, end = row["data_offsets"]
    return Tensor(str(row["dtype"]), tuple(row["shape"]), base + start, base + end)
