"""Classification: how often the right class comes first, and how far to trust probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
BINS = 10


def top_k(scores: Floats, labels: NDArray[np.integer], k: int = 1) -> NDArray[np.float64]:
    """Return for each item (N,) 1 where its class is among the `k` best, else 0.

    A class that ties with the right one counts as before it.

    Args:
        scores: (N, C); labels: (N,) in [0, C).
    """
    right = scores[np.arange(len(labels)), labels][:, None]
    before = (scores >= right).sum(axis=1) - 1
    return np.asarray(before < k, np.float64)


def mean_per_class(correct: Floats, labels: NDArray[np.integer]) -> float:
    """Return the mean over classes of the mean of `correct` (N,): every class counts alike."""
    classes, place = np.unique(labels, return_inverse=True)
    shares = np.bincount(place, correct, len(classes)) / np.bincount(place)
    return float(shares.mean())


def calibration_error(
    probabilities: Floats, correct: Floats, *, weights: Floats | None = None, bins: int = BINS
) -> float:
    """Return the expected calibration error in [0, 1] (Naeini et al. 2015).

    The probabilities go into bins of equal width; the error is the mean over items of how far
    the mean probability of their bin is from the share that was correct.

    Args:
        probabilities: (N,) in [0, 1], such as that of the class that came first.
        correct: (N,) 1 where it was right, else 0.
        weights: (N,) how much each item counts; None for alike.
    """
    return float(binned_error(calibration_counts(probabilities, correct, weights, bins).sum(0)))


def calibration_counts(
    probabilities: Floats, correct: Floats, weights: Floats | None = None, bins: int = BINS
) -> NDArray[np.float64]:
    """Return (N, bins + 1): each item's weighted gap in its bin, and its weight at the end."""
    share = np.ones(len(probabilities)) if weights is None else np.asarray(weights, np.float64)
    counts = np.zeros((len(probabilities), bins + 1))
    place = np.minimum((np.asarray(probabilities) * bins).astype(int), bins - 1)
    counts[np.arange(len(place)), place] = share * (probabilities - correct)
    counts[:, -1] = share
    return counts


def binned_error(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the calibration error (...,) of sums (..., bins + 1) of `calibration_counts`."""
    error: NDArray[np.float64] = np.abs(totals[..., :-1]).sum(-1) / totals[..., -1]
    return error
