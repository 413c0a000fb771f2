"""Orthogonal Procrustes: one view turned into the other's space, lengths and angles kept."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from .estimator import Floats
from .linear import LinearAligner
from .moments import Moments


class Procrustes(LinearAligner):
    """The rotation that brings one view nearest to the other (Schönemann 1966).

        min over R of ‖(X - mean x) R - (Y - mean y)‖   subject to   R R' = I (or R' R = I)

    The locked view stays where it is, so what is learned leads into an existing space. Where the
    views have different numbers of columns, R turns as many directions as the smaller one has.

    Args:
        lock: number of the view that stays.
        scale: also stretch the other view to its size.
    """

    signs_free = False

    def __init__(self, *, lock: int = 1, scale: bool = False) -> None:
        self.lock = lock
        self.scale = scale

    def _solve(self, moments: Moments) -> list[Floats]:
        if self.lock not in (0, 1):
            raise InputError(f"lock is {self.lock!r}", cure="Use 0 or 1, the view that stays.")
        turned = 1 - self.lock
        left, strengths, right = np.linalg.svd(
            moments.covariance(turned, self.lock), full_matrices=False
        )
        rotation = left @ right
        if self.scale:
            size = float(np.trace(moments.covariance(turned, turned)))
            rotation = rotation * (float(strengths.sum()) / size)
        weights = [rotation, np.eye(moments.dims[self.lock])]
        return weights if self.lock == 1 else weights[::-1]

    def _map(self, view: Floats, which: int) -> Floats:
        if which == self.lock:
            return view
        turned: Floats = super()._map(view, which) + self.means_[self.lock]
        return turned
