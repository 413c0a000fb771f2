"""Kernel CCA with bounded memory: CCA on features that stand for a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from .cca import CCA
from .estimator import Floats
from .moments import Moments
from .views import blocks

SAMPLE = 500
"""Rows whose distances choose the kernel's width."""


class KernelCCA(CCA):
    """Kernel CCA (Lai and Fyfe 2000; Akaho 2001) with the Gaussian kernel exp(-gamma ‖x - x'‖²).

    Each view is mapped to `n_features` numbers whose inner products stand for the kernel, by the
    Nyström method (Williams and Seeger 2001) or by random Fourier features (Rahimi and Recht
    2007; for CCA Lopez-Paz et al. 2014). So memory depends on `n_features` alone, and rows may
    stream through `partial_fit`. With as many Nyström landmarks as rows it is kernel CCA itself.

    Args:
        n_components, ridge, power: see CCA; some ridge is needed here.
        approximation: "nystroem", whose landmarks are rows of the first batch, or "fourier".
        n_features: landmarks or Fourier features, at most the rows of the first batch for
            landmarks.
        gamma: the kernel's width, for both views; None for one over the median squared distance
            of each view's first rows.
        seed: of the landmarks or features.
    """

    scale = False  # features of a kernel are of one unit already

    def __init__(
        self,
        *,
        n_components: int | None = None,
        ridge: float = 0.01,
        power: float = 0.0,
        approximation: str = "nystroem",
        n_features: int = 500,
        gamma: float | None = None,
        seed: int = 0,
    ) -> None:
        self.n_components = n_components
        self.ridge = ridge
        self.power = power
        self.approximation = approximation
        self.n_features = n_features
        self.gamma = gamma
        self.seed = seed

    gammas_: list[float]
    points_: list[Floats]
    turns_: list[Floats]

    def prepare(self, views: Sequence[ArrayLike]) -> list[Floats]:
        """Choose what stands for the kernels, and return the features of `views`.

        Raises:
            InputError: as `fit`.
        """
        checked = self._checked(views)
        self._begin(checked)
        return [self.features(view, which) for which, view in enumerate(checked)]

    def features(self, view: NDArray[Any], which: int) -> Floats:
        """Return (n, m): the numbers that stand for the kernel of `view`."""
        maps = self._nystroem if self.approximation == "nystroem" else self._fourier
        parts = [maps(np.asarray(view[rows], np.float64), which) for rows in blocks(len(view))]
        return np.concatenate([np.zeros((0, self.turns_[which].shape[-1])), *parts])

    def _begin(self, views: list[NDArray[Any]]) -> None:
        if self.approximation not in ("nystroem", "fourier"):
            raise InputError(
                f"approximation is {self.approximation!r}", cure="Use nystroem or fourier."
            )
        if not isinstance(self.n_features, int | np.integer) or self.n_features < 1:
            raise InputError(f"n_features is {self.n_features!r}", cure="Use a number from 1.")
        self.dims_ = [view.shape[1] for view in views]
        self.gammas_, self.points_, self.turns_ = [], [], []
        for which, view in enumerate(views):
            self._draw(view, which)
        self._moments = Moments([turn.shape[-1] for turn in self.turns_])

    def _draw(self, view: NDArray[Any], which: int) -> None:
        """Choose the kernel's width and what stands for it."""
        rows = np.random.default_rng([self.seed, which, 0]).permutation(len(view))
        gamma = self.gamma or _width(np.asarray(view[np.sort(rows[:SAMPLE])], np.float64))
        self.gammas_.append(gamma)
        if self.approximation == "fourier":
            random = np.random.default_rng([self.seed, which, 1])
            shape = (view.shape[1], self.n_features)
            self.points_.append(random.normal(scale=np.sqrt(2 * gamma), size=shape))
            self.turns_.append(random.uniform(0, 2 * np.pi, self.n_features))
            return
        marks = np.unique(np.asarray(view[rows[: self.n_features]], np.float64), axis=0)
        values, vectors = np.linalg.eigh(_gaussian(marks, marks, gamma))
        kept = values > values[-1] * len(values) * np.finfo(np.float64).eps
        self.points_.append(marks)
        self.turns_.append(vectors[:, kept] / np.sqrt(values[kept]))

    def _gather(self, views: list[NDArray[Any]]) -> None:
        self._check_batch(views)
        for rows in blocks(len(views[0])):
            self._moments.update([self.features(v[rows], which) for which, v in enumerate(views)])

    def _map(self, view: Floats, which: int) -> Floats:
        return super()._map(self.features(view, which), which)

    def _nystroem(self, view: Floats, which: int) -> Floats:
        near = _gaussian(view, self.points_[which], self.gammas_[which])
        features: Floats = near @ self.turns_[which]
        return features

    def _fourier(self, view: Floats, which: int) -> Floats:
        waves = np.cos(view @ self.points_[which] + self.turns_[which])
        features: Floats = waves * np.sqrt(2 / waves.shape[1])
        return features


def _gaussian(one: Floats, other: Floats, gamma: float) -> Floats:
    """Return (n, m): the kernel of every row of `one` with every row of `other`."""
    kernel: Floats = np.exp(-gamma * _distances(one, other))
    return kernel


def _distances(one: Floats, other: Floats) -> Floats:
    squares: Floats = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
    return squares.clip(0)


def _width(rows: Floats) -> float:
    """Return one over the median squared distance of different rows; 1 where all are equal."""
    found = _distances(rows, rows)[np.triu_indices(len(rows), 1)]
    typical = float(np.median(found)) if len(found) else 0.0
    return 1 / typical if typical > 0 else 1.0
