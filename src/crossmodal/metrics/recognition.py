"""Recognition of speech and of writing: how many words or characters are wrong.

Rates are sums of errors over sums of lengths, so that long and short references count by their
length (WER and CER as speech recognition uses them).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Errors:
    """The fewest edits that make the reference into what was recognised.

    Attributes:
        substitutions, deletions, insertions: how many of each.
        length: words (or characters) of the reference.
    """

    substitutions: int
    deletions: int
    insertions: int
    length: int

    @property
    def total(self) -> int:
        return self.substitutions + self.deletions + self.insertions


def normalise(text: str) -> str:
    """Return `text` in lower case without punctuation, apostrophes inside words kept.

    Compatibility forms are unified (NFKC), curly apostrophes become straight, all else that is
    neither letter, mark nor digit becomes a space. Numbers stay as they are written.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c == "'" else " " for c in plain)
    return " ".join(word.strip("'") for word in kept.split() if word.strip("'"))


def word_errors(reference: str, recognised: str) -> Errors:
    """Return the word errors of one text; words are what spaces separate. See `normalise`."""
    return edits(reference.split(), recognised.split())


def character_errors(reference: str, recognised: str) -> Errors:
    """Return the character errors of one text; spaces count as characters."""
    return edits(list(reference), list(recognised))


def rate(errors: Sequence[Errors]) -> float:
    """Return the errors of all texts over the length of all references; it may exceed 1."""
    return sum(error.total for error in errors) / sum(error.length for error in errors)


def edits(reference: Sequence[str], recognised: Sequence[str]) -> Errors:
    """Return the fewest edits between two sequences (Levenshtein 1966).

    Of several equally short ways, the one that replaces most.
    """
    number = {word: place for place, word in enumerate({*reference, *recognised})}
    given = np.array([number[word] for word in recognised], np.int64)
    columns = np.arange(len(given) + 1)
    # One cost for each prefix of what was recognised: edits, and among equals the fewest gaps.
    edit, gap = 1 << 20, (1 << 20) + 1
    costs = columns * gap
    for word in reference:
        kept = costs[:-1] + np.where(given == number[word], 0, edit)
        best = np.minimum(costs + gap, np.concatenate([[costs[0] + gap], kept]))
        costs = np.minimum.accumulate(best - columns * gap) + columns * gap  # insertions
    return _counted(int(costs[-1]), len(reference), len(given))


def _counted(cost: int, length: int, given: int) -> Errors:
    """Return what a cost of `edits` says: edits in the high bits, gaps in the low ones."""
    total, gaps = cost >> 20, cost & ((1 << 20) - 1)
    deletions = (gaps + length - given) // 2
    return Errors(total - gaps, deletions, gaps - deletions, length)


def counts(errors: Sequence[Errors]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each text's errors (N,) and its reference's length (N,), for `intervals.of_ratio`."""
    return (
        np.array([error.total for error in errors], np.float64),
        np.array([error.length for error in errors], np.float64),
    )
