"""From a vector to a sentence, by a network that writes it word by word.

Beam search finds several sentences that are likely for the vector; the text encoder of the same
space then says how near each of them leads back to it, and the best of both is kept. So one model
writes of pictures, sounds and films: it reads the space and not the medium.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..contracts import Encoder
from ..errors import InputError
from ..media import Media, Text
from ..sources.catalog import weights
from ..sources.onnx import Network
from ..space import Space, Vectors
from .beam import Floats, Limits, Sentence, search

BATCH = 16
"""Vectors that are written from at once."""
LONGEST = 27
"""Words that the network has places for, the end not counted."""
ONCE = frozenset({"and", "while", ",", "who", "that"})
"""Words that string sentences together; a second one mostly starts to ramble."""
APART = 3
"""Other words that lie between a word and its return: no "beach at the beach"."""
FREE = frozenset(
    word
    for line in (
        "a an the this that these another other one two his her its their , .",
        "of in on at to into onto with by for from and or is are be being has have",
    )
    for word in line.split()
)
"""Words that may return sooner."""


@dataclass(frozen=True, slots=True)
class WritingOptions:
    """How to write.

    Attributes:
        beams: sentences that are kept at each step, 1 to 50; 1 writes quickest.
        shortest, longest: words of the sentence, the longest at most LONGEST.
        length_penalty: 0 favours short sentences, 1 longer ones.
        grounding: what the way back to the vector counts against the likeliness of the words; 0
            leaves it out.
    """

    beams: int = 5
    shortest: int = 4
    longest: int = 22
    length_penalty: float = 0.8
    grounding: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.beams <= 50:
            raise InputError(f"beams is {self.beams}", cure="Use 1 to 50.")
        if not 1 <= self.shortest <= self.longest <= LONGEST:
            raise InputError(
                f"A sentence of {self.shortest} to {self.longest} words is asked for",
                cure=f"Use 1 to {LONGEST}, the shortest first.",
            )
        if not 0 <= self.length_penalty <= 3 or not self.grounding >= 0:
            raise InputError(
                f"length_penalty is {self.length_penalty}, grounding {self.grounding}",
                cure="Use 0 to 3, and 0 or more.",
            )

    @classmethod
    def of(cls, card: ModelCard) -> WritingOptions:
        """Return the options that `card` was measured with."""
        values: Mapping[str, float] = card.options.get("writing", {})
        return cls(**values)  # type: ignore[arg-type]  # checked by the names of the fields


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence: its words, its likeliness as the beam judged it, its cosine with the vector."""

    words: str
    likeliness: float
    cosine: float


class Scribe:
    """The Decoder that writes a sentence from a vector.

    Args:
        network: one step, as `beam.Step` says: inputs "vector", "ids", "place" and "past"
            (R, L, 2, P, W), outputs "chances" and "now".
        words: the word of each number; the first ends a sentence, the second is never written.
        encoder: the text encoder of the same space.
    """

    def __init__(
        self, card: ModelCard, *, network: Network, words: Sequence[str], encoder: Encoder
    ) -> None:
        if card.space != encoder.space:
            raise InputError(
                f"{card.id} speaks of {card.space}, its encoder leads into {encoder.space}",
                cure="Give it the text encoder of its own space.",
            )
        self._card, self._network, self._words, self._encoder = card, network, words, encoder
        self._once, self._free = (
            frozenset(number for number, word in enumerate(words) if word in some)
            for some in (ONCE, FREE)
        )
        self._options = WritingOptions.of(card)
        sizes = [size if isinstance(size, int) else 0 for size in network.shape("past")]
        self._nothing = np.zeros((1, *sizes[1:]), np.float32)  # nothing is past: P is 0

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def space(self) -> Space:
        return self._encoder.space

    def decode(self, vectors: Vectors, *, options: WritingOptions | None = None) -> list[Media]:
        """Return one English sentence for each vector.

        Raises:
            SpaceMismatch: `vectors` live in another space.
        """
        return [
            Text(drafts[0].words, language="en") for drafts in self.drafts(vectors, options=options)
        ]

    def drafts(
        self, vectors: Vectors, *, options: WritingOptions | None = None
    ) -> list[list[Draft]]:
        """Return the sentences found for each vector, the best first.

        Raises:
            SpaceMismatch: `vectors` live in another space.
        """
        self.space.check(vectors.space)
        options = options or self._options
        values = vectors.unit().values
        parts = [values[start : start + BATCH] for start in range(0, len(values), BATCH)]
        return [drafts for part in parts for drafts in self._write(part, options)]

    def _write(self, values: Floats, options: WritingOptions) -> list[list[Draft]]:
        limits = Limits(
            beams=options.beams,
            shortest=options.shortest,
            longest=options.longest,
            length_penalty=options.length_penalty,
            once=self._once,
            apart=APART,
            free=self._free,
        )
        found = search(self._step, values, past=self._nothing, limits=limits)
        sentences = [self._sentence(one) for some in found for one in some]
        encoded = self._encoder.encode([Text(words) for words in sentences]).values
        drafts, start = [], 0
        for vector, some in zip(values, found, strict=True):
            span = slice(start, start := start + len(some))
            cosines = encoded[span] @ vector
            drafts.append(_ranked(sentences[span], some, cosines, options.grounding))
        return drafts

    def _step(
        self, vectors: Floats, ids: NDArray[np.int64], place: int, past: Floats
    ) -> tuple[Floats, Floats]:
        given: dict[str, NDArray[Any]] = {
            "vector": vectors,
            "ids": ids,
            "place": np.array([place]),
            "past": past,
        }
        chances, now = self._network.outputs(given, ["chances", "now"])
        return chances, now

    def _sentence(self, found: Sentence) -> str:
        line = " ".join(self._words[number] for number in found.words).replace(" ,", ",")
        return re.sub(r"^\W*(\w)", lambda first: first[1].upper(), line) + "."


def _ranked(
    sentences: Sequence[str], found: Sequence[Sentence], cosines: Floats, grounding: float
) -> list[Draft]:
    drafts = [
        Draft(words, one.score, float(cosine))
        for words, one, cosine in zip(sentences, found, cosines, strict=True)
    ]
    return sorted(drafts, key=lambda draft: -(draft.likeliness + grounding * draft.cosine))


def load(card: ModelCard, encoder: Encoder) -> Scribe:
    """Return the shipped decoder that `card` describes, over the text encoder of its space."""
    network = Network(weights(card, "network"), name=card.id)
    words: list[str] = json.loads(weights(card, "words"))
    return Scribe(card, network=network, words=words, encoder=encoder)
