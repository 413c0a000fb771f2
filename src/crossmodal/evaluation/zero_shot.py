"""Zero-shot recognition on labelled data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..card import Figure
from ..learn.zero_shot import Posterior
from ..metrics import classification as metrics
from .report import Draws, figure


def measure(found: Posterior, labels: NDArray[np.int64], *, draws: Draws) -> list[Figure]:
    """Return top-1, top-5, mean per class and calibration error of what was recognised.

    Args:
        found: probabilities of C classes and of none for N media; labels: (N,) in [0, C).
    """
    return scored(found.labels, labels, draws=draws) + calibrated(found, labels, draws=draws)


def scored(
    scores: NDArray[np.floating], labels: NDArray[np.int64], *, draws: Draws, name: str = ""
) -> list[Figure]:
    """Return top-1, top-5 and mean per class of `scores` (N, C)."""
    classes = scores.shape[1]
    prefix = f"{name} " if name else ""
    figures = [
        figure(
            f"{prefix}top-{k}",
            draws.mean(metrics.top_k(scores, labels, k)),
            chance=k / classes,
        )
        for k in (1, 5)
        if k < classes
    ]
    correct = metrics.top_k(scores, labels)
    mean = draws.rows(len(labels), lambda rows: metrics.mean_per_class(correct[rows], labels[rows]))
    return [*figures, figure(f"{prefix}mean per class", mean, chance=1 / classes)]


def calibrated(
    found: Posterior, labels: NDArray[np.int64], *, draws: Draws, name: str = ""
) -> list[Figure]:
    """Return the calibration error of the likeliest class, and the mean probability of none."""
    prefix = f"{name} " if name else ""
    correct = metrics.top_k(found.labels, labels)
    counts = metrics.calibration_counts(found.labels.max(axis=1), correct)
    return [
        figure(f"{prefix}calibration error", draws.totals(counts, metrics.binned_error)),
        figure(f"{prefix}“none of these”", draws.mean(found.none)),
    ]
