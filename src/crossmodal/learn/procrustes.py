"""Orthogonal Procrustes: one view turned into the other's space, lengths and angles kept."""

from __future__ import annotations

import numpy as np

from .estimator import Floats
from .linear import LinearAligner
from .moments import Moments


class Procrustes(LinearAligner):
    """The rotation that brings the first view nearest to the second (Schönemann 1966).

        min over R of ‖(X - mean x) R - (Y - mean y)‖   subject to   R R' = I (or R' R = I)

    The second view stays where it is, so what is learned leads into an existing space. Where the
    views have different numbers of columns, R turns as many directions as the smaller one has.

    Args:
        scale: also stretch the first view to the second's size.
    """

    signs_free = False

    def __init__(self, *, scale: bool = False) -> None:
        self.scale = scale

    def _solve(self, moments: Moments) -> list[Floats]:
        between = moments.covariance(0, 1)
        left, strengths, right = np.linalg.svd(between, full_matrices=False)
        rotation = left @ right
        if self.scale:
            size = float(np.trace(moments.covariance(0, 0)))
            rotation = rotation * (float(strengths.sum()) / size if size else 1.0)
        return [rotation, np.eye(moments.dims[1])]

    def _map(self, view: Floats, which: int) -> Floats:
        if which == 1:
            return view
        turned: Floats = super()._map(view, which) + self.means_[1]
        return turned
