"""A film encoder out of an image encoder: its frames' vectors, and a head that sees their order.

The head adds to the mean of the frames' vectors what one layer of attention over them (with
positions) finds. It starts at nothing, so an untrained head is the image encoder's own mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._optional import need
from ..errors import InputError
from .distil import Schedule

HEADS = 4


class TemporalHead:
    """Learns to tell films apart by their frames in order: `fit`, then `predict`.

    Args:
        frames: F, frames of every film.
        dim: D, numbers of a frame's vector.
        classes: C.
        ordered: False leaves the order out: the mean of the frames alone.
        schedule: None for the usual one; `hidden` is the width of attention.
    """

    def __init__(
        self,
        frames: int,
        dim: int,
        *,
        classes: int,
        ordered: bool = True,
        schedule: Schedule | None = None,
    ) -> None:
        torch = need("torch", extra="learn")
        self._plan = schedule or Schedule(epochs=40, batch=64, hidden=128)
        self._shape = (frames, dim)
        torch.manual_seed(self._plan.seed)
        self._net = _network(torch, frames, dim, classes, self._plan.hidden, ordered=ordered)

    def fit(self, films: NDArray[np.floating], labels: NDArray[np.integer]) -> TemporalHead:
        """Learn from films (N, F, D), their frames' vectors, and their classes (N,).

        Raises:
            InputError: the shapes do not fit.
        """
        torch, plan = need("torch", extra="learn"), self._plan
        self._check(films)
        inputs = torch.from_numpy(np.array(films, np.float32))
        targets = torch.from_numpy(np.array(labels, np.int64))
        torch.manual_seed(plan.seed)
        optimiser = torch.optim.AdamW(self._net.parameters(), lr=plan.rate, weight_decay=0.01)
        batches = max(1, -(-len(inputs) // plan.batch))
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, plan.epochs * batches)
        self._net.train()
        for _ in range(plan.epochs):
            for rows in torch.randperm(len(inputs)).chunk(batches):
                loss = torch.nn.functional.cross_entropy(self._net(inputs[rows]), targets[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                falling.step()
        return self

    def vectors(self, films: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return a vector (N, D) for each film."""
        return self._run(self._net[0], films)

    def scores(self, films: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return a score (N, C) for each class."""
        return self._run(self._net, films)

    def predict(self, films: NDArray[np.floating]) -> NDArray[np.int64]:
        """Return the class (N,) of each film."""
        return np.asarray(self.scores(films).argmax(axis=1), np.int64)

    def _run(self, net: Any, films: NDArray[np.floating]) -> NDArray[np.float32]:
        torch = need("torch", extra="learn")
        self._check(films)
        net.eval()
        with torch.no_grad():
            return np.asarray(net(torch.from_numpy(np.array(films, np.float32))).numpy())

    def _check(self, films: NDArray[np.floating]) -> None:
        if films.ndim != 3 or films.shape[1:] != self._shape:
            wanted = f"(N, {self._shape[0]}, {self._shape[1]})"
            raise InputError(f"Films came as {films.shape}", cure=f"Pass {wanted}.")


def _network(torch: Any, frames: int, dim: int, classes: int, width: int, *, ordered: bool) -> Any:
    """Return frames (N, F, D) → a film's vector (N, D) → scores (N, C)."""
    nn = torch.nn

    class Order(nn.Module):  # type: ignore[name-defined,misc]
        """The mean of the frames, and what attention adds; nothing at first."""

        def __init__(self) -> None:
            super().__init__()
            self.down, self.up = nn.Linear(dim, width), nn.Linear(width, dim)
            self.places = nn.Parameter(0.02 * torch.randn(frames, width))
            self.layer = nn.TransformerEncoderLayer(
                width, HEADS, 2 * width, dropout=0.1, batch_first=True, norm_first=True
            )
            nn.init.zeros_(self.up.weight)
            nn.init.zeros_(self.up.bias)

        def forward(self, films: Any) -> Any:
            mean = films.mean(dim=1)
            if not ordered:
                return mean
            return mean + self.up(self.layer(self.down(films) + self.places).mean(dim=1))

    return nn.Sequential(Order(), nn.Linear(dim, classes))
