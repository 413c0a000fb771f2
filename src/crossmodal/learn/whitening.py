"""Whitening: a view's directions, each at variance one, with those that hold nothing left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDING = 1e-13
"""A standard deviation below this share of the mean is rounding."""
SMALL = 64
"""Columns of a triangular matrix that are inverted at once."""
MARGIN = 100
"""So many times above its rounding error the least variance has to be, for Cholesky."""


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


def whitener(covariance: Floats, mean: Floats, *, ridge: float, standardise: bool) -> Floats:
    """Return W (p, r) with W' ((1 - ridge) C + ridge scale I) W = I, as `Spectrum` does.

    Without ridge any W will do, and where no direction is near to being collinear that of a
    Cholesky factor takes a tenth of the time.
    """
    if ridge == 0:
        triangular = _inverse_factor(covariance, mean)
        if triangular is not None:
            return triangular
    return spectrum(covariance, mean, standardise=standardise).whitener(ridge)


def _inverse_factor(covariance: Floats, mean: Floats) -> Floats | None:
    """Return W (p, p) with W' C W = I; None where C is, or may be, of lower rank."""
    variances = np.diagonal(covariance)
    if not varying(variances, mean).all():
        return None
    units = np.sqrt(variances)
    try:
        factor = np.linalg.cholesky(covariance / np.outer(units, units))
    except np.linalg.LinAlgError:
        return None
    inverse = _inverse(factor)
    least = 1 / np.square(inverse).sum()  # no eigenvalue is smaller, and none is above p
    if least < len(units) ** 2 * np.finfo(np.float64).eps * MARGIN:
        return None
    whitening: Floats = inverse.T / units[:, None]
    return whitening


def _inverse(lower: Floats) -> Floats:
    """Return the inverse of a lower triangular matrix (p, p), half by half, by products."""
    size = len(lower)
    if size <= SMALL:
        return np.asarray(np.linalg.inv(lower), np.float64)
    half, inverse = size // 2, np.zeros_like(lower)
    inverse[:half, :half] = first = _inverse(lower[:half, :half])
    inverse[half:, half:] = second = _inverse(lower[half:, half:])
    inverse[half:, :half] = -second @ (lower[half:, :half] @ first)
    return inverse
