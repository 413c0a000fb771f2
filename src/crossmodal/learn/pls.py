"""Partial least squares: the directions in two views that vary together most."""

from __future__ import annotations

import numpy as np

from .estimator import Floats
from .linear import LinearAligner, components
from .moments import Moments
from .whitening import varying


class PLS(LinearAligner):
    """Partial least squares by singular value decomposition (PLS-SVD, Wegelin 2000).

        max u' Cxy v   subject to   u' u = v' v = 1, each dimension orthogonal to those before.

    It needs no inverse, so it never overfits as CCA does, and it favours directions of large
    variance.

    Args:
        n_components: dimensions of the shared space; None for all.
        scale: bring every column to variance one first.
    """

    def __init__(self, *, n_components: int | None = None, scale: bool = False) -> None:
        self.n_components = n_components
        self.scale = scale

    def _solve(self, moments: Moments) -> list[Floats]:
        units = [self._units(moments, view) for view in (0, 1)]
        between = moments.covariance(0, 1) / np.outer(*units)
        left, _, right = np.linalg.svd(between, full_matrices=False)
        kept = components(self.n_components, min(*moments.dims, moments.rows - 1))
        return [left[:, :kept] / units[0][:, None], right[:kept].T / units[1][:, None]]

    def _units(self, moments: Moments, view: int) -> Floats:
        """Return (p,): what each column is divided by."""
        variances = moments.variances(view).clip(0)
        if not self.scale:
            return np.ones_like(variances)
        return np.sqrt(np.where(varying(variances, moments.mean(view)), variances, 1.0))
