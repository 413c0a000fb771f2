"""What encoders of the hub's checkpoints share: towers in PyTorch or ONNX Runtime, and batches.

A tower is a function from prepared media to features. Each family says how its towers are called;
everything else (pictures, words, batches, memory, devices) is here and in `pixels` and `words`.
"""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..contracts import Prepared
from ..errors import InputError
from ..media import Image, Media, Text
from ..sources.batching import Batcher
from ..sources.checkpoints import Checkpoint
from ..sources.graph import EMBEDDINGS, Graph
from ..sources.resident import Resident
from ..space import Vectors
from .base import BATCH, BaseEncoder
from .pixels import PixelPlan
from .words import Words

Features = NDArray[np.float32]
GREY = Image(np.full((64, 64, 3), 127, np.uint8))


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
        may_lack: beginnings of the names of weights that the checkpoint need not have.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        kind: str,
        call: Callable[[Any, Mapping[str, Any]], Any],
        *,
        unused: tuple[str, ...] = (),
        may_lack: tuple[str, ...] = (),
    ) -> None:
        from ..sources.torch import Resident, pretrained

        self._call = call
        make = partial(pretrained, checkpoint, kind, unused=unused, may_lack=may_lack)
        self.resident = Resident(make, idle=checkpoint.runtime.unload_after)

    def __call__(self, inputs: Mapping[str, NDArray[Any]]) -> Features:
        from ..sources.torch import torch

        t = torch()
        with self.resident.use() as model:
            tensors = {}
            for name, array in inputs.items():
                tensor = t.from_numpy(array).to(model.device)
                tensors[name] = tensor.to(model.dtype) if tensor.is_floating_point() else tensor
            features: Features = self._call(model, tensors).float().cpu().numpy()
        return features

    def unload(self) -> None:
        self.resident.unload()


class OnnxTower:
    """A tower that was exported to ONNX, run without PyTorch.

    Args:
        checkpoint: where the graph is.
        stem: how the graph's file name begins.
        feed: from what the encoder gives to what the graph takes.
        outputs: names of outputs, the best first.
        after: from an output with one vector a token, and which tokens are real, to features.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        stem: str,
        feed: Callable[[Mapping[str, NDArray[Any]]], Mapping[str, NDArray[Any]]],
        *,
        outputs: Sequence[str] = EMBEDDINGS,
        after: Callable[[Any, Any], Any] | None = None,
    ) -> None:
        make = partial(Graph, checkpoint.onnx(stem), name=checkpoint.name, outputs=outputs)
        self._feed, self._after = feed, after
        self._resident = Resident(make, idle=checkpoint.runtime.unload_after)

    def __call__(self, inputs: Mapping[str, NDArray[Any]]) -> Features:
        given = self._feed(inputs)
        with self._resident.use() as graph:
            found = graph(given)
        if found.ndim == 2 or self._after is None:
            return found
        return np.asarray(self._after(found, given["attention_mask"]), np.float32)

    def unload(self) -> None:
        self._resident.unload()


@dataclass(frozen=True, slots=True)
class Part:
    """Which half of a transformers model a tower is, and how its features are asked for.

    Attributes:
        kind: the transformers class.
        features: from the model and its inputs (pixel values; or ids and mask) to (N, dim).
        stem: what the file of an ONNX export is called.
        unused, may_lack: see TorchTower.
        outputs, after: see OnnxTower.
    """

    kind: str
    features: Callable[..., Any]
    stem: str
    unused: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ()
    outputs: tuple[str, ...] = EMBEDDINGS
    after: Callable[[Any, Any], Any] | None = None

    def torch(self, checkpoint: Checkpoint, call: Callable[..., Any]) -> TorchTower:
        """Return the tower in PyTorch."""
        return TorchTower(checkpoint, self.kind, call, unused=self.unused, may_lack=self.may_lack)


@dataclass(frozen=True, slots=True)
class Example:
    """What an export is traced with: two media, as the network of a Part takes them.

    Attributes:
        inputs: arrays by the names that exports give them, in the order of `Part.features`.
        output: the name of the vectors.
        varying: axes whose length may be another, by name.
    """

    inputs: Mapping[str, NDArray[Any]]
    output: str
    varying: Mapping[int, str] = field(default_factory=lambda: {0: "batch"})


class HubEncoder(BaseEncoder):
    """An encoder over a tower: batches of alike lengths, smaller ones where memory runs out."""

    part: Part | None = None
    """Which half of a model it is; None where it cannot be exported."""

    def __init__(self, card: ModelCard, tower: Tower) -> None:
        super().__init__(card)
        self.tower = tower
        self._batcher = Batcher(card.id, size=BATCH, on_shrink=_free)

    def encode_prepared(self, batch: Sequence[Prepared]) -> Vectors:
        if not batch:
            return Vectors(self.space, np.zeros((0, self.space.dim), np.float32))
        lengths = self._lengths(batch)
        return Vectors(self.space, self._batcher.run(batch, self._run, lengths=lengths)).unit()

    def unload(self) -> None:
        """Give the network's memory back; the next batch loads it again."""
        self.tower.unload()

    def example(self) -> Example:
        """Return what to trace an export with.

        Raises:
            InputError: it cannot be exported.
        """
        raise InputError(
            f"{self.card.id} cannot be exported",
            cure="Encoders of pictures, words, films and whole sounds can be.",
        )

    def _lengths(self, batch: Sequence[Prepared]) -> list[int]:
        """Return what alike ones are put together by."""
        return [len(one) for one in batch]

    @abstractmethod
    def _run(self, batch: Sequence[Prepared]) -> Features: ...


