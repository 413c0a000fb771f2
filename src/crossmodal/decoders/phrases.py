"""From a vector to a sentence, by building it from known phrases.

A small grammar says which actions a subject may do and where. The sentence grows phrase by phrase:
at each step a beam keeps the sentences whose vectors lie nearest to the one to be described, and
growing stops when no longer sentence is nearer. So every word is there because the space says so,
and a vector near nothing that is known gets a low score instead of an invention.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..contracts import Encoder
from ..errors import InputError
from ..media import Media, Text
from ..sources.catalog import weights
from ..space import Space, Vectors

BEAM = 4
GAIN = 0.01
"""Cosine that a longer sentence must gain: a phrase that adds nothing is left out."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may follow what.

    Attributes:
        subjects: by kind ("person", "animal"), the phrases that a sentence may start with.
        rules: by kind, the lists of phrases that may follow in turn, each at most once.
    """

    subjects: Mapping[str, tuple[str, ...]]
    rules: Mapping[str, tuple[tuple[str, ...], ...]]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grammar:
        """Return the grammar of `data`: {"lists": {name: phrases}, "kinds": {kind: names}}.

        The first name of a kind is the list of its subjects, the others follow in turn.

        Raises:
            KeyError: a kind names a list that is not there.
        """
        lists = {name: tuple(phrases) for name, phrases in data["lists"].items()}
        kinds: Mapping[str, Sequence[str]] = data["kinds"]
        return cls(
            {kind: lists[names[0]] for kind, names in kinds.items()},
            {kind: tuple(lists[name] for name in names[1:]) for kind, names in kinds.items()},
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence that may grow: its kind, how many of the kind's lists were passed, its score."""

    words: str
    kind: str
    passed: int
    score: float


class PhraseDecoder:
    """The Decoder that builds sentences from a grammar's phrases, judged by a text encoder."""

    def __init__(self, card: ModelCard, *, encoder: Encoder, grammar: Grammar) -> None:
        if card.space != encoder.space:
            raise InputError(
                f"{card.id} speaks of {card.space}, its encoder leads into {encoder.space}",
                cure="Give it the text encoder of its own space.",
            )
        self._card, self._encoder, self._grammar = card, encoder, grammar
        self._starts = [
            (subject, kind) for kind, subjects in grammar.subjects.items() for subject in subjects
        ]
        self._start_vectors = self._embed([subject for subject, _ in self._starts])

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def space(self) -> Space:
        return self._encoder.space

    def decode(self, vectors: Vectors) -> list[Media]:
        """Return one sentence for each vector; see `best` for how sure it is."""
        return [Text(draft.words, language="en") for draft in self.best(vectors)]

    def best(self, vectors: Vectors) -> list[Draft]:
        """Return the nearest sentence for each vector, with its cosine as `score`.

        Raises:
            SpaceMismatch: `vectors` live in another space.
        """
        self.space.check(vectors.space)
        return [self._describe(row) for row in vectors.unit().values]

    def _describe(self, vector: NDArray[np.float32]) -> Draft:
        scores = self._start_vectors @ vector
        beam = [
            Draft(
                words=self._starts[place][0],
                kind=self._starts[place][1],
                passed=0,
                score=float(scores[place]),
            )
            for place in np.argsort(-scores, kind="stable")[:BEAM]
        ]
        best = beam[0]
        while beam:
            longer = [draft for short in beam for draft in self._grow(short)]
            if not longer:
                break
            scores = self._embed([draft.words for draft in longer]) @ vector
            order = np.argsort(-scores, kind="stable")[:BEAM]
            beam = [
                Draft(longer[i].words, longer[i].kind, longer[i].passed, float(scores[i]))
                for i in order
            ]
            if beam[0].score < best.score + GAIN:
                break
            best = beam[0]
        return best

    def _grow(self, draft: Draft) -> Iterator[Draft]:
        """Yield the sentences that are `draft` and one phrase of a list not yet passed."""
        rules = self._grammar.rules[draft.kind]
        for place in range(draft.passed, len(rules)):
            for phrase in rules[place]:
                yield Draft(f"{draft.words} {phrase}", draft.kind, place + 1, draft.score)

    def _embed(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        return self._encoder.encode([Text(sentence) for sentence in sentences]).values


def load(card: ModelCard, encoder: Encoder) -> PhraseDecoder:
    """Return the shipped decoder that `card` describes, over the text encoder of its space."""
    grammar = Grammar.from_json(json.loads(weights(card, "grammar")))
    return PhraseDecoder(card, encoder=encoder, grammar=grammar)
