"""Vectors in fewer bytes: what a graph compares first, and what its best are compared by next.

A graph walks from vector to vector all over memory, so its speed is the number of bytes that it
has to fetch. Its vectors are therefore short: the axes along which the vectors of the index differ
most, in one byte each. What it finds is compared again by one byte of every number, and only the
best of that by the vectors themselves, which SQLite holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KEPT = 0.94  # share of what vectors differ by that the graph compares, at least:
STEP = 32  # in a multiple of so many numbers; 128 of pocket's 384
LEAST = 1e-6  # a step is never less: vectors may be all alike
REACH = 1.5  # a number may be so much larger than the largest of the sample
OUTER = 0.9995  # share of the sample's numbers that fit; those farther out are cut


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """How vectors become bytes, as learned from a sample of them.

    Attributes:
        axes: (dim, short) float32, orthonormal columns: those along which the sample has most of
            its length, turned at random among themselves, so that none has much more than another.
        short_step: what 1 means in a short code.
        steps: (dim,) float32, what 1 means in each number of a full code.
    """

    axes: NDArray[np.float32]
    short_step: float
    steps: NDArray[np.float32]

    @classmethod
    def learn(cls, sample: NDArray[np.float32]) -> Codes:
        """Return the codes for vectors like those of `sample` (N, dim)."""
        _, axes = np.linalg.eigh(sample.T.astype(np.float64) @ sample)
        axes = axes[:, ::-1]  # the longest first
        short = _enough((sample @ axes).var(axis=0))
        turn, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((short, short)))
        turned = (axes[:, :short] @ turn).astype(np.float32)
        reach = float(np.quantile(np.abs(sample @ turned), OUTER))
        widest = np.abs(sample).max(axis=0) * REACH
        steps = np.maximum(widest / 127, LEAST).astype(np.float32)
        return cls(turned, max(reach / 127, LEAST), steps)

    def short(self, values: NDArray[np.float32]) -> NDArray[np.int8]:
        """Return the short codes (N, short) of `values` (N, dim)."""
        return _bytes((values @ self.axes) / self.short_step)

    def full(self, values: NDArray[np.float32]) -> NDArray[np.int8]:
        """Return the full codes (N, dim) of `values` (N, dim)."""
        return _bytes(values / self.steps)

    def cosines(self, full: NDArray[np.int8], parts: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, P): about the cosines of vectors, by their full codes, with `parts`."""
        cosines: NDArray[np.float32] = full.astype(np.float32) @ (parts * self.steps).T
        return cosines


def _enough(spread: NDArray[np.float64]) -> int:
    """Return how many of the first axes have KEPT of all `spread`, the variance along each."""
    share = np.cumsum(spread) / max(spread.sum(), LEAST)
    return min(len(spread), STEP * (1 + int(np.searchsorted(share, KEPT)) // STEP))


def _bytes(values: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.minimum(np.maximum(np.rint(values), -127), 127).astype(np.int8)
