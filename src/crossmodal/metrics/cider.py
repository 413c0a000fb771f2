"""CIDEr-D (Vedantam et al. 2015): agreement with people's captions, rare words counting more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .captions import ORDER, Ngrams, Words, ngrams

SIGMA = 6.0
"""Words by which lengths may differ before the score falls much."""

SCALE = 10.0


def cider(captions: Sequence[Words], references: Sequence[Sequence[Words]]) -> NDArray[np.float64]:
    """Return CIDEr-D of each caption (N,), in [0, 10]; its mean is what papers call CIDEr.

    For runs of 1 to 4 words, the cosine of TF-IDF weights (a run's document frequency being the
    number of pictures whose references hold it), clipped to the reference's weights and damped by
    exp(-(difference of lengths)² / (2 * SIGMA²)); the mean over references and lengths of runs.

    Args:
        captions: one a picture.
        references: people's captions of each picture; they also give the document frequencies.
    """
    frequency = document_frequency(references)
    log_count = math.log(max(len(references), 1))
    return np.array(
        [
            _score(caption, own, frequency, log_count)
            for caption, own in zip(captions, references, strict=True)
        ]
    )


def document_frequency(references: Sequence[Sequence[Words]]) -> Ngrams:
    """Return for each run of words in how many pictures' references it occurs."""
    frequency: Ngrams = Counter()
    for own in references:
        runs = {run for words in own for n in range(1, ORDER + 1) for run in ngrams(words, n)}
        frequency.update(runs)
    return frequency


def _score(
    caption: Words, references: Sequence[Words], frequency: Ngrams, log_count: float
) -> float:
    given = [_weights(caption, n, frequency, log_count) for n in range(1, ORDER + 1)]
    total = 0.0
    for words in references:
        damped = math.exp(-((len(caption) - len(words)) ** 2) / (2 * SIGMA**2))
        for n, weights in enumerate(given, start=1):
            total += damped * _clipped(weights, _weights(words, n, frequency, log_count))
    return SCALE * total / (ORDER * len(references))


def _weights(
    words: Words, n: int, frequency: Ngrams, log_count: float
) -> Mapping[tuple[str, ...], float]:
    return {
        run: count * (log_count - math.log(max(frequency[run], 1)))
        for run, count in ngrams(words, n).items()
    }


def _clipped(
    given: Mapping[tuple[str, ...], float], wanted: Mapping[tuple[str, ...], float]
) -> float:
    """Return the cosine of two weightings, the given one clipped to the wanted one."""
    norms = math.hypot(*given.values()) * math.hypot(*wanted.values())
    if norms == 0:
        return 0.0
    shared = given.keys() & wanted.keys()
    return sum(min(given[run], wanted[run]) * wanted[run] for run in sorted(shared)) / norms
