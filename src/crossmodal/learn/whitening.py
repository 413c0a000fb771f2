"""Whitening: a view's directions, each at variance one, with those that hold nothing left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDING = 1e-13
"""A standard deviation below this share of the mean is rounding."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The eigenvectors of a covariance that hold variance.

    Constant and collinear columns are what the others say already; their directions are left out,
    so that every answer below is that of the pseudo-inverse.

    Attributes:
        values: (r,) variances, above zero.
        vectors: (p, r), in units of the view's own columns.
        scale: mean variance of a column: what `ridge` mixes in.
    """

    values: Floats
    vectors: Floats
    scale: float

    @property
    def rank(self) -> int:
        return len(self.values)

    def whitener(self, ridge: float) -> Floats:
        """Return W (p, r) with W' ((1 - ridge) C + ridge scale I) W = I."""
        return self.vectors * self.shrink(ridge)

    def shrink(self, ridge: float) -> Floats:
        """Return (r,): one over the root of each regularised variance."""
        return 1 / np.sqrt((1 - ridge) * self.values + ridge * self.scale)


def varying(variances: Floats, mean: Floats) -> NDArray[np.bool_]:
    """Return (p,): which columns vary by more than what they are rounded by."""
    live: NDArray[np.bool_] = variances > (ROUNDING * mean) ** 2
    return live


def spectrum(covariance: Floats, mean: Floats, *, standardise: bool = False) -> Spectrum:
    """Return the eigenvectors of `covariance` (p, p) above its rounding error.

    Args:
        mean: (p,) of the columns: a column that varies by less than they are rounded by is
            constant.
        standardise: bring every column to variance one first.
    """
    variances = np.diagonal(covariance).clip(0)
    live = varying(variances, mean)
    matrix = np.where(np.outer(live, live), covariance, 0)
    units = np.sqrt(np.where(live, variances, 1)) if standardise else None
    if units is not None:
        matrix /= np.outer(units, units)
    top = float(np.diagonal(matrix).max())
    values, vectors = np.linalg.eigh(matrix / top)
    kept = values > values[-1] * len(values) * np.finfo(np.float64).eps
    vectors = vectors[:, kept]
    return Spectrum(
        values=values[kept] * top,
        vectors=vectors if units is None else vectors / units[:, None],
        scale=float(np.trace(matrix)) / int(live.sum()),
    )
