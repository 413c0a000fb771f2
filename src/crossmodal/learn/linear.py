"""What the linear aligners share: everything that they need is in the views' moments.

So one pass over the rows is enough, in batches of any size, and memory depends on the views'
columns alone.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import combinations
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from .cores import Result, at_once
from .estimator import Estimator, Floats
from .moments import Moments
from .whitening import Spectrum, spectrum, varying, whitener


class LinearAligner(Estimator):
    """An aligner but for `_solve`, which turns moments into weights.

    Attributes:
        means_: (p_i,) of each view.
        weights_: (p_i, dim_) of each view: `transform` is (view - mean) @ weights.
        correlations_: (dim_,) of the views' variates, over the rows learned from; the mean over
            pairs where there are more than two views.
        rows_: rows learned from.
    """

    signs_free: ClassVar[bool] = True
    """Whether a dimension turned round is as good an answer: then its sign is fixed by rule."""

    means_: list[Floats]
    weights_: list[Floats]
    correlations_: Floats
    rows_: int

    @abstractmethod
    def _solve(self, moments: Moments) -> list[Floats]:
        """Return each view's weights (p_i, k), the strongest dimension first."""

    def _fit(self, views: list[NDArray[Any]]) -> None:
        self._begin(views)
        self._gather(views)
        self._conclude()

    def partial_fit(self, views: Sequence[ArrayLike], y: None = None) -> Self:  # noqa: ARG002 (scikit-learn passes it)
        """Learn from more rows: all that have come since the last `fit` count alike.

        The answer is that of one `fit` on all rows, up to rounding, whatever the batches. It is
        worked out anew in each call; for many small batches `fit_batches` is quicker.

        Raises:
            InputError: as `fit`; or it was loaded from a file, which does not hold the moments.
        """
        checked = self._checked(views)
        if not hasattr(self, "dims_"):
            self._begin(checked)
        self._gather(checked)
        self._conclude()
        return self

    def fit_batches(self, batches: Iterable[Sequence[ArrayLike]]) -> Self:
        """Learn from batches of views, one after the other, none of which is kept."""
        begun = False
        for batch in batches:
            checked = self._checked(batch)
            if not begun:
                self._begin(checked)
                begun = True
            self._gather(checked)
        if not begun:
            raise InputError("No batches came", cure="Pass at least one list of views.")
        self._conclude()
        return self

    def _begin(self, views: list[NDArray[Any]]) -> None:
        """Start afresh: what does not change from batch to batch is set here."""
        self.dims_ = [view.shape[1] for view in views]
        self._moments = Moments(self.dims_)

    def _gather(self, views: list[NDArray[Any]]) -> None:
        self._check_batch(views)
        self._moments.update(views)

    def _check_batch(self, views: list[NDArray[Any]]) -> None:
        """Refuse a batch that does not go on from those before."""
        found = [view.shape[1] for view in views]
        if found != self.dims_:
            raise InputError(f"Views of {found} columns came", cure=f"It began with {self.dims_}.")
        if not hasattr(self, "_moments"):
            raise InputError(
                f"This {type(self).__name__} was loaded from a file, which holds no moments",
                cure="Call fit, or fit_batches with all batches.",
            )

    def adopt(self, moments: Moments) -> Self:
        """Learn from moments that were gathered elsewhere."""
        self.dims_ = list(moments.dims)
        self._moments = moments
        self._conclude()
        return self

    def _conclude(self) -> None:
        """Turn the moments into weights.

        Raises:
            InputError: there are fewer than two rows, or fewer directions than are wanted.
        """
        moments = self._moments
        check_enough(moments)
        weights = self._solve(moments)
        if self.signs_free:
            weights = _upright(weights)
        self.means_ = [moments.mean(view) for view in range(len(moments.dims))]
        self.weights_ = weights
        self.dim_ = weights[0].shape[1]
        self.rows_ = moments.rows
        self.correlations_ = mean_correlations(weights, moments)

    def _map(self, view: Floats, which: int) -> Floats:
        mapped: Floats = (view - self.means_[which]) @ self.weights_[which]
        return mapped


def check_enough(moments: Moments) -> None:
    """Refuse views that have nothing to learn from.

    Raises:
        InputError: one has fewer than two rows, is constant, or is too large to calculate with.
    """
    for view in range(len(moments.dims)):
        rows = moments.count(view)
        if rows < 2:
            raise InputError(
                f"View {view} has {rows} sample(s), n_samples = {rows}",
                cure="Pass at least two rows; one pair says nothing of what varies with what.",
            )
        variances = moments.variances(view)
        if not np.isfinite(variances.sum()):
            raise InputError(
                f"View {view} holds numbers too large to square", cure="Scale it down."
            )
        if not varying(variances, moments.mean(view)).any():
            raise InputError(
                f"View {view} is constant: every row is the same", cure="Pass rows that differ."
            )


def spectra(moments: Moments, *, standardise: bool) -> list[Spectrum]:
    """Return the spectrum of each view's covariance."""
    return _of_each(moments, partial(spectrum, standardise=standardise))


def whiteners(moments: Moments, *, ridge: float, scale: bool) -> list[Floats]:
    """Return of each view the (p, r) that whitens it; without ridge, units do not matter."""
    return _of_each(moments, partial(whitener, ridge=ridge, standardise=scale or ridge == 0))


def _of_each(moments: Moments, work: Callable[[Floats, Floats], Result]) -> list[Result]:
    """Return what `work` makes of each view's covariance and mean; all views at once."""
    return at_once(
        [
            partial(work, moments.covariance(view, view), moments.mean(view))
            for view in range(len(moments.dims))
        ]
    )


def check_ridge(ridge: float) -> float:
    """Return `ridge`, a share in [0, 1].

    Raises:
        InputError: it is not one.
    """
    if not isinstance(ridge, int | float | np.number) or not 0 <= ridge <= 1:
        raise InputError(f"ridge is {ridge!r}", cure="Use a share from 0 to 1, such as 0.1.")
    return float(ridge)


def components(wanted: int | None, available: int) -> int:
    """Return how many dimensions to give: `wanted`, or all that there are for None.

    Raises:
        InputError: fewer are there than are wanted.
    """
    if wanted is None:
        return available
    if not isinstance(wanted, int | np.integer) or wanted < 1:
        raise InputError(f"n_components is {wanted!r}", cure="Use a whole number from 1, or None.")
    if wanted > available:
        raise InputError(
            f"n_components is {wanted}, and the views share {available} dimensions",
            cure=f"Use at most {available}, or None for all; more rows may give more.",
        )
    return int(wanted)


def mean_correlations(weights: Sequence[Floats], moments: Moments) -> Floats:
    """Return (k,): the correlation of the views' variates, the mean over pairs of views."""
    pairs = list(combinations(range(len(weights)), 2))
    deviations = [
        np.sqrt(moments.covariances(view, mine, view, mine).clip(0))
        for view, mine in enumerate(weights)
    ]
    total = np.zeros(weights[0].shape[1])
    for i, j in pairs:
        together = moments.covariances(i, weights[i], j, weights[j])
        lengths = deviations[i] * deviations[j]
        total += np.divide(together, lengths, out=np.zeros_like(total), where=lengths > 0)
    return (total / len(pairs)).clip(-1, 1)


def _upright(weights: list[Floats]) -> list[Floats]:
    """Return `weights` with each dimension's sign fixed: its largest first weight is positive."""
    top = np.abs(weights[0]).argmax(axis=0)
    signs = np.where(weights[0][top, np.arange(weights[0].shape[1])] < 0, -1.0, 1.0)
    return [mine * signs for mine in weights]
