"""Questions about a picture: the accuracy of VQA (Antol et al. 2015).

Ten people answered each question; an answer is right in full when three of the others gave it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

NUMBERS = {
    "none": "0",
    "zero": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
}
ARTICLES = {"a", "an", "the"}
AGREEING = 3
"""Equal answers of people that make an answer right in full."""


def normalise(answer: str) -> str:
    """Return `answer` as the official evaluation compares it.

    Lower case, without articles and punctuation, number words up to ten as digits. Apostrophes
    are dropped on both sides, where the official script puts missing ones in: "dont" is "don't".
    A point between two digits stays ("2.5"), a comma there is dropped ("1,000" is "1000").
    """
    plain = re.sub(r"['’`]|(?<=\d),(?=\d)", "", answer.lower())
    plain = re.sub(r"(?<!\d)\.|\.(?!\d)", " ", plain)
    plain = re.sub(r"[^\w\s.:]|_", " ", plain)
    words = (NUMBERS.get(word, word) for word in plain.split())
    return " ".join(word for word in words if word not in ARTICLES)


def vqa_accuracy(answer: str, people: Sequence[str]) -> float:
    """Return how right `answer` is, in [0, 1]: min(1, equal answers / 3).

    The mean over all choices of all people but one, as in the official evaluation. Where fewer
    than four people answered, 1 if one of them gave this answer.
    """
    equal = sum(normalise(answer) == normalise(other) for other in people)
    count = len(people)
    if count <= AGREEING:
        return float(equal > 0)
    without_equal = min(1.0, (equal - 1) / AGREEING) if equal else 0.0
    without_other = min(1.0, equal / AGREEING)
    return (equal * without_equal + (count - equal) * without_other) / count


def most_common(answers: Sequence[str]) -> str:
    """Return the answer that most gave: always saying it is what a blind guess reaches.

    Raises:
        ValueError: there are none.
    """
    forms = [normalise(answer) for answer in answers]
    return max(sorted(set(forms)), key=forms.count)
