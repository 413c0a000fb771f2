"""Distillation: an encoder of one modality teaches a small one of another.

The student maps features (whatever describes its medium) into the teacher's space. It learns two
things of the teacher: where each vector lies (1 - cosine), and how the vectors of a batch lie to
each other (relational distillation, Park et al. 2019). Where rows come in groups that mean the
same, such as the captions of one photo, it may also learn those by contrast (InfoNCE).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._optional import need
from ..errors import InputError

TEMPERATURE = 0.07


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to learn.

    Attributes:
        epochs: times that every row is seen.
        batch: rows at once; relations and contrasts are among them.
        rate: of Adam, falling to nothing along a half cosine.
        hidden: units of the student's one hidden layer.
        seed: of weights and order.
    """

    epochs: int = 10
    batch: int = 512
    rate: float = 1e-3
    hidden: int = 512
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Student:
    """A two-layer map: features (N, P) to unit vectors (N, D)."""

    first: NDArray[np.float32]  # (P, hidden)
    first_bias: NDArray[np.float32]
    second: NDArray[np.float32]  # (hidden, D)
    second_bias: NDArray[np.float32]

    def encode(self, features: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return unit vectors (N, D)."""
        hidden = np.maximum(features @ self.first + self.first_bias, 0)
        values = hidden @ self.second + self.second_bias
        norms = np.linalg.norm(values, axis=1, keepdims=True)
        return np.asarray(values / np.where(norms > 0, norms, 1), np.float32)


def distil(
    features: NDArray[np.floating],
    teacher: NDArray[np.floating] | None,
    *,
    groups: NDArray[np.integer] | None = None,
    dim: int = 0,
    schedule: Schedule | None = None,
) -> Student:
    """Return a student of `teacher`.

    Args:
        features: (N, P) what the student sees.
        teacher: (N, D) unit vectors of what the student should say; None to learn from groups
            alone, which is training without a teacher.
        groups: (N,) rows of one group mean the same; None for no contrast.
        dim: D, where there is no teacher.
        schedule: None for the usual one.

    Raises:
        InputError: there is nothing to learn from, or the counts differ.
        MissingExtra: torch is not installed.
    """
    if teacher is None and (groups is None or dim < 1):
        raise InputError("There is no teacher", cure="Give its vectors, or groups and dim.")
    for given in (teacher, groups):
        if given is not None and len(given) != len(features):
            raise InputError(
                f"{len(features)} rows came with {len(given)}", cure="Give one for each row."
            )
    torch = need("torch", extra="learn")
    plan = schedule or Schedule()
    torch.manual_seed(plan.seed)
    width = teacher.shape[1] if teacher is not None else dim
    net = torch.nn.Sequential(
        torch.nn.Linear(features.shape[1], plan.hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(plan.hidden, width),
    )
    tensors = [
        None if part is None else torch.from_numpy(np.array(part, kind))
        for part, kind in ((features, np.float32), (teacher, np.float32), (groups, np.int64))
    ]
    _train(torch, net, tensors, plan)
    layers = [
        net[place].get_parameter(name).detach().numpy()
        for place, name in ((0, "weight"), (0, "bias"), (2, "weight"), (2, "bias"))
    ]
    return Student(layers[0].T.copy(), layers[1], layers[2].T.copy(), layers[3])


def _train(torch: Any, net: Any, given: list[Any], plan: Schedule) -> None:
    features, teacher, groups = given
    optimiser = torch.optim.Adam(net.parameters(), lr=plan.rate)
    batches = max(1, -(-len(features) // plan.batch))
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, plan.epochs * batches)
    for _ in range(plan.epochs):
        for rows in torch.randperm(len(features)).chunk(batches):
            said = torch.nn.functional.normalize(net(features[rows]), dim=1)
            loss = said.new_zeros(())
            if teacher is not None:
                loss = loss + teacher_loss(torch, said, teacher[rows])
            if groups is not None:
                loss = loss + group_loss(torch, said, groups[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            falling.step()


def teacher_loss(torch: Any, said: Any, wanted: Any) -> Any:
    """Return how far unit vectors (B, D) are from the teacher's, alone and among each other."""
    cosine = 1 - (said * wanted).sum(dim=1).mean()
    relations = torch.nn.functional.mse_loss(said @ said.T, wanted @ wanted.T)
    return cosine + len(said) ** 0.5 * relations


def group_loss(torch: Any, said: Any, groups: Any) -> Any:
    """Return InfoNCE of unit vectors (B, D): rows of one group attract, others repel.

    Rows that are alone in the batch count as others only.
    """
    scores = said @ said.T / TEMPERATURE
    itself = torch.eye(len(said), dtype=torch.bool)
    same = (groups[:, None] == groups) & ~itself
    if not same.any():
        return said.sum() * 0
    log_shares = scores.masked_fill(itself, -1e9).log_softmax(dim=1)
    own = same.any(dim=1)
    return -((log_shares * same).sum(dim=1)[own] / same.sum(dim=1)[own]).mean()
