"""Zero-shot recognition on labelled data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..card import Figure
from ..learn.zero_shot import Posterior
from ..metrics import classification as metrics
from .report import Draws, figure


def measure(found: Posterior, labels: NDArray[np.int64], *, draws: Draws) -> list[Figure]:
    """Return top-1, top-5, mean per class, calibration, and how often the answer is none.

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
    """Return the calibration error of the likeliest class, and how often the answer is none.

    The latter for all classes, of which one is right, and for all but the right one.
    """
    prefix = f"{name} " if name else ""
    correct = metrics.top_k(found.labels, labels)
    counts = metrics.calibration_counts(found.labels.max(axis=1), correct)
    answered = f"{prefix}“none of these” answered"
    return [
        figure(f"{prefix}calibration error", draws.totals(counts, metrics.binned_error)),
        figure(f"{answered}, class given", draws.mean(found.none > found.labels.max(axis=1))),
        figure(f"{answered}, class left out", draws.mean(_none_without(found, labels))),
    ]


def _none_without(found: Posterior, labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (N,): whether none would be likeliest if the right class were no choice."""
    others = found.labels.copy()
    others[np.arange(len(labels)), labels] = 0
    classes = others.shape[1]
    others *= classes / max(classes - 1, 1)  # what is left shares the same probability beforehand
    return np.asarray(found.none > others.max(axis=1))
