"""Ways to learn a shared space, each with its own choices made by retrieval.

What is chosen by (a share of the pairs, see `choosing`) is set aside for that. The closed forms
then learn from it too; what is trained step by step stops by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .contrastive import ContrastiveHeads
from .deep import DeepCCA
from .estimator import Estimator
from .held_out import split
from .kernel import KernelCCA
from .path import choose_cca
from .pls import PLS
from .procrustes import Procrustes
from .sides import Sides

SHARE = 0.1
MOST = 1000
KERNEL_FEATURES = 500
"""Groups of pairs that choices are made by: a share of those learned from, at most so many."""


def choosing(sides: Sides, *, seed: int) -> NDArray[np.bool_]:
    """Return which pairs of `sides` to choose by."""
    chosen, groups = split(sides.pairs, share=SHARE, seed=seed + 1)
    if groups * SHARE > MOST:
        chosen, _ = split(sides.pairs, share=MOST / groups, seed=seed + 1)
    return chosen


def cca(sides: Sides, seed: int, lock: int | None) -> Estimator:  # noqa: ARG001
    """Return CCA with the ridge, dimension and power that retrieve best."""
    aside = choosing(sides, seed=seed)
    kept, judge = sides.only(~aside), sides.only(aside)
    judges = [judge.left, judge.right]
    return choose_cca(kept.rows(), judges, pairs=judge.pairs, more=judge.rows())[0]


def pls(sides: Sides, seed: int, lock: int | None) -> Estimator:  # noqa: ARG001
    """Return PLS with the dimension that retrieves best."""
    aside = choosing(sides, seed=seed)
    kept, judge = sides.only(~aside), sides.only(aside)
    sizes = choose_cca(
        kept.rows(), [judge.left, judge.right], pairs=judge.pairs, ridges=(1.0,), powers=(0.0,)
    )[0]
    return PLS(n_components=sizes.n_components).fit(sides.rows())


def procrustes(sides: Sides, seed: int, lock: int | None) -> Estimator:  # noqa: ARG001
    """Return the rotation of one side into the other's space; the right one stays by default."""
    return Procrustes(lock=1 if lock is None else lock).fit(sides.rows())


def kernel_cca(sides: Sides, seed: int, lock: int | None) -> Estimator:  # noqa: ARG001
    """Return kernel CCA with the ridge, dimension and power that retrieve best."""
    aside = choosing(sides, seed=seed)
    kept, judge = sides.only(~aside), sides.only(aside)
    model = KernelCCA(seed=seed, n_features=min(KERNEL_FEATURES, len(kept.pairs)))
    views = model.prepare(kept.rows())
    judges = [model.features(view, which) for which, view in enumerate((judge.left, judge.right))]
    best = choose_cca(views, judges, pairs=judge.pairs)[0]
    model.set_params(n_components=best.n_components, ridge=best.ridge, power=best.power)
    return model.fit(sides.rows())


def deep_cca(sides: Sides, seed: int, lock: int | None) -> Estimator:  # noqa: ARG001
    """Return deep CCA, stopped by retrieval."""
    return DeepCCA(seed=seed).fit(sides.rows())


def contrastive(sides: Sides, seed: int, lock: int | None) -> Estimator:
    """Return contrastive heads, stopped by retrieval."""
    return ContrastiveHeads(seed=seed, lock=lock).fit(sides.rows())


METHODS: Mapping[str, Callable[[Sides, int, int | None], Estimator]] = MappingProxyType(
    {
        "cca": cca,
        "pls": pls,
        "procrustes": procrustes,
        "kernel-cca": kernel_cca,
        "deep-cca": deep_cca,
        "contrastive": contrastive,
    }
)
"""From sides, a seed and the side that stays (None for neither) to a fitted aligner."""

LOCKING = ("procrustes", "contrastive")
"""Methods that can leave a side as it is."""


def check_method(method: str, *, locking: bool) -> None:
    """Refuse a method that is not there, or that cannot lock a side as asked.

    Raises:
        InputError: it is so.
    """
    if method not in METHODS:
        raise InputError(f"There is no method {method!r}", cure=f"Use: {', '.join(METHODS)}.")
    if locking and method not in LOCKING:
        raise InputError(
            f"{method} changes both sides", cure=f"To lock one use: {', '.join(LOCKING)}."
        )
