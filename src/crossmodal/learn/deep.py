"""Deep CCA: networks whose outputs correlate, and CCA on those."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._optional import need
from ..errors import InputError
from .cca import CCA
from .estimator import Estimator, Floats
from .held_out import quality, split
from .sides import Sides
from .towers import Standard, Tower, Trainable


class DeepCCA(Estimator):
    """Deep CCA (Andrew et al. 2013): a tower for each view, then linear CCA on their outputs.

    The towers are trained for the total correlation of large batches (the sum of canonical
    correlations). Training starts from the closed form and stops when held-out pairs find each
    other no better; the best towers are kept.

    Args:
        n_components: dimensions of the shared space, at most the columns of the smaller view.
        hidden: units of each tower's hidden layer.
        ridge: of the CCA inside the loss and at the end; see CCA.
        power: see CCA; of the CCA at the end.
        batch_size: pairs whose correlation is taken; several times `n_components`.
        epochs, patience, learning_rate, weight_decay, held_out, seed: see ContrastiveHeads.

    Attributes:
        history_: `held_out.quality` before training and after each epoch.
    """

    def __init__(
        self,
        *,
        n_components: int | None = None,
        hidden: int = 512,
        ridge: float = 0.05,
        power: float = 1.0,
        batch_size: int = 2048,
        epochs: int = 10,
        patience: int = 3,
        learning_rate: float = 1e-3,
        weight_decay: float = 0.01,
        held_out: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.n_components = n_components
        self.hidden = hidden
        self.ridge = ridge
        self.power = power
        self.batch_size = batch_size
        self.epochs = epochs
        self.patience = patience
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.held_out = held_out
        self.seed = seed

    means_: list[Floats]
    scales_: list[float]
    tower0_: list[Floats]
    tower1_: list[Floats]
    centres_: list[Floats]
    weights_: list[Floats]
    correlations_: Floats
    history_: list[float]

    def _fit(self, views: list[NDArray[Any]]) -> None:
        linear = CCA(ridge=self.ridge).fit(views)  # refuses what nothing can be learned from
        width = self.n_components or min(64, linear.dim_)
        if width > linear.dim_:
            raise InputError(
                f"n_components is {width}, and the views share {linear.dim_} dimensions",
                cure=f"Use at most {linear.dim_}.",
            )
        sides = Sides.of_rows(views[0], views[1])
        aside, _ = split(sides.pairs, share=self.held_out, seed=self.seed)
        kept, judge = sides.only(~aside), sides.only(aside)
        standards = [Standard.of(side) for side in (kept.left, kept.right)]
        ready, test = (
            Sides(standards[0](part.left), standards[1](part.right), part.pairs)
            for part in (kept, judge)
        )
        random = np.random.default_rng(self.seed)
        first = CCA(n_components=width, ridge=max(self.ridge, 1e-4)).fit(ready.rows())
        towers = [
            Tower.begin(weights, -mean @ weights, hidden=self.hidden, random=random)
            for weights, mean in zip(first.weights_, first.means_, strict=True)
        ]
        towers, final = self._train(ready, test, towers)
        self.dims_ = [view.shape[1] for view in views]
        self.means_ = [standard.mean for standard in standards]
        self.scales_ = [standard.scale for standard in standards]
        self.tower0_, self.tower1_ = (tower.arrays() for tower in towers)
        self.centres_, self.weights_ = final.means_, final.weights_
        self.correlations_, self.dim_ = final.correlations_, final.dim_

    def _map(self, view: Floats, which: int) -> Floats:
        tower = Tower(*(self.tower0_, self.tower1_)[which])
        mapped = tower((view - self.means_[which]) / self.scales_[which])
        turned: Floats = (mapped - self.centres_[which]) @ self.weights_[which]
        return turned

    def _train(self, ready: Sides, test: Sides, towers: list[Tower]) -> tuple[list[Tower], CCA]:
        """Return the towers of the epoch that retrieved best, and the CCA on their outputs."""
        torch = need("torch", extra="learn")
        views = [torch.from_numpy(view.astype(np.float32)) for view in ready.rows()]
        trainable = [Trainable(tower) for tower in towers]
        optimiser = torch.optim.AdamW(
            [one for tower in trainable for one in tower.parameters],
            lr=self.learning_rate,
            weight_decay=self.weight_decay,
        )
        order = torch.Generator().manual_seed(self.seed)
        least = 2 * towers[0].straight.shape[1]
        final, reached = self._judge(towers, ready, test)
        best, self.history_, waited = (towers, final), [reached], 0
        for _ in range(self.epochs):
            rows = torch.randperm(len(views[0]), generator=order)
            for start in range(0, len(rows), self.batch_size):
                chosen = rows[start : start + self.batch_size]
                if len(chosen) < least and start:
                    continue  # too few rows to correlate
                optimiser.zero_grad()
                outputs = [t(view[chosen]) for t, view in zip(trainable, views, strict=True)]
                (-total_correlation(*outputs, ridge=max(self.ridge, 1e-4))).backward()
                optimiser.step()
            now = [tower.tower() for tower in trainable]
            final, reached = self._judge(now, ready, test)
            waited += 1
            if reached > max(self.history_):
                best, waited = (now, final), 0
            self.history_.append(reached)
            if waited >= self.patience:
                break
        return best

    def _judge(self, towers: list[Tower], ready: Sides, test: Sides) -> tuple[CCA, float]:
        """Return the CCA on the towers' outputs, and the held-out recall with it."""
        outputs = Sides(towers[0](ready.left), towers[1](ready.right), ready.pairs).rows()
        final = CCA(ridge=max(self.ridge, 1e-4), power=self.power).fit(outputs)
        one = final.transform(towers[0](test.left), 0)
        other = final.transform(towers[1](test.right), 1)
        return final, quality(one, other, test.pairs)


def total_correlation(one: Any, other: Any, *, ridge: float) -> Any:
    """Return the sum of the canonical correlations of two batches of outputs (n, k), by torch.

    The singular values of Lx^-1 Cxy Ly^-T, L the Cholesky factors of the regularised covariances.
    """
    torch = need("torch", extra="learn")
    one, other = one - one.mean(dim=0), other - other.mean(dim=0)
    count = len(one) - 1
    factors = []
    for view in (one, other):
        covariance = view.T @ view / count
        scale = covariance.diagonal().mean()
        shrunk = (1 - ridge) * covariance + ridge * scale * torch.eye(len(covariance))
        factors.append(torch.linalg.cholesky(shrunk))
    between = torch.linalg.solve_triangular(factors[0], one.T @ other / count, upper=False)
    between = torch.linalg.solve_triangular(factors[1], between.T, upper=False)
    return torch.linalg.svdvals(between).sum()
