"""Canonical correlation analysis of two views, with ridge."""

from __future__ import annotations

import numpy as np

from .estimator import Floats
from .linear import LinearAligner, check_ridge, components, spectra
from .moments import Moments


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
        one, other = spectra(moments, standardise=self.scale or ridge == 0)
        first, second = one.whitener(ridge), other.whitener(ridge)
        left, strengths, right = np.linalg.svd(
            first.T @ moments.covariance(0, 1) @ second, full_matrices=False
        )
        kept = components(self.n_components, min(one.rank, other.rank, moments.rows - 1))
        weight = strengths[:kept] ** self.power if self.power else 1.0
        return [first @ left[:, :kept] * weight, second @ right[:kept].T * weight]
