from __future__ import annotations

import asking_models
import numpy as np
import pytest
from contract import check_translator

from crossmodal.errors import InputError, TooLarge
from crossmodal.media import Image, Text
from crossmodal.translators.question_answering import (
    LONGEST,
    UNKNOWN,
    AnsweringOptions,
    QuestionAnswerer,
    checked_questions,
    settled,
)

RED = Image(np.full((4, 4, 3), (220, 20, 20), np.uint8))
BLUE = Image(np.full((4, 4, 3), (20, 20, 220), np.uint8))


@pytest.fixture
def model() -> asking_models.ColourAnswerer:
    return asking_models.load(asking_models.CARD)


def test_an_answerer_is_a_translator_too(model: asking_models.ColourAnswerer) -> None:
    assert isinstance(model, QuestionAnswerer)
    check_translator(model, [RED, BLUE])


def test_each_picture_has_its_question(model: asking_models.ColourAnswerer) -> None:
    found = model.answer([RED, BLUE, BLUE], ["what colour ?", " which  colour?", "who?"])
    assert [text.content for text in found] == ["red", "blue", UNKNOWN]
    assert found[2].confidence == 0


def test_the_threshold_is_the_callers(model: asking_models.ColourAnswerer) -> None:
    (never,) = model.answer([RED], ["colour?"], options=AnsweringOptions(1.0))
    (always,) = model.answer([RED], ["who?"], options=AnsweringOptions(0.0))
    assert (str(never), str(always)) == (UNKNOWN, "red")
    with pytest.raises(InputError, match="0 to 1"):
        AnsweringOptions(1.5)


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        (["one"], "2 pictures came with 1 as questions"),
        ("ab", "one string"),
        (["who?", " \n"], "question is empty"),
    ],
)
def test_questions_are_checked(questions: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        checked_questions(asking_models.CARD, [RED, BLUE], questions)


def test_questions_are_tidied_and_not_endless() -> None:
    _, (words,) = checked_questions(asking_models.CARD, [RED], ["  what\n is\tit? "])
    assert words == "what is it?"
    with pytest.raises(TooLarge, match="59,999 characters"):
        checked_questions(asking_models.CARD, [RED], ["what? " * 10_000])
    checked_questions(asking_models.CARD, [RED], ["w" * LONGEST])


def test_settled_keeps_the_confidence_of_what_it_withholds() -> None:
    assert settled("cat", 0.3, at_least=0.4) == Text(UNKNOWN, language="en", confidence=0.3)
    assert settled("cat", 0.4, at_least=0.4).content == "cat"
