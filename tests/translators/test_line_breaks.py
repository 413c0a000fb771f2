from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.translators.line_breaks import broken, clings, ends_sentence, fits


def lines(text: str, *, length: int = 42, count: int = 2, language: str | None = "en") -> list[str]:
    return broken(text.split(), length=length, lines=count, language=language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A short line.", ["A short line."]),
        (
            "He walked all the way to the harbour and then he sat down.",
            ["He walked all the way", "to the harbour and then he sat down."],
        ),
        (
            "When it was late in the evening, she went back to the house.",
            ["When it was late in the evening,", "she went back to the house."],
        ),
    ],
)
def test_lines_break_where_it_reads_best(text: str, expected: list[str]) -> None:
    assert lines(text) == expected


def test_no_line_ends_with_an_article_or_preposition() -> None:
    upper, _ = lines("They had been looking forward to the holidays for weeks.")
    assert not clings(upper.split()[-1], "en")


def test_a_word_longer_than_a_line_stays_whole() -> None:
    assert broken(["x" * 50], length=42, lines=2, language="en") == ["x" * 50]
    assert lines("see " + "x" * 50) == ["see", "x" * 50]


def test_other_languages() -> None:
    assert clings("der", "de-AT")
    assert not clings("der", "en")
    assert not clings("the", "xx")
    assert ends_sentence("end.”")


WORDS = st.lists(st.text("abc,.", min_size=1, max_size=20), max_size=20)


@settings(deadline=None)
@given(WORDS, st.integers(8, 50), st.integers(1, 4))
def test_words_are_kept_and_lines_fit_where_they_can(
    words: list[str], length: int, count: int
) -> None:
    result = broken(words, length=length, lines=count, language="en")
    assert " ".join(result).split() == words
    assert len(result) <= count
    if fits(words, length=length, lines=count):
        assert all(len(line) <= length for line in result)
