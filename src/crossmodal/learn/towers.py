"""Small networks on frozen features: trained with torch, run with numpy.

A tower is a linear map beside a hidden layer: z = x A + a + relu(x B + b) C. It starts from a
closed-form solution in its linear part with C at zero, so training can only lead on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._optional import need

Floats = NDArray[np.float64]
Tensor: TypeAlias = Any
"""A torch tensor: torch is imported only where something is trained."""


@dataclass(frozen=True, slots=True)
class Tower:
    """The numbers of one tower, (p, k), (k,), (p, h), (h,), (h, k); h may be 0."""

    straight: Floats
    offset: Floats
    hidden: Floats
    bias: Floats
    out: Floats

    @classmethod
    def begin(
        cls, straight: Floats, offset: Floats, *, hidden: int, random: np.random.Generator
    ) -> Tower:
        """Return a tower that is `x @ straight + offset`, with `hidden` units that say nothing."""
        rows, columns = straight.shape
        first = random.normal(size=(rows, hidden)) * np.sqrt(2 / rows)
        return cls(straight, offset, first, np.zeros(hidden), np.zeros((hidden, columns)))

    def __call__(self, view: Floats) -> Floats:
        """Return (n, k) for rows (n, p)."""
        inner = np.maximum(view @ self.hidden + self.bias, 0)
        mapped: Floats = view @ self.straight + self.offset + inner @ self.out
        return mapped

    def arrays(self) -> list[Floats]:
        return [self.straight, self.offset, self.hidden, self.bias, self.out]


class Trainable:
    """A tower's numbers as torch parameters, float32."""

    def __init__(self, tower: Tower, *, dropout: float = 0.0) -> None:
        torch = need("torch", extra="learn")
        self.dropout = dropout
        self.parameters = [
            torch.tensor(array, dtype=torch.float32, requires_grad=True) for array in tower.arrays()
        ]
        self._torch = torch

    def __call__(self, rows: Tensor, *, training: bool = False) -> Tensor:
        """Return (n, k) for rows (n, p); in training some of the inputs are left out."""
        straight, offset, hidden, bias, out = self.parameters
        if training and self.dropout:
            rows = self._torch.nn.functional.dropout(rows, self.dropout)
        return rows @ straight + offset + (rows @ hidden + bias).relu() @ out

    def tower(self) -> Tower:
        """Return the numbers as they are now."""
        return Tower(*(one.detach().numpy().astype(np.float64) for one in self.parameters))


@dataclass(frozen=True, slots=True)
class Standard:
    """What brings a view's columns to mean zero and mean variance one."""

    mean: Floats
    scale: float

    @classmethod
    def of(cls, view: NDArray[Any]) -> Standard:
        mean = np.asarray(view.mean(axis=0), np.float64)
        scale = float(np.sqrt(((view - mean) ** 2).mean()))
        return cls(mean, scale or 1.0)

    def __call__(self, view: NDArray[Any]) -> Floats:
        return (np.asarray(view, np.float64) - self.mean) / self.scale
