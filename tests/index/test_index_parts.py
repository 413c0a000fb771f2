"""The pure parts: passages, ranking, words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.calibration import Calibration
from crossmodal.index.passages import (
    MOST_PASSAGES,
    PASSAGE_CHARACTERS,
    PASSAGE_WORDS,
    passages,
)
from crossmodal.index.ranking import Groups, compose, fuse, judge, mix
from crossmodal.index.words import content_words, expression, name_words, subject


@given(st.text(alphabet=st.sampled_from("ab é今。.!\n\t 气"), max_size=3000))
@settings(max_examples=150, deadline=None)
def test_passages_hold_all_that_is_not_space_in_order(content: str) -> None:
    cut = list(passages(content))
    assert "".join("".join(p.text.split()) for p in cut) == "".join(content.split())
    end = 0
    for passage in cut:
        assert content[passage.start : passage.end] == passage.text
        assert passage.start >= end
        assert len(passage.text.split()) <= PASSAGE_WORDS
        assert len(passage.text) <= PASSAGE_CHARACTERS
        end = passage.end


def test_passages_end_with_sentences_and_paragraphs() -> None:
    sentence = "One two three four five six seven eight nine ten. "
    cut = list(passages(sentence * 25))
    assert [len(p.text.split()) for p in cut] == [100, 100, 50]
    cut = list(passages(f"{sentence * 6}\n\n{sentence * 7}"))
    assert [len(p.text.split()) for p in cut] == [60, 70]
    cut = list(passages(f"{sentence * 2}\n\n{sentence * 3}"))
    assert [len(p.text.split()) for p in cut] == [50]


def test_passages_are_capped_and_quick() -> None:
    assert len(list(passages("word " * 1_000_000))) == MOST_PASSAGES
    assert len(list(passages("x" * 3_000_000))) == MOST_PASSAGES


def test_compose_by_hand() -> None:
    odds = np.array([[2.0, 4.0, -3.0], [2.0, 4.0, 3.0]])
    total = compose(odds, np.array([3.0, 1.0, -2.0]), prior=0.5)
    np.testing.assert_allclose(total, [2.5, 2.5 - 6])


def test_fuse_by_hand() -> None:
    odds = np.array([3.0, 2.0, -1.0, -2.0, -np.inf])
    none = np.zeros(5, np.int64)
    assert fuse(odds, none, none).tolist() == [0, 1, 2, 3, 4]
    # The fourth and the last hold all words: they are matches, and stand between the two photos.
    assert fuse(odds, np.array([0, 0, 0, 2, 1]), none).tolist() == [0, 4, 1, 3, 2]
    # What both rankings know comes first.
    assert fuse(odds, np.array([0, 1, 0, 0, 0]), none).tolist()[0] == 1
    # A near match lifts only among what is unlikely.
    assert fuse(odds, none, np.array([0, 0, 0, 1, 0])).tolist() == [0, 1, 3, 2, 4]
    assert fuse(np.zeros(0), none[:0], none[:0]).tolist() == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("A dog on the beach", ["dog", "beach"]),
        ("der Hund am Strand", ["hund", "strand"]),
        ("a man with a hat", ["man", "hat"]),
        ("the of and", []),
        ("dog dog DOG", ["dog"]),
        ("IMG_2019-x", ["img", "2019", "x"]),
        (" ".join(f"w{n}" for n in range(40)), []),
    ],
)
def test_content_words(query: str, words: list[str]) -> None:
    assert content_words(query) == words


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("a photo of a cat", "a cat"),
        ("Show me some pictures with dogs", "dogs"),
        ("please find me the old mill", "the old mill"),
        ("Bilder von einem Hund", "einem Hund"),
        ("zeig mir ein Foto mit Schnee", "Schnee"),
        ("une photo de deux enfants", "deux enfants"),
        ("ukaž mi fotky psa", "psa"),
        ("a photo of", "a photo of"),
        ("a picture frame", "a picture frame"),
        ("video call", "video call"),
        ("a man takes a photo of a cat", "a man takes a photo of a cat"),
        ("photo of photo of a cat", "photo of a cat"),
        ("", ""),
    ],
)
def test_the_subject_of_a_query(query: str, asked: str) -> None:
    assert subject(query) == asked


def test_name_words_and_expressions() -> None:
    assert name_words(b"/home/a/Trip/my_BeachPhoto01.jpg") == (
        "a Trip my BeachPhoto01 jpg Beach Photo 01"
    )
    assert expression(["a", "b"]) == '(("a" AND "b"))'
    assert expression(["a", "b"], spare=1, without=[["c"], []]) == '(("a") OR ("b")) NOT ("c")'


def test_calibration_of_either_card_makes_modalities_comparable() -> None:
    """A photo at cosine 0.5 beats a text at 0.8 where the curves say so (the modality gap)."""
    photo, text = Calibration(30, -9), Calibration(20, -15)
    single = Groups.of([np.ones(1)])
    one, two = (
        judge([curve], np.ones(1), prior=0.01, groups=single)(np.array([[score]], np.float32))[0]
        for score, curve in ((0.5, photo), (0.8, text))
    )
    assert one == pytest.approx(6 - np.log(99), abs=1e-4)
    assert two == pytest.approx(1 - np.log(99), abs=1e-4)


def test_a_match_with_any_moment_worked_by_hand() -> None:
    """Likelihood ratios 8 and 2 of moments of 1/4 and 3/4, then one of 5: 3.5 and 5."""
    groups = Groups.of([np.array([0.25, 0.75]), np.ones(1)])
    ratios = np.array([[8.0, 2.0, 5.0], [1e-300, 1e-300, 1e300]])
    np.testing.assert_allclose(
        mix(np.log(ratios), groups), np.log([[3.5, 5.0], [1e-300, 1e300]]), rtol=1e-12
    )
