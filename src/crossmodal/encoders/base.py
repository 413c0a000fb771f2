"""What all encoders share: checks and batching."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..contracts import Prepared
from ..errors import InputError
from ..media import Media
from ..space import Space, Vectors

BATCH = 32


class BaseEncoder(ABC):
    """An Encoder but for two methods: `_prepare` one medium, `_run` the network on a batch.

    `concurrent` says that several threads may run the network at once, and are faster so.
    """

    concurrent = False

    def __init__(self, card: ModelCard) -> None:
        if card.space is None or card.source is None:
            raise InputError(
                f"The card of {card.id} names no space or no source", cure="An encoder needs both."
            )
        self._card = card
        self._space = card.space
        self._source = card.source

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def space(self) -> Space:
        return self._space

    def prepare(self, medium: Media) -> Prepared:
        if medium.modality is not self._source:
            raise InputError(
                f"{self._card.id} was given {medium.modality}", cure=f"It takes {self._source}."
            )
        return self._prepare(medium)

    def encode_prepared(self, batch: Sequence[Prepared]) -> Vectors:
        rows = [self._run(batch[start : start + BATCH]) for start in range(0, len(batch), BATCH)]
        if len(rows) == 1:
            return Vectors(self._space, rows[0]).unit()
        together = np.concatenate(rows) if rows else np.zeros((0, self._space.dim), np.float32)
        return Vectors(self._space, together).unit()

    def encode(self, batch: Sequence[Media]) -> Vectors:
        return self.encode_prepared([self.prepare(medium) for medium in batch])

    @abstractmethod
    def _prepare(self, medium: Media) -> Prepared: ...

    @abstractmethod
    def _run(self, batch: Sequence[Prepared]) -> NDArray[np.float32]:
        """Return (len(batch), dim) float32 for 1 to BATCH prepared media."""
