from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.translate.meteor_score import single_meteor_score

from crossmodal.metrics.captions import words
from crossmodal.metrics.meteor import matched, meteor, stem


def test_by_hand() -> None:
    # three words match in two chunks: P = 3/4, R = 3/5
    caption, reference = ["the", "dog", "runs", "fast"], words("the brown dog runs home")
    assert matched(caption, reference) == [(0, 0), (1, 2), (2, 3)]
    mean = 10 * 0.75 * 0.6 / (0.6 + 9 * 0.75)
    assert meteor(caption, [reference]) == pytest.approx(mean * (1 - 0.5 * (2 / 3) ** 3))
    assert meteor(caption, [["x"], reference]) == meteor(caption, [reference])
    assert meteor(["x"], [reference]) == meteor([], [reference]) == meteor(["x"], []) == 0


def test_stems_match_after_words() -> None:
    assert matched(["dogs", "running"], ["dog", "runs"]) == [(0, 0), (1, 1)]
    # "dog" itself takes its equal; "dogs" is left with the other
    assert matched(["dogs", "dog"], ["dog", "dogs"]) == [(0, 1), (1, 0)]


def test_a_word_goes_on_where_the_one_before_matched() -> None:
    assert matched(words("on the mat"), words("the cat on the mat")) == [
        (0, 2),
        (1, 3),
        (2, 4),
    ]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("running", "run"), ("runs", "run"), ("jumped", "jump"), ("grass", "grass"),
        ("puppies", "puppy"), ("falling", "fall"), ("rides", "rid"), ("ride", "rid"),
        ("riding", "rid"), ("is", "is"), ("a", "a"), ("boxes", "box"), ("quickly", "quick"),
    ],
)  # fmt: skip
def test_stem(word: str, expected: str) -> None:
    assert stem(word) == expected


class NoSynonyms:
    def synsets(self, word: str) -> list[str]:
        return []


class Ours:
    def stem(self, word: str) -> str:
        return stem(word)


UNLIKE = words("dog cat house red blue walk green tree apple moon")


@given(st.permutations(UNLIKE), st.permutations(UNLIKE), st.integers(1, 10), st.integers(1, 10))
def test_against_nltk(first: list[str], second: list[str], n: int, m: int) -> None:
    """Where no word comes twice there is one way to match, and NLTK's score is ours."""
    ours = meteor(first[:n], [second[:m]])
    theirs = single_meteor_score(second[:m], first[:n], stemmer=Ours(), wordnet=NoSynonyms())
    assert ours == pytest.approx(theirs)
