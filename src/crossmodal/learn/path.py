"""Choosing ridge, dimension and power of CCA by held-out retrieval, along a closed-form path.

The eigenvectors of the views' covariances do not depend on the ridge, so each ridge costs one
singular value decomposition and no look at the rows; fewer dimensions are the first of more; and
powers only weigh. Nothing is fitted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from .cca import CCA
from .estimator import Floats
from .held_out import Pairs, quality
from .linear import check_enough, spectra
from .moments import Moments
from .views import check_views
from .whitening import Spectrum

RIDGES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
DIMS = (8, 16, 32, 64, 96, 128, 192, 256, 384, 512)
POWERS = (0.0, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Trial:
    """One choice, and what it reaches on held-out pairs, see `held_out.quality`."""

    ridge: float
    dim: int
    power: float
    quality: float


def choose_cca(
    views: Sequence[ArrayLike],
    held_out: Sequence[ArrayLike],
    *,
    pairs: Pairs | None = None,
    more: Sequence[ArrayLike] = (),
    ridges: Sequence[float] = RIDGES,
    dims: Sequence[int] = DIMS,
    powers: Sequence[float] = POWERS,
) -> tuple[CCA, list[Trial]]:
    """Return CCA fitted on `views` with the choice that retrieves best, and all trials.

    Args:
        views: two matrices (n, p), (n, q) whose rows belong together.
        held_out: two matrices of other rows.
        pairs: which of the held-out rows belong together; None where row k does with row k.
        more: two matrices of further rows to learn from once the choice is made.
        ridges, dims, powers: what to try; dimensions that the views do not have are left out,
            and the most that they have is tried too.

    Raises:
        InputError: the views do not fit each other, or there is nothing to try.
    """
    if not (len(ridges) and len(dims) and len(powers)):
        raise InputError("There is nothing to choose from", cure="Pass ridges, dims and powers.")
    moments = Moments.of(check_views(views))
    check_enough(moments)
    sides = [np.asarray(view, np.float64) for view in held_out]
    if pairs is None:
        check_views(sides)
        pairs = Pairs.one_to_one(len(sides[0]))
    found = spectra(moments, standardise=False)
    between = found[0].vectors.T @ moments.covariance(0, 1) @ found[1].vectors
    rotated = [
        (side - moments.mean(which)) @ found[which].vectors for which, side in enumerate(sides)
    ]
    most = min(*between.shape, moments.rows - 1)
    sizes = sorted({dim for dim in dims if dim < most} | {most})
    trials = [
        trial
        for ridge in ridges
        for trial in _trials(found, between, rotated, pairs, ridge, sizes, powers)
    ]
    best = max(trials, key=lambda trial: (round(trial.quality, 6), -trial.dim))
    chosen = CCA(n_components=best.dim, ridge=best.ridge, power=best.power)
    if len(more):
        moments.update(check_views(more))
    return chosen.adopt(moments), trials


def _trials(
    found: list[Spectrum],
    between: Floats,
    rotated: list[Floats],
    pairs: Pairs,
    ridge: float,
    sizes: list[int],
    powers: Sequence[float],
) -> list[Trial]:
    """Return what each size and power reaches with one ridge."""
    shrinks = [view.shrink(ridge) for view in found]
    left, strengths, right = np.linalg.svd(
        shrinks[0][:, None] * between * shrinks[1], full_matrices=False
    )
    first = (rotated[0] * shrinks[0]) @ left
    second = (rotated[1] * shrinks[1]) @ right.T
    trials = []
    for power in powers:
        weight = strengths**power
        for size in sizes:
            one, other = first[:, :size] * weight[:size], second[:, :size] * weight[:size]
            trials.append(Trial(ridge, size, power, quality(one, other, pairs)))
    return trials
