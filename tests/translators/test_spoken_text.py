from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.translators.spoken_text import LONGEST_PART, parts, speakable


@pytest.mark.parametrize(
    ("content", "spoken"),
    [
        ("<p>Good <b>morning</b></p>", "Good morning"),
        ("<!-- not this --> but this", "but this"),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("# Title\n\n* first\n* second", "Title\n\nfirst\nsecond"),
        ("**very** *good* `code` ~~old~~", "very good code old"),
        ("snake_case_name stays", "snake_case_name stays"),
        ("see [the docs](https://example.org)", "see the docs"),
        ("![a cat](cat.png)", "a cat"),
        ("bell\x07 and\x00zero", "bell and zero"),
        ("soft\u00adhyphen\u200b", "softhyphen"),
        ("e\u0301te\u0301", "\u00e9t\u00e9"),
        ("?!", ""),
        ("", ""),
    ],
)
def test_only_words_are_left(content: str, spoken: str) -> None:
    assert speakable(content) == spoken


def test_joiners_of_persian_and_emoji_stay() -> None:
    assert speakable("می\u200cخواهم") == "می\u200cخواهم"


def test_parts_are_sentences() -> None:
    text = 'One. Two! "Three?" Four… five.\n\nSix 3.5 seven。八。'
    assert list(parts(text)) == [
        "One.",
        "Two!",
        '"Three?"',
        "Four…",
        "five.",
        "Six 3.5 seven。",
        "八。",
    ]


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet=st.sampled_from("ab .,;!\n。<>*_[]()`#&\u200d\x00"), max_size=1500))
def test_no_part_is_too_long_and_no_letter_is_lost(content: str) -> None:
    text = speakable(content)
    pieces = list(parts(text))
    assert all(0 < len(piece) <= LONGEST_PART for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=300))
def test_whatever_comes_is_cleaned(content: str) -> None:
    text = speakable(content)
    assert "\x00" not in text
    text.encode("utf-8")


def test_hostile_markup_takes_little_time() -> None:
    for content in ("<a" * 9000, "[" * 20_000, "*" * 20_000, "`a" * 9000, "<!--" * 5000):
        begun = time.process_time()
        speakable(content)
        assert time.process_time() - begun < 5
