"""Hubs: candidates that are among the nearest of far too many queries, and what helps.

In high dimensions some vectors are near to everything (Radovanović et al. 2010), the more so
across a modality gap. The corrections below need vectors of queries seen before (a bank, such as
training captions), never the queries that are measured.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def occurrences(scores: Floats, k: int = 10) -> NDArray[np.int64]:
    """Return for each candidate (C,) how many queries of `scores` (Q, C) have it in their first k.

    The mean is k * Q / C.
    """
    k = min(k, scores.shape[1])
    nearest = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    return np.bincount(nearest.ravel(), minlength=scores.shape[1])


def skewness(values: NDArray[np.generic]) -> float:
    """Return the third standardised moment: of `occurrences`, the usual measure of hubness.

    0 where all occur alike; above 1 there are hubs.
    """
    deviations = np.asarray(values, np.float64) - np.mean(np.asarray(values, np.float64))
    spread = float(np.sqrt((deviations**2).mean()))
    return float((deviations**3).mean() / spread**3) if spread > 0 else 0.0


def centred(vectors: Floats, mean: Floats) -> NDArray[np.float64]:
    """Return unit vectors (N, D) after their modality's `mean` (D,) was taken away."""
    moved = vectors.astype(np.float64) - mean
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.where(norms > 0, norms, 1))


def nearness(vectors: Floats, bank: Floats, *, k: int = 10) -> NDArray[np.float64]:
    """Return for each vector (N,) its mean cosine with the k nearest of `bank` (B, D)."""
    k = min(k, len(bank))
    scores = vectors @ bank.T
    return np.asarray(np.partition(scores, -k, axis=1)[:, -k:].mean(axis=1), np.float64)


def csls(scores: Floats, queries: Floats, candidates: Floats) -> NDArray[np.float64]:
    """Return cross-domain similarity local scaling (Conneau et al. 2018).

    2 cos(x, y) - r(x) - r(y), with r the `nearness` of each side to a bank of the other. What
    belongs to the query does not change its order: an index needs one number a candidate.

    Args:
        scores: (Q, C) cosines; queries: (Q,) and candidates: (C,) nearness to the banks.
    """
    return np.asarray(2 * scores - queries[:, None] - candidates, np.float64)


def log_crowd(vectors: Floats, bank: Floats, *, temperature: float) -> NDArray[np.float64]:
    """Return for each vector (N,) temperature * log mean exp(cosine / temperature) over `bank`."""
    scores = vectors.astype(np.float64) @ bank.T / temperature
    top = scores.max(axis=1, keepdims=True)
    crowd = np.log(np.exp(scores - top).mean(axis=1)) + top[:, 0]
    return np.asarray(temperature * crowd)


def inverted_softmax(scores: Floats, crowd: Floats) -> NDArray[np.float64]:
    """Return scores (Q, C) normalised over a bank of queries (Smith et al. 2017), as logarithms.

    Args:
        scores: (Q, C) cosines; crowd: (C,) `log_crowd` of the candidates against the bank.
    """
    return np.asarray(scores - crowd, np.float64)
