"""What encoders of the hub's checkpoints share: towers in PyTorch or ONNX Runtime, and batches.

A tower is a function from prepared media to features. Each family says how its towers are called;
everything else (pictures, words, batches, memory, devices) is here and in `pixels` and `words`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..contracts import Prepared
from ..media import Image, Media, Text
from ..sources.batching import Batcher
from ..sources.checkpoints import Checkpoint
from ..space import Vectors
from .base import BATCH, BaseEncoder
from .pixels import PixelPlan
from .words import Words

Features = NDArray[np.float32]


class Tower(Protocol):
    """From arrays by name to features (N, dim)."""

    def __call__(self, inputs: Mapping[str, NDArray[Any]]) -> Features: ...

    def unload(self) -> None:
        """Give its memory back; the next call loads it again."""
        ...


class TorchTower:
    """A tower of a transformers model.

    Args:
        checkpoint: where the weights are.
        kind: the transformers class to load.
        call: from the model and tensors by name (whole numbers as they are, others in the model's
            dtype) to features (N, dim).
        unused: parts of the model that this tower does not need.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        kind: str,
        call: Callable[[Any, Mapping[str, Any]], Any],
        *,
        unused: tuple[str, ...] = (),
    ) -> None:
        from ..sources.torch import Resident, pretrained

        self._call = call
        make = partial(pretrained, checkpoint, kind, unused=unused)
        self._model = Resident(make, idle=checkpoint.runtime.unload_after)

    def __call__(self, inputs: Mapping[str, NDArray[Any]]) -> Features:
        from ..sources.torch import torch

        t = torch()
        with self._model.use() as model:
            tensors = {}
            for name, array in inputs.items():
                tensor = t.from_numpy(array).to(model.device)
                tensors[name] = tensor.to(model.dtype) if tensor.is_floating_point() else tensor
            features: Features = self._call(model, tensors).float().cpu().numpy()
        return features

    def unload(self) -> None:
        self._model.unload()


class HubEncoder(BaseEncoder):
    """An encoder over a tower: batches of alike lengths, smaller ones where memory runs out."""

    def __init__(self, card: ModelCard, tower: Tower) -> None:
        super().__init__(card)
        self._tower = tower
        self._batcher = Batcher(card.id, size=BATCH, on_shrink=_free)

    def encode_prepared(self, batch: Sequence[Prepared]) -> Vectors:
        if not batch:
            return Vectors(self.space, np.zeros((0, self.space.dim), np.float32))
        lengths = [len(one) for one in batch]
        return Vectors(self.space, self._batcher.run(batch, self._run, lengths=lengths)).unit()

    def unload(self) -> None:
        """Give the network's memory back; the next batch loads it again."""
        self._tower.unload()

    @abstractmethod
    def _run(self, batch: Sequence[Prepared]) -> Features: ...


class PixelEncoder(HubEncoder):
    """Pictures by a plan and a tower that takes "pixels", (N, H, W, 3) uint8."""

    def __init__(self, card: ModelCard, plan: PixelPlan, tower: Tower) -> None:
        super().__init__(card, tower)
        self._plan = plan

    def _prepare(self, medium: Media) -> Prepared:
        return self._plan.apply(cast(Image, medium))

    def _run(self, batch: Sequence[Prepared]) -> Features:
        return self._tower({"pixels": np.stack(batch)})


class WordEncoder(HubEncoder):
    """Texts by a tokenizer and a tower that takes "ids" and "mask", (N, T) int64."""

    def __init__(self, card: ModelCard, words: Words, tower: Tower) -> None:
        super().__init__(card, tower)
        self._words = words

    def _prepare(self, medium: Media) -> Prepared:
        return self._words.prepare(cast(Text, medium).content)

    def _run(self, batch: Sequence[Prepared]) -> Features:
        ids, mask = self._words.batch(batch)
        return self._tower({"ids": ids, "mask": mask})


def _free() -> None:
    from ..sources.torch import free

    free()
