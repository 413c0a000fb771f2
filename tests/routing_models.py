"""Tiny models for routes: one names a colour, one shouts, and one counts samples."""

from __future__ import annotations

from collections.abc import Sequence

from tiny import TEXT_CARD, tiny_text_encoder

from crossmodal.card import ModelCard
from crossmodal.media import Audio, Media, Text
from crossmodal.space import Space, Vectors

COLOURS = [Text("red"), Text("green"), Text("blue")]


class Namer:
    """space → text: the colour whose word is nearest."""

    def __init__(self, card: ModelCard) -> None:
        self.card = card
        self._words = tiny_text_encoder(TEXT_CARD).encode(COLOURS)

    @property
    def space(self) -> Space:
        return self._words.space

    def decode(self, vectors: Vectors) -> list[Media]:
        return [COLOURS[best] for best in vectors.cosine(self._words).argmax(axis=1)]


class Shouter:
    """text → text, in capitals."""

    def __init__(self, card: ModelCard) -> None:
        self.card = card

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        return [Text(str(medium).upper()) for medium in batch]


class Counter:
    """audio → text: how many samples there are."""

    def __init__(self, card: ModelCard) -> None:
        self.card = card

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        return [Text(str(len(medium.samples))) for medium in batch if isinstance(medium, Audio)]


def load_counter(card: ModelCard) -> Counter:
    return Counter(card)


def load_namer(card: ModelCard) -> Namer:
    return Namer(card)


def load_shouter(card: ModelCard) -> Shouter:
    return Shouter(card)
