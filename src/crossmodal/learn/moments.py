"""Means and covariances of several views, gathered block by block.

What is kept depends on the views' columns alone, never on how many rows have passed. Blocks are
merged by the update of Chan, Golub and LeVeque (1983), so that large means cost no digits. Views
may be missing in some rows: each pair of views is counted over the rows that have both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations_with_replacement, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cores import shared
from .views import ROWS, absent, blocks

Floats = NDArray[np.float64]

OFF_CENTRE = 4.0
"""Up to a squared mean of so many variances, the mean is taken away only after the products, which
is quicker: they have then at most five times the rounding error of centred ones."""
SAMPLE = 250
"""Rows from all over a view that tell about where its centre is."""


@dataclass(slots=True)
class PairMoments:
    """Of two views over the rows that have both.

    Attributes:
        count: rows.
        first, second: means (p,), (q,).
        products: (p, q) sums of products of what is left when the means are taken away.
    """

    count: int
    first: Floats
    second: Floats
    products: Floats

    def merge(self, other: PairMoments) -> None:
        """Take in what `other` has gathered."""
        if other.count == 0:
            return
        if self.count == 0:
            self.count, self.products = other.count, other.products
            self.first, self.second = other.first, other.second
            return
        total = self.count + other.count
        share = other.count / total
        ahead, beside = other.first - self.first, other.second - self.second
        self.products += other.products
        self.products += np.outer(ahead * (self.count * share), beside)
        self.first = self.first + share * ahead
        self.second = self.second + share * beside
        self.count = total

    def around(self, first: Floats, second: Floats) -> Floats:
        """Return the sums of products around other means than these rows' own."""
        return self.products + self.count * np.outer(self.first - first, self.second - second)


class Moments:
    """Running means and covariances of views of `dims` columns."""

    def __init__(self, dims: Sequence[int]) -> None:
        self.dims = tuple(dims)
        self.rows = 0  # all that have passed, whatever they lack
        self._pairs = {
            (i, j): PairMoments(
                0, np.zeros(dims[i]), np.zeros(dims[j]), np.zeros((dims[i], dims[j]))
            )
            for i, j in combinations_with_replacement(range(len(dims)), 2)
        }

    @classmethod
    def of(cls, views: Sequence[NDArray[Any]]) -> Moments:
        """Return the moments of `views`, checked matrices of as many rows."""
        moments = cls([view.shape[1] for view in views])
        moments.update(views)
        return moments

    def update(self, views: Sequence[NDArray[Any]]) -> None:
        """Take in the rows of `views`, checked matrices of as many rows."""
        if len(views[0]) == 0:
            return
        if any(absent(view[:, :1]).any() for view in views):
            for rows in blocks(len(views[0])):
                self._take_some([np.asarray(view[rows], np.float64) for view in views])
        else:
            self._take_all(views)
        self.rows += len(views[0])

    def _take_all(self, views: Sequence[NDArray[Any]]) -> None:
        """Take in rows that lack nothing: all views side by side, so that one product does."""
        count, edges = len(views[0]), [0, *accumulate(self.dims)]
        shift = np.concatenate([_shift(view) for view in views])

        def gather(share: slice) -> tuple[Floats, Floats]:
            room = np.empty((min(share.stop - share.start, ROWS), len(shift)))
            sums, (products, more) = np.zeros(len(shift)), np.zeros((2, len(shift), len(shift)))
            for rows in blocks(share.stop, start=share.start):
                beside = room[: rows.stop - rows.start]
                np.concatenate([view[rows] for view in views], axis=1, out=beside)
                if shift.any():
                    beside -= shift
                sums += beside.sum(axis=0)
                products += np.matmul(beside.T, beside, out=more)
            return sums, products

        (sums, products), *others = shared(count, gather)
        for more_sums, more_products in others:
            sums += more_sums
            products += more_products
        left = sums / count  # of the means, after the shift
        spans = [slice(start, stop) for start, stop in pairwise(edges)]
        means = [(shift + left)[span] for span in spans]
        for (i, j), pair in self._pairs.items():
            own = products[spans[i], spans[j]] - np.outer(left[spans[i]] * count, left[spans[j]])
            pair.merge(PairMoments(count, means[i], means[j], own))

    def _take_some(self, parts: list[Floats]) -> None:
        """Take in rows that may lack views."""
        gone = [absent(part) for part in parts]
        for (i, j), pair in self._pairs.items():
            both = ~(gone[i] | gone[j])
            if both.any():
                pair.merge(_gather(parts[i][both], parts[j][both] if j != i else None))

    def count(self, view: int) -> int:
        """Rows that have the view."""
        return self._pairs[view, view].count

    def mean(self, view: int) -> Floats:
        """(p,): over the rows that have the view."""
        return self._pairs[view, view].first

    def pair(self, i: int, j: int) -> PairMoments:
        """What was gathered of views i <= j."""
        return self._pairs[i, j]

    def covariance(self, i: int, j: int) -> Floats:
        """(p_i, p_j): over the rows that have both; zero where fewer than two do."""
        pair = self._pairs[min(i, j), max(i, j)]
        products = pair.products if i <= j else pair.products.T
        return products / max(pair.count - 1, 1)

    def variances(self, view: int) -> Floats:
        """(p,): of each column, over the rows that have the view."""
        pair = self._pairs[view, view]
        return np.diagonal(pair.products) / max(pair.count - 1, 1)

    def covariances(self, i: int, one: Floats, j: int, other: Floats) -> Floats:
        """(k,): of the variates that `one (p_i, k)` and `other (p_j, k)` give, i <= j."""
        pair = self._pairs[i, j]
        sums: Floats = np.einsum("pk,pk->k", one, pair.products @ other)
        return sums / max(pair.count - 1, 1)


def _shift(view: NDArray[Any]) -> Floats:
    """Return (p,): what is taken away before the products, the mean of a sample of rows; or 0."""
    sample = view[:: max(1, len(view) // SAMPLE)]
    with np.errstate(over="ignore", invalid="ignore"):
        mean = sample.mean(axis=0, dtype=np.float64)
        near = (mean**2 <= OFF_CENTRE * sample.var(axis=0, dtype=np.float64)).all()
    return np.zeros_like(mean) if near else mean


def _gather(first: Floats, second: Floats | None) -> PairMoments:
    mean = first.mean(axis=0)
    ahead = first - mean
    if second is None:
        return PairMoments(len(first), mean, mean, ahead.T @ ahead)
    other = second.mean(axis=0)
    return PairMoments(len(first), mean, other, ahead.T @ (second - other))
