"""Captions: how much of the words of people's captions a caption shares.

`words` is how all of these read a text: lower case, runs of letters and digits, with an
apostrophe or hyphen inside a word kept. Punctuation does not count, as in COCO's evaluation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Words = Sequence[str]
Ngrams = Counter[tuple[str, ...]]

ORDER = 4
"""Longest run of words that BLEU and CIDEr count."""

ROUGE_BETA = 1.2
"""How much recall counts against precision, as in COCO's evaluation."""


def words(text: str) -> list[str]:
    """Return the words of `text`, as every metric here reads it."""
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text.lower())


def ngrams(sentence: Words, length: int) -> Ngrams:
    """Return how often each run of `length` words occurs."""
    return Counter(zip(*(sentence[start:] for start in range(length)), strict=False))


def bleu_counts(caption: Words, references: Sequence[Words]) -> NDArray[np.float64]:
    """Return what BLEU needs of one caption: (2 * ORDER + 2,).

    Matches of 1 to ORDER words (each at most as often as in the reference that has it most),
    runs of 1 to ORDER words, words of the caption, words of the reference nearest in length (the
    shorter of two that are equally near).
    """
    matches, runs = [], []
    for length in range(1, ORDER + 1):
        found = ngrams(caption, length)
        most: Ngrams = Counter()
        for reference in references:
            most |= ngrams(reference, length)
        matches.append((found & most).total())
        runs.append(found.total())
    lengths = [len(reference) for reference in references]
    nearest = min(lengths, key=lambda length: (abs(length - len(caption)), length))
    return np.array([*matches, *runs, len(caption), nearest], np.float64)


def bleu(totals: NDArray[np.float64], order: int = ORDER) -> NDArray[np.float64]:
    """Return BLEU in [0, 1] (Papineni et al. 2002), without smoothing.

    Args:
        totals: (..., 2 * ORDER + 2), sums of `bleu_counts` over a corpus.
        order: 1 for BLEU-1 up to ORDER for BLEU-4.
    """
    matches, runs = totals[..., :order], totals[..., ORDER : ORDER + order]
    said, wanted = totals[..., -2], totals[..., -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(matches > 0, np.log(matches / runs), -np.inf).mean(axis=-1)
        brevity = np.where(said > 0, np.minimum(0, 1 - wanted / said), -np.inf)
    return np.asarray(np.exp(precision + brevity))


def rouge_l(caption: Words, references: Sequence[Words]) -> float:
    """Return ROUGE-L in [0, 1] (Lin 2004): by the longest words in common, in order, gaps allowed.

    The best precision and the best recall over the references are weighed with ROUGE_BETA, as in
    COCO's evaluation.
    """
    if not caption:
        return 0.0
    common = [(longest_common(caption, reference), len(reference)) for reference in references]
    precision = max(length for length, _ in common) / len(caption)
    recall = max(length / size if size else 0.0 for length, size in common)
    if precision == 0 or recall == 0:
        return 0.0
    return (1 + ROUGE_BETA**2) * precision * recall / (recall + ROUGE_BETA**2 * precision)


def longest_common(first: Words, second: Words) -> int:
    """Return the length of the longest sequence of words that both hold in order."""
    lengths = [0] * (len(second) + 1)
    for word in first:
        diagonal = 0
        for place, other in enumerate(second, start=1):
            longest = diagonal + 1 if word == other else max(lengths[place], lengths[place - 1])
            diagonal, lengths[place] = lengths[place], longest
    return lengths[-1]
