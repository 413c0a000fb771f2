"""Tuning one tower with the other locked (LiT, Zhai et al. 2022).

The locked side is vectors, worked out once; the tower is any torch module that leads into their
space. Large batches cost no more memory than a chunk of them (see `losses`).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._optional import need
from ..errors import InputError
from ..space import Vectors
from .held_out import Pairs, quality, split
from .losses import Contrast, backward


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a tower was tuned.

    Attributes:
        history: `held_out.quality` before training and after each epoch.
        temperature: as learned.
    """

    history: tuple[float, ...]
    temperature: float

    @property
    def best(self) -> float:
        """The quality of the tower as it was left."""
        return max(self.history)


def tune_tower(
    tower: Any,
    inputs: NDArray[Any],
    locked: Vectors,
    *,
    pairs: Pairs | None = None,
    loss: str = "infonce",
    batch_size: int = 1024,
    chunk: int = 64,
    epochs: int = 10,
    patience: int = 3,
    learning_rate: float = 1e-4,
    weight_decay: float = 0.01,
    held_out: float = 0.1,
    seed: int = 0,
) -> Tuning:
    """Train `tower` so that its outputs lie near their partners among `locked`, and leave it so.

    Args:
        tower: a torch module from rows of `inputs`, as a tensor, to (n, dim); it is left with the
            weights of the epoch that retrieved best, in evaluation mode.
        inputs: (N, ...) what the tower takes, such as pictures.
        locked: (M, dim) vectors that stay as they are.
        pairs: inputs on the left, locked vectors on the right; None where row k belongs with k.
        loss, batch_size, epochs, patience, learning_rate, weight_decay, held_out, seed: see
            ContrastiveHeads.
        chunk: inputs that go through the tower at a time; memory depends on it alone.

    Raises:
        InputError: the tower leads to another number of dimensions, or the pairs do not fit.
    """
    torch = need("torch", extra="learn")
    if pairs is None:
        pairs = Pairs.one_to_one(len(inputs))
    if len(inputs) <= pairs.left.max() or len(locked) <= pairs.right.max():
        raise InputError(
            f"{len(inputs)} inputs and {len(locked)} locked vectors do not fit the pairs",
            cure="Number inputs on the left and locked vectors on the right, from 0.",
        )
    aside, _ = split(pairs, share=held_out, seed=seed)
    contrast, random = Contrast(loss), np.random.default_rng(seed)
    best = _Best(tower, _Judge(tower, inputs, locked, pairs, aside, chunk), contrast)
    optimiser = torch.optim.AdamW(
        [{"params": list(tower.parameters())}, {"params": contrast.parameters, "weight_decay": 0}],
        lr=learning_rate,
        weight_decay=weight_decay,
    )
    left, right = pairs.left[~aside], pairs.right[~aside]
    still = torch.from_numpy(locked.unit().values)
    for _ in range(epochs):
        tower.train()
        order = random.permutation(len(left))
        for start in range(0, len(order) - 1, batch_size):
            chosen = order[start : start + batch_size]
            ids = (torch.from_numpy(left[chosen]), torch.from_numpy(right[chosen]))
            batch = (torch.from_numpy(np.asarray(inputs[left[chosen]])), still[ids[1]])
            optimiser.zero_grad()
            backward((tower, lambda rows: rows), batch, ids, contrast, chunk=chunk)
            optimiser.step()
        if best.look() >= patience:
            break
    return best.restored()


class _Best:
    """The tower at its best so far, which is how it is now."""

    def __init__(self, tower: Any, judge: _Judge, contrast: Contrast) -> None:
        self._tower, self._judge, self._contrast = tower, judge, contrast
        self._history = [judge()]
        self._keep()

    def look(self) -> int:
        """Judge the tower after an epoch; return how many have passed without a better one."""
        top = max(self._history)
        self._history.append(self._judge())
        self._waited += 1
        if self._history[-1] > top:
            self._keep()
        return self._waited

    def restored(self) -> Tuning:
        """Give the tower the weights that retrieved best, and say how it went."""
        self._tower.load_state_dict(self._weights)
        self._tower.eval()
        return Tuning(tuple(self._history), self._temperature)

    def _keep(self) -> None:
        self._weights, self._waited = copy.deepcopy(self._tower.state_dict()), 0
        self._temperature = float(1 / self._contrast.log_scale.exp().detach())


class _Judge:
    """What a tower reaches on held-out pairs as it is now."""

    def __init__(
        self,
        tower: Any,
        inputs: NDArray[Any],
        locked: Vectors,
        pairs: Pairs,
        aside: NDArray[np.bool_],
        chunk: int,
    ) -> None:
        left, right = pairs.left[aside], pairs.right[aside]
        self._pairs, first, second = Pairs.of(left.tolist(), right.tolist())
        self._inputs = inputs[left[first]]
        self._right = locked.values[right[second]]
        self._tower, self._chunk = tower, chunk

    def __call__(self) -> float:
        torch = need("torch", extra="learn")
        self._tower.eval()
        with torch.no_grad():
            parts = [
                self._tower(torch.from_numpy(np.asarray(self._inputs[start : start + self._chunk])))
                for start in range(0, len(self._inputs), self._chunk)
            ]
        values = torch.cat(parts).numpy()
        if values.shape[1] != self._right.shape[1]:
            raise InputError(
                f"The tower leads to {values.shape[1]} dimensions",
                cure=f"The locked vectors have {self._right.shape[1]}.",
            )
        return quality(values, self._right, self._pairs)