class PixelEncoder(HubEncoder):
    """Pictures by a plan and one part of a model. Prepared is (H, W, 3) uint8."""

    def __init__(
        self, card: ModelCard, plan: PixelPlan, part: Part, checkpoint: Checkpoint
    ) -> None:
        if checkpoint.is_onnx:
            tower: Tower = OnnxTower(
                checkpoint,
                part.stem,
                lambda given: {"pixel_values": plan.normalise(given["pixels"])},
            )
        else:
            tower = part.torch(
                checkpoint,
                lambda model, given: part.features(
                    model, plan.normalise_tensor(given["pixels"], model.dtype)
                ),
            )
        super().__init__(card, tower)
        self.plan, self.part = plan, part

    def _prepare(self, medium: Media) -> Prepared:
        return self.plan.apply(cast(Image, medium))

    def _run(self, batch: Sequence[Prepared]) -> Features:
        return self.tower({"pixels": np.stack(batch)})

    def example(self) -> Example:
        pixels = self.plan.normalise(np.stack([self.prepare(GREY)] * 2))
        return Example({"pixel_values": pixels}, "image_embeds")


class WordEncoder(HubEncoder):
    """Texts by a tokenizer and one part of a model. Prepared is token ids, (T,) int64."""

    def __init__(self, card: ModelCard, words: Words, part: Part, checkpoint: Checkpoint) -> None:
        if checkpoint.is_onnx:
            tower: Tower = OnnxTower(
                checkpoint,
                part.stem,
                lambda given: {"input_ids": given["ids"], "attention_mask": given["mask"]},
                outputs=part.outputs,
                after=part.after,
            )
        else:
            tower = part.torch(
                checkpoint, lambda model, given: part.features(model, given["ids"], given["mask"])
            )
        super().__init__(card, tower)
        self.words, self.part = words, part

    def _prepare(self, medium: Media) -> Prepared:
        return self.words.prepare(cast(Text, medium).content)

    def _run(self, batch: Sequence[Prepared]) -> Features:
        ids, mask = self.words.batch(batch)
        return self.tower({"ids": ids, "mask": mask})

    def example(self) -> Example:
        rows = [self.prepare(Text(words)) for words in ("a photo of a dog", "a dog in the snow")]
        ids, mask = self.words.batch(rows)
        varying = {0: "batch"} if self.words.always else {0: "batch", 1: "tokens"}
        return Example({"input_ids": ids, "attention_mask": mask}, "text_embeds", varying)


def _free() -> None:
    """Give back what PyTorch holds, where it is in use."""
    if "torch" in sys.modules:
        from ..sources.torch import free

        free()
