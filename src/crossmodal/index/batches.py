"""Batches: prepared files wait here until a network has enough of them to work on at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contracts import Encoder, Prepared
from ..modality import Modality
from ..space import Vectors
from .reading import Ready
from .scan import Found
from .store import Entry


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file whose pieces went through the network, or the error that it met there."""

    found: Found
    ready: Ready
    entries: tuple[Entry, ...] = ()
    error: Exception | None = None


class Batches:
    """What waits for each modality's network."""

    def __init__(self, encoders: Mapping[Modality, Encoder], *, size: int) -> None:
        self._encoders, self._size = encoders, size
        self._waiting: dict[Modality, list[tuple[Found, Ready]]] = {}

    def add(self, found: Found, ready: Ready) -> None:
        """Let one file wait for its network."""
        self._waiting.setdefault(ready.modality, []).append((found, ready))

    def due(self, *, everything: bool) -> list[Encoded]:
        """Encode and return full batches; with `everything`, those that are not full as well."""
        due = [
            modality
            for modality, files in self._waiting.items()
            if everything or sum(len(ready.pieces) for _, ready in files) >= self._size
        ]
        return [
            encoded
            for modality in due
            for encoded in self._encode(modality, self._waiting.pop(modality))
        ]

    def _encode(self, modality: Modality, files: list[tuple[Found, Ready]]) -> list[Encoded]:
        prepared = [piece for _, ready in files for _, piece in ready.pieces if piece is not None]
        encoder = self._encoders.get(modality)
        rows = iter(self._rows(encoder, prepared) if encoder else ())
        return [
            _encoded(
                found, ready, [None if piece is None else next(rows) for _, piece in ready.pieces]
            )
            for found, ready in files
        ]

    def _rows(
        self, encoder: Encoder, prepared: Sequence[Prepared]
    ) -> list[NDArray[np.float32] | Exception]:
        """Return a vector (dim,) for each piece, or what the network said against it."""
        rows: list[NDArray[np.float32] | Exception] = []
        for start in range(0, len(prepared), self._size):
            batch = prepared[start : start + self._size]
            try:
                rows += list(_checked(encoder, batch))
            except Exception:  # noqa: BLE001 - one by one, so that only the bad one is refused
                rows += [_alone(encoder, piece) for piece in batch]
        return rows


def _encoded(
    found: Found, ready: Ready, rows: Sequence[NDArray[np.float32] | Exception | None]
) -> Encoded:
    for row in rows:
        if isinstance(row, Exception):
            return Encoded(found, ready, error=row)
    entries = tuple(
        Entry(passage, row)
        for (passage, _), row in zip(ready.pieces, rows, strict=True)
        if not isinstance(row, Exception)
    )
    return Encoded(found, ready, entries)


def _alone(encoder: Encoder, piece: Prepared) -> NDArray[np.float32] | Exception:
    try:
        row: NDArray[np.float32] = _checked(encoder, [piece])[0]
    except Exception as error:  # noqa: BLE001
        return error
    return row


def _checked(encoder: Encoder, batch: Sequence[Prepared]) -> NDArray[np.float32]:
    """Return (len(batch), dim): the network's vectors, at length 1."""
    vectors: Vectors = encoder.encode_prepared(batch)
    encoder.space.check(vectors.space)
    if len(vectors) != len(batch):
        raise ValueError(f"{encoder.card.id} made {len(vectors)} vectors of {len(batch)} media")
    return vectors.unit().values
