"""Two or more views at once: MCCA and GCCA, with rows that lack some of the views."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from .estimator import Floats
from .linear import LinearAligner, check_ridge, components, whiteners
from .moments import Moments

Between: TypeAlias = Callable[[int, int], Floats]


class MultiView(LinearAligner):
    """What MCCA and GCCA share: the eigenvectors of the whitened views' covariance.

    Args:
        n_components: dimensions of the shared space; None for all.
        ridge: share in [0, 1] of a scaled identity in each view's covariance; see CCA.
        scale: bring every column to variance one first. Without ridge this changes nothing.
    """

    most_views = None
    missing_allowed = True

    def __init__(
        self, *, n_components: int | None = None, ridge: float = 0.0, scale: bool = False
    ) -> None:
        self.n_components = n_components
        self.ridge = ridge
        self.scale = scale

    def _whitened(self, moments: Moments) -> tuple[list[Floats], int]:
        """Return each view's whitener, and how many dimensions to give."""
        ridge = check_ridge(self.ridge)
        found = whiteners(moments, ridge=ridge, scale=self.scale)
        # What the views share lies in at most as many dimensions as any two of them have.
        ranks = sorted(view.shape[1] for view in found)
        kept = components(self.n_components, min(ranks[-2], moments.rows - 1))
        return found, kept


class MCCA(MultiView):
    """Multiset CCA by the sum of correlations (Kettenring 1971).

        max Σ_{i≠j} w_i' C_ij w_j   subject to   Σ_i w_i' R_i w_i = number of views

    A row may lack views: pass it as NaN throughout. Each covariance is taken over the rows that
    have both views (available cases).
    """

    def _solve(self, moments: Moments) -> list[Floats]:
        whiteners, kept = self._whitened(moments)
        blocks, _ = _leading(whiteners, moments.covariance, kept, own=False)
        root = np.sqrt(len(whiteners))
        return [root * white @ block for white, block in zip(whiteners, blocks, strict=True)]


class GCCA(MultiView):
    """Generalised CCA by maximum variance (Kettenring 1971; Carroll 1968).

        min Σ_i ‖K_i (G - X_i w_i)‖²   subject to   G' G = (n - 1) I

    G is what the views have in common, one row each. A row may lack views: pass it as NaN
    throughout; K_i leaves those rows out of the view's part (van de Velden and Takane 2012,
    all rows weighing alike).
    """

    def _solve(self, moments: Moments) -> list[Floats]:
        whiteners, kept = self._whitened(moments)

        def overlap(i: int, j: int) -> Floats:
            """Covariance of rows that lack a view counted as standing at its mean."""
            sums = moments.pair(i, j).around(moments.mean(i), moments.mean(j))
            scaled: Floats = sums / np.sqrt((moments.count(i) - 1.0) * (moments.count(j) - 1.0))
            return scaled

        blocks, values = _leading(whiteners, overlap, kept, own=True)
        roots = np.sqrt(values.clip(0))
        return [
            white @ block * (roots * np.sqrt((moments.rows - 1) / (moments.count(view) - 1)))
            for view, (white, block) in enumerate(zip(whiteners, blocks, strict=True))
        ]


def _leading(
    whiteners: list[Floats], between: Between, kept: int, *, own: bool
) -> tuple[list[Floats], Floats]:
    """Return the leading eigenvectors of the whitened views' covariance, by view, and values.

    Args:
        between: covariance of two views, the lower number first.
        own: whether a view's own covariance counts.
    """
    edges = np.cumsum([0, *(white.shape[1] for white in whiteners)])
    spans = [slice(start, stop) for start, stop in pairwise(edges)]
    matrix = np.zeros((edges[-1], edges[-1]))
    for i, first in enumerate(whiteners):
        for j in range(i if own else i + 1, len(whiteners)):
            block = first.T @ between(i, j) @ whiteners[j]
            matrix[spans[i], spans[j]] = block
            matrix[spans[j], spans[i]] = block.T
    values, vectors = np.linalg.eigh(matrix)
    order = np.arange(len(values))[::-1][:kept]
    return [vectors[span][:, order] for span in spans], values[order]
