from __future__ import annotations

from pathlib import Path

import asking_models
import numpy as np
import pytest
from contract import film
from tiny import cards

from crossmodal.card import ModelCard
from crossmodal.errors import InputError, UnknownName
from crossmodal.media import Audio
from crossmodal.registry import Registry
from crossmodal.settings import Settings
from crossmodal.sources import catalog
from crossmodal.workbench import Workbench


def bench(name: str = "tiny-answer", *, more: list[ModelCard] | None = None) -> Workbench:
    registry = Registry([*cards(), asking_models.CARD, *(more or [])])
    return Workbench(Settings(answering_model=name), registry=registry)


def test_ask_about_a_file(photos: Path) -> None:
    answer = bench().ask(photos / "1.png", "What colour is it?")
    assert answer.content == "green"
    assert answer.confidence is not None
    assert 0.5 < answer.confidence < 1
    assert bench().ask(photos / "1.png", "What colour?", min_confidence=1).content != "green"


def test_ask_about_a_film() -> None:
    pictures = np.zeros((3, 8, 8, 3), np.uint8)
    pictures[..., 2] = 200
    still = [card for card in catalog.cards() if card.name in ("still", "pocket-image")]
    found = bench(more=still).ask(film(pictures), "What colour is it?")
    assert found.content == "blue"


def test_sounds_have_no_colour() -> None:
    with pytest.raises(InputError, match="about audio"):
        bench().ask(Audio(np.zeros(1600, np.float32), 16_000), "What colour is it?")


def test_an_unknown_answerer_is_said(photos: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'tiny-answer"):
        bench("tiny-answerer").ask(photos / "1.png", "What is it?")


def test_a_model_that_takes_no_questions_is_refused(photos: Path) -> None:
    reader = [card for card in catalog.cards() if card.name == "rapidocr"]
    with pytest.raises(InputError, match="takes no questions"):
        bench("rapidocr", more=reader).ask(photos / "1.png", "What is it?")
