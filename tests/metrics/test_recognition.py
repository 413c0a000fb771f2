from __future__ import annotations

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.metrics import recognition as metrics

SENTENCES = st.lists(st.sampled_from("abcd"), max_size=9).map(" ".join)


def test_by_hand() -> None:
    errors = metrics.word_errors("the cat sat on the mat", "a cat sat the mat today")
    assert errors == metrics.Errors(substitutions=1, deletions=1, insertions=1, length=6)
    assert metrics.rate([errors]) == 0.5
    assert metrics.character_errors("kitten", "sitting") == metrics.Errors(2, 0, 1, 6)


def test_rates_weigh_by_length() -> None:
    errors = [metrics.word_errors("a b c d", "a b c d"), metrics.word_errors("a", "b")]
    assert metrics.rate(errors) == pytest.approx(1 / 5)
    wrong, lengths = metrics.counts(errors)
    assert (wrong.tolist(), lengths.tolist()) == ([0, 1], [4, 1])


def test_nothing_said_and_nothing_heard() -> None:
    assert metrics.word_errors("", "") == metrics.Errors(0, 0, 0, 0)
    assert metrics.word_errors("", "a b") == metrics.Errors(0, 0, 2, 0)
    assert metrics.word_errors("a b", "") == metrics.Errors(0, 2, 0, 2)


@given(SENTENCES.filter(bool), SENTENCES)
def test_against_jiwer(reference: str, recognised: str) -> None:
    words = jiwer.process_words(reference, recognised)
    errors = metrics.word_errors(reference, recognised)
    assert metrics.rate([errors]) == pytest.approx(words.wer)
    assert errors.deletions - errors.insertions == words.deletions - words.insertions
    characters = metrics.character_errors(reference, recognised)
    assert metrics.rate([characters]) == pytest.approx(jiwer.cer(reference, recognised))


def test_normalise() -> None:
    assert metrics.normalise("“Don’t!” he said — 3 times…") == "don't he said 3 times"
    assert metrics.normalise("'quoted' words'") == "quoted words"
    assert metrics.normalise("Straße, ÉTÉ") == "strasse été"
