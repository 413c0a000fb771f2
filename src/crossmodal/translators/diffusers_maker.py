"""What makers over a pipeline of diffusers share: their card, their memory, one by one."""

from __future__ import annotations

from collections.abc import Sequence

from ..card import ModelCard
from ..media import Media
from ..sources.checkpoints import Checkpoint
from .diffusers_pipeline import Pipeline
from .making import MakingOptions


class DiffusersMaker:
    """A Maker over one pipeline. Threads take turns. A subclass says `make`.

    Args:
        kind: the class of diffusers that opens it.
    """

    def __init__(self, card: ModelCard, checkpoint: Checkpoint, kind: str) -> None:
        self._card = card
        self._pipeline = Pipeline(card, checkpoint, kind)

    @property
    def card(self) -> ModelCard:
        return self._card

    def unload(self) -> None:
        """Give the network's memory back; the next use loads it again."""
        self._pipeline.unload()

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        """Return what is made of each of `batch`, all with seed 0."""
        return self.make(batch)

    def make(self, batch: Sequence[Media], *, options: MakingOptions | None = None) -> list[Media]:
        """Return what is made of each of `batch`. Raises as `Maker.make`."""
        raise NotImplementedError
