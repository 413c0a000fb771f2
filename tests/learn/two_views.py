"""Views that share a few dimensions: what the tests of aligners learn from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def views(
    *dims: int, rows: int = 400, shared: int = 3, noise: float = 0.5, seed: int = 0
) -> list[Matrix]:
    """Return matrices (rows, dim), one for each of `dims`, that hold the same hidden numbers."""
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(rows, shared))
    # What the views are made by depends on their columns alone, so that other rows of another
    # seed are rows of the same views.
    makers = np.random.default_rng(99)
    return [
        hidden @ makers.normal(size=(shared, dim))
        + noise * random.normal(size=(rows, dim))
        + makers.normal(size=dim)
        for dim in dims
    ]


def column_correlations(one: Matrix, other: Matrix) -> Matrix:
    """Return the correlation of each column of `one` with that of `other`."""
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(one.T, other.T, strict=True)])
