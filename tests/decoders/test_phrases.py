from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny import SPACE, TEXT_CARD

from crossmodal.card import Edge
from crossmodal.decoders.phrases import Grammar, PhraseDecoder
from crossmodal.encoders.text import TextEncoder
from crossmodal.errors import InputError, SpaceMismatch
from crossmodal.media import Text
from crossmodal.modality import TEXT
from crossmodal.space import Space, Vectors

GRAMMAR = Grammar.from_json(
    {
        "lists": {"colours": ["red", "green"], "more": ["blue", "green"], "things": ["a photo"]},
        "kinds": {"colour": ["colours", "more"], "thing": ["things"]},
    }
)
CARD = replace(TEXT_CARD, name="tiny-phrases", edge=Edge.DECODER, source=None, target=TEXT)


@pytest.fixture
def decoder(text_encoder: TextEncoder) -> PhraseDecoder:
    return PhraseDecoder(CARD, encoder=text_encoder, grammar=GRAMMAR)


def towards(red: float, green: float, blue: float) -> Vectors:
    return Vectors(SPACE, np.array([[red, green, blue]], np.float32) - (red + green + blue) / 3)


@pytest.mark.parametrize(
    ("colour", "words"),
    [((1, 0, 0), "red"), ((0, 1, 0), "green"), ((1, 0, 1), "red blue"), ((0, 1, 1), "green blue")],
)
def test_sentences_grow_only_while_they_get_nearer(
    decoder: PhraseDecoder, colour: tuple[float, float, float], words: str
) -> None:
    (draft,) = decoder.best(towards(*colour))
    assert draft.words == words
    assert draft.score == pytest.approx(1, abs=0.01)
    assert decoder.decode(towards(*colour)) == [Text(words, language="en")]


def test_a_vector_near_nothing_has_a_low_score(decoder: PhraseDecoder) -> None:
    assert decoder.best(Vectors(SPACE, np.array([[1, 1, 1]], np.float32)))[0].score < 0.6


def test_many_and_none(decoder: PhraseDecoder) -> None:
    both = Vectors(SPACE, np.concatenate([towards(1, 0, 0).values, towards(0, 1, 0).values]))
    assert [str(text) for text in decoder.decode(both)] == ["red", "green"]
    assert decoder.decode(Vectors(SPACE, np.zeros((0, 3), np.float32))) == []


def test_other_spaces_are_refused(decoder: PhraseDecoder, text_encoder: TextEncoder) -> None:
    other = Space("other", "1", 3)
    with pytest.raises(SpaceMismatch):
        decoder.decode(Vectors(other, np.zeros((1, 3), np.float32)))
    with pytest.raises(InputError, match="its encoder leads into"):
        PhraseDecoder(replace(CARD, space=other), encoder=text_encoder, grammar=GRAMMAR)
