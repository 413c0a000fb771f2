"""Two kinds of things as vectors, and which belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .held_out import Pairs

Matrix: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Vectors of two kinds of things, each thing once, and which belong together.

    Attributes:
        left, right: (N, p), (M, q), numbered as in `pairs`.
    """

    left: Matrix
    right: Matrix
    pairs: Pairs

    @classmethod
    def of_rows(cls, left: Matrix, right: Matrix) -> Sides:
        """Return the sides of two views whose rows belong together; equal rows are one thing."""
        keys = [[row.tobytes() for row in np.ascontiguousarray(view)] for view in (left, right)]
        pairs, first, second = Pairs.of(*keys)
        return cls(left[first], right[second], pairs)

    def rows(self) -> list[Matrix]:
        """Return two views, one row for each pair."""
        return [self.left[self.pairs.left], self.right[self.pairs.right]]

    def only(self, chosen: NDArray[np.bool_]) -> Sides:
        """Return the things that occur in the chosen pairs, and those pairs."""
        left, right = self.pairs.left[chosen], self.pairs.right[chosen]
        pairs, first, second = Pairs.of(left.tolist(), right.tolist())
        return Sides(self.left[left[first]], self.right[right[second]], pairs)
