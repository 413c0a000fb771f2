"""Spaces: how two views of the same things lie beside each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .retrieval import ranks

Floats = NDArray[np.floating]


def modality_gap(first: Floats, second: Floats) -> float:
    """Return the distance between the means of two sets of unit vectors (Liang et al. 2022).

    0 where the two modalities share one region of the sphere, at most 2.
    """
    return float(np.linalg.norm(first.mean(axis=0) - second.mean(axis=0)))


def total_correlation(first: Floats, second: Floats) -> float:
    """Return the sum over dimensions of the correlation between two views (N, D) of N things.

    For the variates of CCA this is the total correlation that they capture, at most D. A
    dimension that is constant in one of the views adds nothing.
    """
    one, two = first - first.mean(axis=0), second - second.mean(axis=0)
    spread = np.sqrt((one**2).sum(axis=0) * (two**2).sum(axis=0))
    shared = (one * two).sum(axis=0)
    return float(np.divide(shared, spread, out=np.zeros(len(spread)), where=spread > 0).sum())


def alignment(first: Floats, second: Floats) -> NDArray[np.float64]:
    """Return for each pair (N,) the cosine of two unit vectors."""
    return np.asarray((first * second).sum(axis=1), np.float64)


def uniformity(vectors: Floats, *, temperature: float = 2.0) -> float:
    """Return log E exp(-t |x - y|²) over pairs of unit vectors (Wang and Isola 2020).

    The lower, the more evenly they cover the sphere; 0 where all are one point.
    """
    squares = np.maximum(2 - 2 * vectors @ vectors.T, 0)
    rows, columns = np.triu_indices(len(vectors), 1)
    return float(np.log(np.exp(-temperature * squares[rows, columns]).mean()))


def round_trip(start: Floats, back: Floats) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return how well things survive the way into another modality and back.

    Args:
        start, back: (N, D) unit vectors of one space, before and after.

    Returns:
        Each one's cosine with itself (N,), and its rank (N,) among all that set out; 0 is best.
    """
    return alignment(start, back), ranks(back, start)
