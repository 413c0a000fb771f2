"""Spaces, and the vectors that live in them.

Two vectors may be compared only inside one space. A vector never travels without its space, so
that a comparison across spaces is an error and not a plausible number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .errors import InputError, SpaceMismatch

TINY = 1e-300
"""Less than any length but zero: float32 goes down to 1e-45."""


@dataclass(frozen=True, slots=True)
class Space:
    """A vector space in which media of different modalities can be compared.

    Equal dimension does not make two spaces one: name and version count too.
    """

    name: str
    version: str
    dim: int

    @property
    def id(self) -> str:
        return f"{self.name}@{self.version}"

    def __str__(self) -> str:
        return f"{self.id} ({self.dim} dimensions)"

    def check(self, other: Space) -> None:
        """Raise SpaceMismatch unless `other` is this very space."""
        if other != self:
            raise SpaceMismatch(
                f"Vectors of {other} were to be compared with vectors of {self}",
                cure="Encode both with models of one space, or align the two spaces first.",
            )


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Vectors of one space, one a row: `values` is (N, dim) float32, finite."""

    space: Space
    values: NDArray[np.float32]

    def __post_init__(self) -> None:
        values = np.asarray(self.values, np.float32)
        if values.ndim != 2 or values.shape[1] != self.space.dim:
            raise InputError(
                f"Vectors came as {values.shape}", cure=f"{self.space} takes (N, {self.space.dim})."
            )
        if not np.isfinite(values).all():
            raise InputError("A vector holds NaN or infinity", cure="Check what made it.")
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: slice | Sequence[int] | NDArray[np.integer]) -> Vectors:
        """Return the vectors of `rows`: always Vectors, so index with a slice or a list."""
        return Vectors(self.space, self.values[rows])

    def unit(self) -> Vectors:
        """Return the same directions at length 1; a zero vector stays zero."""
        wide = self.values.astype(np.float64)  # squares of small float32 numbers would vanish
        norms = np.sqrt(np.einsum("nd,nd->n", wide, wide))
        units = wide / np.maximum(norms, TINY)[:, None]
        made = object.__new__(Vectors)  # what was finite is finite: it is not looked at again
        object.__setattr__(made, "space", self.space)
        object.__setattr__(made, "values", units.astype(np.float32))
        return made

    def cosine(self, other: Vectors) -> NDArray[np.float32]:
        """Return (N, M): the cosine of every vector here with every vector of `other`.

        Raises:
            SpaceMismatch: `other` lives in another space.
        """
        self.space.check(other.space)
        scores: NDArray[np.float32] = self.unit().values @ other.unit().values.T
        return scores


def stack(parts: Sequence[Vectors]) -> Vectors:
    """Return all rows of `parts`, in order, as one.

    Raises:
        InputError: `parts` is empty.
        SpaceMismatch: they are not all of one space.
    """
    if not parts:
        raise InputError("No vectors to put together", cure="Pass at least one batch.")
    space = parts[0].space
    for part in parts[1:]:
        space.check(part.space)
    return Vectors(space, np.concatenate([part.values for part in parts]))
