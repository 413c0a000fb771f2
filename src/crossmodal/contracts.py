"""What the five kinds of edge promise, as protocols.

Batches go in, one type comes out. A model meets its contract by having these names; nothing has
to be inherited. `tests/contract.py` checks every registered model against its contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

from numpy.typing import NDArray

from .card import ModelCard
from .media import Audio, Media, Text
from .space import Space, Vectors

Prepared: TypeAlias = NDArray[Any]
"""What one medium becomes before a network sees it: a small array, cheap to hold and to pass."""


@runtime_checkable
class Model(Protocol):
    """What every model has."""

    @property
    def card(self) -> ModelCard: ...


@runtime_checkable
class Encoder(Model, Protocol):
    """modality → space. `card.source` says which modality, `space` which space.

    The work is in two parts, so that an index can decode and prepare many files in threads while
    the network runs on whole batches.
    """

    @property
    def space(self) -> Space: ...

    def prepare(self, medium: Media) -> Prepared:
        """Return what the network needs of `medium`. Thread-safe.

        Raises:
            InputError: `medium` is of another modality, or the model cannot take it.
        """
        ...

    def encode_prepared(self, batch: Sequence[Prepared]) -> Vectors:
        """Return one unit vector for each of `batch`, in order; none for an empty batch.

        A medium's vector does not depend on what else is in its batch.
        """
        ...

    def encode(self, batch: Sequence[Media]) -> Vectors:
        """Return one unit vector for each of `batch`, in order; none for an empty batch."""
        ...


@runtime_checkable
class Decoder(Model, Protocol):
    """space → modality. `card.target` says which modality, `space` which space."""

    @property
    def space(self) -> Space: ...

    def decode(self, vectors: Vectors) -> list[Media]:
        """Return one medium for each vector, in order.

        Raises:
            SpaceMismatch: `vectors` live in another space.
        """
        ...


@runtime_checkable
class Translator(Model, Protocol):
    """modality → modality. `card.source`, `card.target` and `card.lanes` say which and how."""

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        """Return one medium for each of `batch`, in order."""
        ...


@runtime_checkable
class BlockTranslator(Translator, Protocol):
    """A Translator from audio to text that also takes a sound of any length, block by block."""

    def transcript(self, blocks: Iterable[Audio]) -> Text:
        """Return what is said in `blocks`, the consecutive parts of one sound."""
        ...


@runtime_checkable
class Aligner(Model, Protocol):
    """space → space, learned from pairs: from `source_space` to `space`."""

    @property
    def source_space(self) -> Space: ...

    @property
    def space(self) -> Space: ...

    def transform(self, vectors: Vectors) -> Vectors:
        """Return one unit vector of `space` for each of `vectors`, in order.

        Raises:
            SpaceMismatch: `vectors` live in another space than `source_space`.
        """
        ...


class Shelf(Protocol):
    """Where pulled weights stand on this machine."""

    def has(self, card: ModelCard) -> bool:
        """Return whether the checkpoint of `card` is here and whole. Cheap."""
        ...

    def open(self, card: ModelCard) -> object:
        """Return the checkpoint of `card`, as its loader takes it.

        Raises:
            MissingModel: it is not here, or only a part of it; the cure is the command to pull it.
        """
        ...
