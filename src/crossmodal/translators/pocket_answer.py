"""Questions about pictures, answered by a small network with one of the answers that it knows.

It reads the question's words, looks at the cells of the picture, and names an answer. One of the
answers it learned is "the picture does not show that"; what it then has left for the others, and a
curve fitted on held-out photos, say how likely the best of them is right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ..calibration import Calibration
from ..card import ModelCard
from ..contracts import Encoder
from ..errors import InputError
from ..media import Image, Media, Text
from ..sources.catalog import weights
from ..sources.onnx import Network
from ..space import Vectors
from .question_answering import PLAIN_QUESTION, AnsweringOptions, checked_questions, settled

NONE, UNKNOWN = 0, 1
"""Number of the answer "it does not show that", and of the word that stands for unknown ones."""
LONGEST = 16
"""Words of a question that are read."""
CLOSED = frozenset({"yes", "no"})
BATCH = 64

_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_SPELLINGS = {"color": "colour", "colors": "colours", "gray": "grey"}


def question_words(question: str) -> list[str]:
    """Return the words in lower case and British spelling, at most LONGEST."""
    found = _WORD.findall(question.lower().replace("what's", "what is"))
    return [_SPELLINGS.get(word, word) for word in found][:LONGEST]


@runtime_checkable
class SeesCells(Encoder, Protocol):
    """An image encoder that also tells what it sees where; see `encoders.image`."""

    def look(self, batch: Sequence[Media]) -> tuple[Vectors, NDArray[np.float32]]: ...


class PocketAnswer:
    """The question answerer over an image encoder that has a grid, and a text encoder.

    Args:
        network: inputs "ids" (B, LONGEST), "text" and "vector" (B, dim), "grid" (B, cells,
            channels); output "logits" (B, answers).
        words: the word of each number; 0 is blank, 1 stands for unknown words.
        answers: the answer of each number; 0 stands for none.
        image, text: the encoders of one space that it was trained with.
    """

    def __init__(
        self,
        card: ModelCard,
        *,
        network: Network,
        words: Sequence[str],
        answers: Sequence[str],
        image: SeesCells,
        text: Encoder,
    ) -> None:
        image.space.check(text.space)
        self._card, self._network, self._image, self._text = card, network, image, text
        self._numbers = {word: number for number, word in enumerate(words)}
        self._answers = list(answers)
        curves: Mapping[str, Mapping[str, float]] = card.options["confidence"]
        self._curves = {kind: Calibration(**curve) for kind, curve in curves.items()}
        self._threshold: float = card.options["min_confidence"]

    @property
    def card(self) -> ModelCard:
        return self._card

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        """Return what each picture shows above all, in a word or two.

        Raises:
            InputError: one of `batch` is not an image.
        """
        return [*self.answer(batch, [PLAIN_QUESTION] * len(batch))]

    def answer(
        self,
        batch: Sequence[Media],
        questions: Sequence[str],
        *,
        options: AnsweringOptions | None = None,
    ) -> list[Text]:
        """Return the answer to each question; see `question_answering.QuestionAnswerer`."""
        pictures, asked = checked_questions(self._card, batch, questions)
        if not pictures:
            return []
        least = (options or AnsweringOptions()).min_confidence
        threshold = self._threshold if least is None else least
        vectors, grids, rows = self._look(pictures)
        texts = self._text.encode([Text(question) for question in asked]).values
        found = []
        for start in range(0, len(asked), BATCH):
            span = slice(start, start + BATCH)
            shares = self.shares(
                asked[span], texts=texts[span], vectors=vectors[rows[span]], grids=grids[rows[span]]
            )
            for question, share in zip(asked[span], shares, strict=True):
                words, confidence = self.best(question, share)
                found.append(settled(words, confidence, at_least=threshold))
        return found

    def shares(
        self,
        questions: Sequence[str],
        *,
        texts: NDArray[np.float32],
        vectors: NDArray[np.float32],
        grids: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Return the share (B, answers) that the network gives to each answer it knows."""
        ids = np.zeros((len(questions), LONGEST), np.int64)
        for row, question in enumerate(questions):
            numbers = [self._numbers.get(word, UNKNOWN) for word in question_words(question)]
            ids[row, : max(1, len(numbers))] = numbers or [UNKNOWN]
        inputs: dict[str, NDArray[Any]] = {
            "ids": ids, "text": texts, "vector": vectors, "grid": grids
        }  # fmt: skip
        logits = self._network(inputs)
        shares: NDArray[np.float32] = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return shares

    def best(self, question: str, shares: NDArray[np.float32]) -> tuple[str, float]:
        """Return the likeliest answer, and the probability that it is right.

        A question of which the network knows less than half the words gets probability 0.
        """
        number = 1 + int(shares[NONE + 1 :].argmax())
        answer, share = self._answers[number], float(shares[number])
        words = question_words(question)
        if 2 * sum(word in self._numbers for word in words) < max(1, len(words)):
            return answer, 0.0
        curve = self._curves["closed" if answer in CLOSED else "open"]
        odds = np.log(max(share, 1e-6)) - np.log(max(1 - share, 1e-6))
        return answer, curve.probability(float(odds))

    def _look(
        self, pictures: Sequence[Image]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
        """Return vectors and grids of the different pictures, and the row of each picture."""
        different = {id(picture): picture for picture in pictures}
        vectors, grids = self._image.look(list(different.values()))
        places = {key: row for row, key in enumerate(different)}
        rows = np.array([places[id(picture)] for picture in pictures], np.int64)
        return vectors.values, grids, rows


def load(card: ModelCard, image: Encoder, text: Encoder) -> PocketAnswer:
    """Return the shipped answerer that `card` describes, over the encoders of its space.

    Raises:
        InputError: the image encoder is of a kind that has no grid.
    """
    if not isinstance(image, SeesCells):
        raise InputError(
            f"{card.id} was given {image.card.id}", cure="It takes an encoder that sees cells."
        )
    network = Network(weights(card, "network"), name=card.id)
    known: dict[str, list[str]] = json.loads(weights(card, "vocabulary"))
    return PocketAnswer(
        card,
        network=network,
        words=known["words"],
        answers=known["answers"],
        image=image,
        text=text,
    )
