"""Questions about pictures: what every model that answers them promises, and what they share.

A question answerer is a Translator from image to text that is told what to look for. It says how
sure it is, and "I don't know" where that is not enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ..card import ModelCard
from ..contracts import Translator
from ..errors import InputError, TooLarge
from ..media import Image, Media, Text
from .base import checked

UNKNOWN = "I don't know"
"""The answer of a model that is not sure enough of any."""
PLAIN_QUESTION = "What is in the picture?"
"""What is asked where a picture comes without a question."""
LONGEST = 1000
"""Characters of a question; longer ones are refused."""


@dataclass(frozen=True, slots=True)
class AnsweringOptions:
    """How to answer.

    Attributes:
        min_confidence: answers with less become UNKNOWN, in [0, 1]; 0 always answers, None leaves
            it to the model's card.
    """

    min_confidence: float | None = None

    def __post_init__(self) -> None:
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise InputError(f"min_confidence is {self.min_confidence}", cure="Use 0 to 1.")


@runtime_checkable
class QuestionAnswerer(Translator, Protocol):
    """A Translator from image to text that takes a question with each picture.

    Its `translate` asks PLAIN_QUESTION.
    """

    def answer(
        self,
        batch: Sequence[Media],
        questions: Sequence[str],
        *,
        options: AnsweringOptions | None = None,
    ) -> list[Text]:
        """Return the answer to `questions[k]` about picture `batch[k]`, in order.

        Each has as `confidence` the probability that the best answer is right (None where the
        model does not know), also where that is too low and UNKNOWN is returned in its place.

        Raises:
            InputError: there are not as many questions as pictures, one of `batch` is not an
                image, or a question is empty or too long.
        """
        ...


def checked_questions(
    card: ModelCard, batch: Sequence[Media], questions: Sequence[str]
) -> tuple[list[Image], list[str]]:
    """Return the pictures, and the questions with their blanks tidied.

    Raises:
        InputError: see `QuestionAnswerer.answer`.
    """
    pictures = checked(card, batch, Image)
    if isinstance(questions, str) or len(questions) != len(pictures):
        count = "one string" if isinstance(questions, str) else len(questions)
        raise InputError(
            f"{len(pictures)} pictures came with {count} as questions",
            cure="Pass a list with one question for each picture.",
        )
    return pictures, [_tidy(question) for question in questions]


def settled(answer: str, confidence: float, *, at_least: float) -> Text:
    """Return `answer`, or UNKNOWN where `confidence` is below `at_least`."""
    words = answer if confidence >= at_least else UNKNOWN
    return Text(words, language="en", confidence=confidence)


def _tidy(question: str) -> str:
    words = " ".join(question.split())
    if not words:
        raise InputError("The question is empty", cure='Ask something, such as "What is this?"')
    if len(words) > LONGEST:
        raise TooLarge(
            f"The question has {len(words):,} characters and {LONGEST:,} are allowed",
            cure="Ask one thing at a time.",
        )
    return words
