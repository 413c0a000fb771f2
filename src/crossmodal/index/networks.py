"""The encoders at work: batches of prepared media in, vectors out, whatever one of them does."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..contracts import Encoder, Prepared
from ..modality import Modality
from ..space import Vectors

Row: TypeAlias = NDArray[np.float32]
"""A vector, (dim,), of unit length."""


class Networks:
    """One encoder for each modality.

    Threads take turns at those that do not say that several may run them at once.

    Args:
        size: how many media a network takes at once.
    """

    def __init__(self, encoders: Mapping[Modality, Encoder], *, size: int) -> None:
        self.encoders, self.size = encoders, size
        self._turn = threading.Lock()

    def name(self, modality: Modality) -> str:
        """Return name@version of the encoder of `modality`, which there must be."""
        return self.encoders[modality].card.id

    def rows(self, modality: Modality, prepared: Sequence[Prepared]) -> list[Row | Exception]:
        """Return a vector for each of `prepared`, or what the network said against it."""
        encoder = self.encoders[modality]
        turn = nullcontext() if getattr(encoder, "concurrent", False) else self._turn
        rows: list[Row | Exception] = []
        for start in range(0, len(prepared), self.size):
            batch = prepared[start : start + self.size]
            with turn:
                try:
                    rows += list(_checked(encoder, batch))
                except Exception:  # noqa: BLE001 - one by one, so that only the bad one is refused
                    rows += [_alone(encoder, piece) for piece in batch]
        return rows

    def vectors(self, modality: Modality, prepared: Sequence[Prepared]) -> list[Row]:
        """Return a vector for each of `prepared`.

        Raises:
            Exception: what the network said against one of them.
        """
        rows = self.rows(modality, prepared)
        for row in rows:
            if isinstance(row, Exception):
                raise row
        return [row for row in rows if not isinstance(row, Exception)]


def _alone(encoder: Encoder, piece: Prepared) -> Row | Exception:
    try:
        row: Row = _checked(encoder, [piece])[0]
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
