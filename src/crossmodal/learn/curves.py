"""Fitting the curve from a cosine to the probability of a match (Platt 1999)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..calibration import Calibration
from ..errors import InputError
from .held_out import Floats, Pairs, unit

STEPS = 100
OTHERS = 20
"""Wrong answers that each right one is weighed against."""


def fit_curve(matches: NDArray[np.floating], others: NDArray[np.floating]) -> Calibration:
    """Return the logistic curve that tells the scores of matches from those of other pairs.

    Both kinds weigh alike, so that the curve is for even odds. The targets are Platt's, a little
    inside 0 and 1, so that kinds that do not overlap have a finite curve too.

    Raises:
        InputError: one of the kinds is empty.
    """
    if not len(matches) or not len(others):
        raise InputError("There are no scores of one kind", cure="Pass matches and other pairs.")
    yes, no = len(matches), len(others)
    targets = np.concatenate([np.full(yes, (yes + 1) / (yes + 2)), np.full(no, 1 / (no + 2))])
    weights = np.concatenate([np.full(yes, 0.5 / yes), np.full(no, 0.5 / no)])
    return fit_soft_curve(np.concatenate([matches, others]), targets, weights)


def fit_soft_curve(scores: NDArray[np.floating], targets: Floats, weights: Floats) -> Calibration:
    """Return the logistic curve of scores (n,) nearest to probabilities `targets` (n,).

    By Newton's method on the cross-entropy, steps halved until it falls.

    Args:
        weights: (n,) above 0, what each score counts.
    """
    scores = np.asarray(scores, np.float64)
    centre, spread = float(scores.mean()), float(scores.std()) or 1.0
    inputs = np.stack([(scores - centre) / spread, np.ones_like(scores)], axis=1)
    weights = weights / weights.sum()
    curve = np.zeros(2)
    loss = _loss(inputs @ curve, targets, weights)
    for _ in range(STEPS):
        chances = 0.5 * (1 + np.tanh(0.5 * (inputs @ curve)))
        slope = inputs.T @ (weights * (chances - targets))
        bend = (inputs * (weights * chances * (1 - chances))[:, None]).T @ inputs
        step = np.linalg.solve(bend + 1e-9 * np.eye(2), slope)
        while (fresh := _loss(inputs @ (curve - step), targets, weights)) > loss:
            step /= 2
            if np.abs(step).max() < 1e-12:
                break
        curve, fell, loss = curve - step, loss - fresh, fresh
        if fell < 1e-12:
            break
    return Calibration(scale=curve[0] / spread, bias=float(curve[1] - curve[0] * centre / spread))


def match_scores(
    left: NDArray[np.floating], right: NDArray[np.floating], pairs: Pairs, *, seed: int = 0
) -> tuple[Floats, Floats]:
    """Return the cosines of all pairs, and of OTHERS times as many that do not belong together.

    Args:
        left, right: (N, dim), (M, dim), numbered as in `pairs`.
    """
    one, other = unit(left), unit(right)
    matches = (one[pairs.left] * other[pairs.right]).sum(axis=1)
    random = np.random.default_rng(seed)
    first = np.tile(pairs.left, OTHERS)
    second = random.integers(len(other), size=len(first))
    known = set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    wrong = np.array(
        [pair not in known for pair in zip(first.tolist(), second.tolist(), strict=True)]
    )
    first, second = first[wrong], second[wrong]
    return matches, (one[first] * other[second]).sum(axis=1)


def _loss(logits: Floats, targets: Floats, weights: Floats) -> float:
    """Return the mean cross-entropy of probabilities with these log-odds."""
    return float((weights * (np.logaddexp(0, logits) - targets * logits)).sum())
