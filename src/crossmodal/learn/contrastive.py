"""Contrastive heads: small networks on frozen features that bring pairs together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._optional import need
from ..errors import InputError
from .cca import CCA
from .estimator import Estimator, Floats
from .held_out import quality, split
from .losses import LOSSES, Contrast, backward
from .path import choose_cca
from .sides import Sides
from .towers import Standard, Tower, Trainable


class ContrastiveHeads(Estimator):
    """A tower for each view, trained so that what belongs together is nearest by cosine.

    Training starts from CCA (see `start`) and stops when held-out pairs find each other no
    better; the best towers are kept. Equal rows are one thing: captions of one photo are never
    wrong answers for each other.

    Args:
        n_components: dimensions of the shared space; None for what CCA chose. A locked view
            gives its own.
        hidden: units of each tower's hidden layer; 0 for linear towers.
        loss: "infonce" or "sigmoid", with a learned temperature.
        lock: view that stays as it is (0 or 1), so that the other is led into its space; None
            for neither.
        start: "cca" for the CCA that retrieves best on held-out pairs (for a locked view, ridge
            regression onto it), "random" for random numbers.
        batch_size: pairs that are contrasted with each other. Memory depends on `chunk` alone.
        chunk: rows that are encoded at a time; see `losses`.
        epochs: passes over all pairs, at most.
        patience: epochs without better held-out retrieval after which training stops.
        learning_rate, weight_decay: of AdamW, with a cosine schedule.
        dropout: share of the inputs that are left out while training.
        held_out: share of the pairs that it stops by.
        seed: of all that is drawn.

    Attributes:
        history_: `held_out.quality` before training and after each epoch.
        temperature_: as learned.
    """

    def __init__(
        self,
        *,
        n_components: int | None = None,
        hidden: int = 512,
        loss: str = "infonce",
        lock: int | None = None,
        start: str = "cca",
        batch_size: int = 2048,
        chunk: int = 2048,
        epochs: int = 20,
        patience: int = 3,
        learning_rate: float = 1e-3,
        weight_decay: float = 0.1,
        dropout: float = 0.1,
        held_out: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.n_components = n_components
        self.hidden = hidden
        self.loss = loss
        self.lock = lock
        self.start = start
        self.batch_size = batch_size
        self.chunk = chunk
        self.epochs = epochs
        self.patience = patience
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.held_out = held_out
        self.seed = seed

    means_: list[Floats]
    scales_: list[float]
    tower0_: list[Floats]
    tower1_: list[Floats]
    history_: list[float]
    temperature_: float

    def _fit(self, views: list[NDArray[Any]]) -> None:
        self._check_options()
        sides = Sides.of_rows(views[0], views[1])
        if len(sides.pairs) < 2:
            raise InputError(
                f"{len(views[0])} sample(s) hold {len(sides.pairs)} different pairs",
                cure="Pass at least two; one pair says nothing of what belongs together.",
            )
        for which, view in enumerate((sides.left, sides.right)):
            if len(view) < 2:
                raise InputError(
                    f"View {which} is constant: every row is the same",
                    cure="Pass rows that differ.",
                )
        aside, _ = split(sides.pairs, share=self.held_out, seed=self.seed)
        kept, judge = sides.only(~aside), sides.only(aside)
        standards = [Standard.of(side) for side in (kept.left, kept.right)]
        if self.lock is not None:
            standards[self.lock] = Standard(np.zeros(views[self.lock].shape[1]), 1.0)
        ready, test = (
            Sides(standards[0](part.left), standards[1](part.right), part.pairs)
            for part in (kept, judge)
        )
        towers = self._train(ready, test, self._begin(ready, test))
        self.dims_ = [view.shape[1] for view in views]
        self.means_ = [standard.mean for standard in standards]
        self.scales_ = [standard.scale for standard in standards]
        self.tower0_, self.tower1_ = (tower.arrays() for tower in towers)
        self.dim_ = self.tower0_[1].shape[0]

    def _map(self, view: Floats, which: int) -> Floats:
        if which == self.lock:
            return view
        tower = Tower(*(self.tower0_, self.tower1_)[which])
        return tower((view - self.means_[which]) / self.scales_[which])

    def _begin(self, ready: Sides, test: Sides) -> list[Tower]:
        """Return the towers that training starts from."""
        random = np.random.default_rng(self.seed)
        views = ready.rows()
        if self.lock is not None:
            maps = _regression(views[1 - self.lock], views[self.lock])
            still = np.eye(views[self.lock].shape[1]), np.zeros(views[self.lock].shape[1])
            pair = [maps, still] if self.lock == 1 else [still, maps]
        elif self.start == "cca":
            pair = [
                (weights, -mean @ weights)
                for weights, mean in zip(*self._closed_form(views, test), strict=True)
            ]
        else:
            width = self.n_components or min(256, *(view.shape[1] for view in views))
            pair = [
                (random.normal(size=(view.shape[1], width)) / np.sqrt(width), np.zeros(width))
                for view in views
            ]
        return [
            Tower.begin(weights, offset, hidden=0, random=random)
            if which == self.lock
            else Tower.begin(
                *_at_size_one(weights, offset, views[which]), hidden=self.hidden, random=random
            )
            for which, (weights, offset) in enumerate(pair)
        ]

    def _closed_form(
        self, views: list[NDArray[Any]], test: Sides
    ) -> tuple[list[Floats], list[Floats]]:
        """Return the weights and means of the CCA that retrieves best."""
        sizes = {} if self.n_components is None else {"dims": (self.n_components,)}
        judges = [test.left, test.right]
        found, _ = choose_cca(views, judges, pairs=test.pairs, **sizes)
        if self.n_components is not None:
            options = {**found.get_params(), "n_components": self.n_components}
            found = CCA(**options).fit(views)
        return found.weights_, found.means_

    def _train(self, ready: Sides, test: Sides, towers: list[Tower]) -> list[Tower]:
        """Return the towers of the epoch that retrieved best."""
        torch = need("torch", extra="learn")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            return self._epochs(ready, test, towers, torch)

    def _epochs(self, ready: Sides, test: Sides, towers: list[Tower], torch: Any) -> list[Tower]:
        trainable = [Trainable(tower, dropout=self.dropout) for tower in towers]
        contrast = Contrast(self.loss)
        moving = [t for which, t in enumerate(trainable) if which != self.lock]
        groups = [
            {"params": [one for t in moving for one in t.parameters]},
            {"params": contrast.parameters, "weight_decay": 0.0},
        ]
        optimiser = torch.optim.AdamW(groups, lr=self.learning_rate, weight_decay=self.weight_decay)
        pairs = [torch.from_numpy(side) for side in (ready.pairs.left, ready.pairs.right)]
        sides = [torch.from_numpy(side.astype(np.float32)) for side in (ready.left, ready.right)]
        count = len(pairs[0])
        steps = self.epochs * -(-count // self.batch_size)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(steps, 1))
        encoders = [
            (lambda rows: rows) if which == self.lock else self._training(t)
            for which, t in enumerate(trainable)
        ]
        best, self.history_, waited = towers, [self._judge(towers, test)], 0
        top = self.history_[0]
        self.temperature_ = float(1 / contrast.log_scale.exp().detach())
        for _ in range(self.epochs):
            order = torch.randperm(count)
            for start in range(0, count - 1, self.batch_size):
                chosen = order[start : start + self.batch_size]
                ids = (pairs[0][chosen], pairs[1][chosen])
                batch = (sides[0][ids[0]], sides[1][ids[1]])
                optimiser.zero_grad()
                backward((encoders[0], encoders[1]), batch, ids, contrast, chunk=self.chunk)
                optimiser.step()
                schedule.step()
            now = [t.tower() for t in trainable]
            self.history_.append(self._judge(now, test))
            waited += 1
            if self.history_[-1] > top:
                best, top, waited = now, self.history_[-1], 0
                self.temperature_ = float(1 / contrast.log_scale.exp().detach())
            if waited >= self.patience:
                break
        return best

    def _training(self, tower: Trainable) -> Any:
        return lambda rows: tower(rows, training=True)

    def _judge(self, towers: list[Tower], test: Sides) -> float:
        one, other = towers[0](test.left), towers[1](test.right)
        return quality(one, other, test.pairs)

    def _check_options(self) -> None:
        if self.loss not in LOSSES:
            raise InputError(f"loss is {self.loss!r}", cure=f"Use {' or '.join(LOSSES)}.")
        if self.start not in ("cca", "random"):
            raise InputError(f"start is {self.start!r}", cure="Use cca or random.")
        if self.lock not in (None, 0, 1):
            raise InputError(f"lock is {self.lock!r}", cure="Use 0, 1 or None.")
        for name in ("batch_size", "chunk"):
            if getattr(self, name) < 2:
                raise InputError(f"{name} is {getattr(self, name)}", cure="Use 2 or more.")


def _at_size_one(weights: Floats, offset: Floats, view: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return a map of the same directions whose outputs are of size one in each dimension.

    Lengths say nothing to a cosine, and a step of training is to be small beside the outputs.
    """
    size = float(np.sqrt(((view @ weights + offset) ** 2).mean())) or 1.0
    return weights / size, offset / size


def _regression(
    view: NDArray[Any], target: NDArray[Any], ridge: float = 0.1
) -> tuple[Floats, Floats]:
    """Return the weights and offset of ridge regression from `view` onto `target`."""
    mean, goal = view.mean(axis=0), target.mean(axis=0)
    centred = view - mean
    square = centred.T @ centred
    square += ridge * (np.trace(square) / len(square) or 1.0) * np.eye(len(square))
    weights = np.linalg.solve(square, centred.T @ (target - goal))
    return weights, goal - mean @ weights
