"""Zero-shot recognition on labelled data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..card import Figure, ModelCard
from ..learn.zero_shot import Posterior, judge
from ..metrics import classification as metrics
from .report import Draws, figure


def measure(
    scores: NDArray[np.floating], labels: NDArray[np.int64], card: ModelCard, *, draws: Draws
) -> list[Figure]:
    """Return top-1, top-5, mean per class, calibration, and how often the answer is none.

    Args:
        scores: cosines (N, C) of N media with the words for C classes, at least two.
        labels: (N,) in [0, C), which class is right.
        card: of the media's encoder.
    """
    found = judge(scores, card)
    others = np.arange(scores.shape[1]) != labels[:, None]
    without = judge(scores[others].reshape(len(scores), -1), card)
    return scored(found.labels, labels, draws=draws) + calibrated(
        found, without, labels, draws=draws
    )


def scored(
    scores: NDArray[np.floating], labels: NDArray[np.int64], *, draws: Draws
) -> list[Figure]:
    """Return top-1, top-5 and mean per class of `scores` (N, C)."""
    classes = scores.shape[1]
    figures = [
        figure(f"top-{k}", draws.mean(metrics.top_k(scores, labels, k)), chance=k / classes)
        for k in (1, 5)
        if k < classes
    ]
    correct = metrics.top_k(scores, labels)
    mean = draws.rows(len(labels), lambda rows: metrics.mean_per_class(correct[rows], labels[rows]))
    return [*figures, figure("mean per class", mean, chance=1 / classes)]


def calibrated(
    found: Posterior, without: Posterior, labels: NDArray[np.int64], *, draws: Draws
) -> list[Figure]:
    """Return the calibration error of the likeliest class, and how often the answer is none.

    Args:
        without: what is found where the right class is not among the labels.
    """
    correct = metrics.top_k(found.labels, labels)
    counts = metrics.calibration_counts(found.labels.max(axis=1), correct)
    answered = "“none of these” answered, class"
    return [
        figure("calibration error", draws.totals(counts, metrics.binned_error)),
        figure(f"{answered} given", draws.mean(_none(found))),
        figure(f"{answered} left out", draws.mean(_none(without))),
    ]


def _none(found: Posterior) -> NDArray[np.bool_]:
    return np.asarray(found.none > found.labels.max(axis=1))
