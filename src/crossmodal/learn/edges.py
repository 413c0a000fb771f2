"""A fitted aligner as an edge of the graph, and as the second half of an encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..card import ModelCard
from ..contracts import Aligner, Encoder, Prepared
from ..errors import InputError
from ..media import Media
from ..space import Space, Vectors
from .estimator import Estimator


class SpaceAligner:
    """space → space: one view's half of a fitted aligner.

    `card.options["view"]` says which view. Vectors count by their direction alone, as everywhere
    in the spaces of encoders, unless `card.options["raw"]` is true: features of no encoder.
    """

    def __init__(self, card: ModelCard, estimator: Estimator) -> None:
        if card.space is None or card.source_space is None:
            raise InputError(
                f"The card of {card.id} lacks a space", cure="An aligner leads from one to one."
            )
        self._card, self._estimator = card, estimator
        self._space, self._source_space = card.space, card.source_space
        self._view: int = card.options["view"]
        self._raw: bool = card.options.get("raw", False)

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def source_space(self) -> Space:
        return self._source_space

    @property
    def space(self) -> Space:
        return self._space

    def transform(self, vectors: Vectors) -> Vectors:
        """Return one unit vector of `space` for each of `vectors`, in order."""
        self._source_space.check(vectors.space)
        values = vectors.values if self._raw else vectors.unit().values
        mapped = self._estimator.transform(values, self._view)
        return Vectors(self._space, mapped.astype(np.float32)).unit()


class AlignedEncoder:
    """modality → space: an encoder, and the aligner that leads on from its space."""

    def __init__(self, card: ModelCard, encoder: Encoder, aligner: Aligner) -> None:
        encoder.space.check(aligner.source_space)
        if card.source is not encoder.card.source or card.space != aligner.space:
            raise InputError(
                f"The card of {card.id} is not that of {encoder.card.id} and {aligner.card.id}",
                cure="Give it the encoder's source and the aligner's space.",
            )
        self._card, self._encoder, self._aligner = card, encoder, aligner

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def space(self) -> Space:
        return self._aligner.space

    def prepare(self, medium: Media) -> Prepared:
        return self._encoder.prepare(medium)

    def encode_prepared(self, batch: Sequence[Prepared]) -> Vectors:
        return self._aligner.transform(self._encoder.encode_prepared(batch))

    def encode(self, batch: Sequence[Media]) -> Vectors:
        return self._aligner.transform(self._encoder.encode(batch))


def load_encoder(card: ModelCard, encoder: Encoder, aligner: Aligner) -> AlignedEncoder:
    """Return the encoder that `card` describes, over those of its parts."""
    return AlignedEncoder(card, encoder, aligner)
