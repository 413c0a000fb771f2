"""A tiny real aligner out of the space of `tiny`, and the encoder that it makes of `tiny-image`."""

from __future__ import annotations

import numpy as np
from routing_models import COLOURS
from tiny import IMAGE_CARD, SPACE, tiny_text_encoder

from crossmodal.card import Edge, ModelCard
from crossmodal.learn.cca import CCA
from crossmodal.learn.edges import SpaceAligner
from crossmodal.media import Media
from crossmodal.modality import IMAGE, TEXT
from crossmodal.space import Space, Vectors

LED = Space("led", "1", 3)
ALIGNER_CARD = ModelCard(
    name="tiny-aligner",
    version="1",
    edge=Edge.ALIGNER,
    summary="Colours, turned.",
    loader="aligner_models:load_aligner",
    source_space=SPACE,
    space=LED,
    options={"view": 0},
)
ALIGNED_CARD = ModelCard(
    name="tiny-aligned",
    version="1",
    edge=Edge.ENCODER,
    summary="Mean colour of a picture, turned.",
    loader="crossmodal.learn.edges:load_encoder",
    parts=(IMAGE_CARD.name, ALIGNER_CARD.name),
    source=IMAGE,
    space=LED,
)


def cards() -> list[ModelCard]:
    return [ALIGNER_CARD, ALIGNED_CARD]


def load_aligner(card: ModelCard) -> SpaceAligner:
    random = np.random.default_rng(0)
    view = random.normal(size=(50, 3))
    other = view @ random.normal(size=(3, 3)) + 0.1 * random.normal(size=(50, 3))
    return SpaceAligner(card, CCA().fit([view, other]))


class LedNamer:
    """space → text, in the space that the aligner leads to: the nearest colour's name."""

    def __init__(self, card: ModelCard) -> None:
        self.card = card
        aligner = load_aligner(ALIGNER_CARD)
        self._words = aligner.transform(tiny_text_encoder().encode(COLOURS))

    @property
    def space(self) -> Space:
        return self._words.space

    def decode(self, vectors: Vectors) -> list[Media]:
        return [COLOURS[best] for best in vectors.cosine(self._words).argmax(axis=1)]


NAMER_CARD = ModelCard(
    name="led-namer",
    version="1",
    edge=Edge.DECODER,
    summary="Names the nearest colour.",
    loader="aligner_models:LedNamer",
    target=TEXT,
    space=LED,
)
