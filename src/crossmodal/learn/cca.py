"""Canonical correlation analysis of two views, with ridge."""

from __future__ import annotations

import numpy as np

from .estimator import Floats
from .linear import LinearAligner, check_ridge, components, whiteners
from .moments import Moments

STRONG = 1e-3
"""Singular values from this share of the largest on lose no digits that matter by squaring."""


class CCA(LinearAligner):
    """Canonical correlation analysis (Hotelling 1936), canonical ridge (Vinod 1976).

    Finds the directions in two views whose variates correlate most:

        max u' Cxy v   subject to   u' Rx u = v' Ry v = 1,
        R = (1 - ridge) C + ridge s I,   s the mean variance of a column.

    In closed form: whiten both views by the eigenvectors of their covariances, and take the
    singular value decomposition of what lies between. Collinear and constant columns, and fewer
    rows than columns, are met by the pseudo-inverse; with so few rows every correlation is 1
    unless there is some ridge.

    Args:
        n_components: dimensions of the shared space; None for all.
        ridge: share in [0, 1]; 0 is CCA, 1 is PLS.
        power: each dimension is weighed by its correlation to this power, so that in a comparison
            by cosine the dimensions that the views share count most (Gong et al. 2014 use 4);
            0 leaves variates of variance one.
        scale: bring every column to variance one first. Without ridge this changes nothing.
    """

    def __init__(
        self,
        *,
        n_components: int | None = None,
        ridge: float = 0.0,
        power: float = 0.0,
        scale: bool = False,
    ) -> None:
        self.n_components = n_components
        self.ridge = ridge
        self.power = power
        self.scale = scale

    def _solve(self, moments: Moments) -> list[Floats]:
        ridge = check_ridge(self.ridge)
        first, second = whiteners(moments, ridge=ridge, scale=self.scale)
        available = min(first.shape[1], second.shape[1], moments.rows - 1)
        kept = components(self.n_components, available)
        between = first.T @ moments.covariance(0, 1) @ second
        left, strengths, right = leading(between, kept)
        weight = strengths**self.power if self.power else 1.0
        return [first @ left * weight, second @ right * weight]


def leading(matrix: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """Return the `count` leading singular vectors (p, count), (q, count) of a matrix (p, q).

    The strengths between them are (count,). Where all that are wanted are strong, the eigenvectors
    of the smaller Gram matrix give them to full precision, in a third of the time.
    """
    wide = matrix.shape[0] <= matrix.shape[1]
    side = matrix if wide else matrix.T
    squares, vectors = np.linalg.eigh(side @ side.T)
    if squares[-count] > STRONG**2 * squares[-1]:
        strengths = np.sqrt(squares[-count:][::-1])
        one = vectors[:, -count:][:, ::-1]
        other = side.T @ one / strengths
        return (one, strengths, other) if wide else (other, strengths, one)
    left, strengths, right = np.linalg.svd(matrix, full_matrices=False)
    return left[:, :count], strengths[:count], right[:count].T
