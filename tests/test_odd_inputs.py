"""Pictures and questions that no one trained for: each gets an answer or one clear error."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as PILImage
from PIL import ImageDraw, ImageFont

import crossmodal as cm
from crossmodal.errors import InputError, TooLarge
from crossmodal.translators.question_answering import UNKNOWN


def writing() -> np.ndarray:
    sign = PILImage.new("RGB", (300, 80), "white")
    ImageDraw.Draw(sign).text((20, 20), "CLOSED TODAY", "black", ImageFont.load_default(30))
    return np.asarray(sign)


ODD = {
    "white": np.full((200, 300, 3), 255, np.uint8),
    "black": np.zeros((200, 300, 3), np.uint8),
    "one pixel": np.full((1, 1, 3), 90, np.uint8),
    "tiny": np.full((3, 2, 3), 90, np.uint8),
    "panorama": np.random.default_rng(0).integers(0, 256, (20, 4000, 3), np.uint8),
    "tower": np.random.default_rng(0).integers(0, 256, (4000, 20, 3), np.uint8),
    "writing": writing(),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_are_described_without_certainty(name: str) -> None:
    text = cm.describe(cm.Image(ODD[name]))
    assert text.content
    assert text.confidence is not None
    assert 0 <= text.confidence < 0.9


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_are_asked_about(name: str) -> None:
    answer = cm.ask(cm.Image(ODD[name]), "What colour is the dog's collar?")
    assert answer.content
    assert answer.confidence is not None


@pytest.mark.parametrize(
    "question",
    [
        "?",
        "x",
        "Welche Farbe hat der Hund?",
        "犬は何色ですか",
        "Какого цвета собака?",
        "ما لون الكلب؟",
        "🐕",
        "zxcv qwer asdf",
    ],
)
def test_what_it_cannot_read_it_does_not_guess_at(question: str) -> None:
    answer = cm.ask(cm.Image(ODD["white"]), question)
    assert answer.content == UNKNOWN


def test_empty_and_endless_questions_are_refused() -> None:
    picture = cm.Image(ODD["white"])
    for question in ("", " \n\t "):
        with pytest.raises(InputError, match="empty"):
            cm.ask(picture, question)
    with pytest.raises(TooLarge, match="characters"):
        cm.ask(picture, "what " * 10_000)
