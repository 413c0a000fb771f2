"""Heads: from a vector of a space to one score a class, learned from a few labelled vectors.

Every head has one form, a linear part and a cache of examples:

    scores(x) = W x + b + alpha * sum over examples of exp(-beta * (1 - <x, key>)) at its class

Prototypes and the linear probe leave the cache empty; Tip-Adapter (Zhang et al. 2022) has the
classes' words as its linear part and the examples as its cache.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..calibration import Calibration

Floats: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.int64]

CACHE = 1.0, 5.5
"""alpha and beta of Tip-Adapter where there are too few examples to choose them."""
ALPHAS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
BETAS = (2.0, 4.0, 8.0, 16.0, 32.0)
STRENGTH = 30.0
"""C of the linear probe: how much the examples count against small weights."""
STEPS = 300
TUNING_STEPS = 20
TUNING_RATE = 1e-4
"""Chosen on the clothing set's validation part: ten times as fast loses 3 to 8 % top-1 there."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """See the module. Shapes: weights (C, D), bias (C,), keys (K, D), owners (K,)."""

    weights: Floats
    bias: Floats
    keys: Floats
    owners: Labels
    alpha: float = 0.0
    beta: float = 1.0

    def scores(self, vectors: NDArray[np.floating]) -> Floats:
        """Return (N, C) scores of unit vectors (N, D): logarithms, up to what calibration adds."""
        linear = vectors @ self.weights.T + self.bias
        if not len(self.keys):
            return np.asarray(linear, np.float64)
        affinity = np.exp(-self.beta * (1 - vectors @ self.keys.T))
        return linear + self.alpha * by_class(affinity, self.owners, len(self.bias))


Learn: TypeAlias = Callable[[Floats, Labels], Head]
"""From examples (n, D) and their classes (n,) to a head."""


def prototypes(vectors: Floats, labels: Labels, *, classes: int, curve: Calibration) -> Head:
    """Return the head that compares with each class's mean (Snell et al. 2017), by cosine.

    Args:
        curve: from a cosine to the evidence for a match.
    """
    means = by_class(vectors.T, labels, classes).T
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return _linear(curve.scale * means, np.full(classes, curve.bias))


def probe(vectors: Floats, labels: Labels, *, classes: int, strength: float = STRENGTH) -> Head:
    """Return the linear probe: multinomial logistic regression (Radford et al. 2021).

    Minimises the sum of cross entropies + |W|² / (2 strength), as scikit-learn's
    LogisticRegression with C = strength, by Nesterov's accelerated gradient with restarts.
    """
    middle = vectors.mean(axis=0)
    moved = vectors - middle  # better conditioned, and the same minimum but for the bias
    left, sizes, right = np.linalg.svd(moved, full_matrices=False)  # what examples span is enough
    inputs = left * sizes  # (n, r)
    target = np.eye(classes)[labels]
    curvature = 0.5 * float(sizes[0] ** 2 + len(labels)) + 1 / strength
    weights, bias = np.zeros((inputs.shape[1], classes)), np.zeros(classes)
    ahead, ahead_bias, momentum = weights, bias, 1.0
    for _ in range(STEPS):
        error = softmax(inputs @ ahead + ahead_bias) - target
        slope, slope_bias = inputs.T @ error + ahead / strength, error.sum(axis=0)
        new, new_bias = ahead - slope / curvature, ahead_bias - slope_bias / curvature
        uphill = float((slope * (new - weights)).sum() + slope_bias @ (new_bias - bias)) > 0
        following = 1.0 if uphill else (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        push = 0.0 if uphill else (momentum - 1) / following
        ahead, ahead_bias = new + push * (new - weights), new_bias + push * (new_bias - bias)
        weights, bias, momentum = new, new_bias, following
        if np.abs(slope).max() < 1e-6 * len(labels):
            break
    full = (right.T @ weights).T
    return _linear(full, bias - full @ middle)


def tip_adapter(vectors: Floats, labels: Labels, *, words: Floats, curve: Calibration) -> Head:
    """Return the training-free Tip-Adapter.

    alpha and beta are those that recognise each example best by the others.

    Args:
        words: (C, D) unit vectors of the classes' words.
        curve: from the cosine of a medium and words to the evidence for a match.
    """
    head = Head(curve.scale * words, np.full(len(words), curve.bias), vectors, labels, *CACHE)
    counts = np.bincount(labels, minlength=len(words))
    if counts[labels].min() < 2:
        return head
    linear = vectors @ head.weights.T + head.bias
    cosines = vectors @ vectors.T
    best = (np.inf, *CACHE)
    for beta in BETAS:
        affinity = np.exp(-beta * (1 - cosines))
        np.fill_diagonal(affinity, 0)
        cache = by_class(affinity, labels, len(words))
        for alpha in ALPHAS:
            best = min(best, (cross_entropy(linear + alpha * cache, labels), alpha, beta))
    return replace(head, alpha=best[1], beta=best[2])


def tuned_tip_adapter(
    vectors: Floats, labels: Labels, *, words: Floats, curve: Calibration
) -> Head:
    """Return Tip-Adapter whose keys were tuned (Tip-Adapter-F), by Adam on all examples.

    Each example is recognised without its own key, so that keys learn to serve others.
    """
    head = tip_adapter(vectors, labels, words=words, curve=curve)
    keys = vectors.copy()
    first, second = np.zeros_like(keys), np.zeros_like(keys)
    linear, target = vectors @ head.weights.T + head.bias, np.eye(len(words))[labels]
    for step in range(1, TUNING_STEPS + 1):
        affinity = np.exp(-head.beta * (1 - vectors @ keys.T))
        np.fill_diagonal(affinity, 0)
        scores = linear + head.alpha * by_class(affinity, labels, len(words))
        error = (softmax(scores) - target)[:, labels]  # (n, K)
        slope = head.alpha * head.beta / len(labels) * (error * affinity).T @ vectors
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        size = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        keys -= TUNING_RATE * first / (1 - 0.9**step) / size
    return replace(head, keys=keys)


def held_out_scores(learn: Learn, vectors: Floats, labels: Labels, *, folds: int) -> Floats:
    """Return scores (n, C) of each example by a head that was learned without its fold.

    Each class is dealt out to the folds in turn, so that none is ever missing where every class
    has two examples at least.
    """
    order = np.argsort(labels, kind="stable")
    within = np.empty(len(labels), np.int64)
    starts = np.searchsorted(labels[order], labels[order])
    within[order] = np.arange(len(labels)) - starts
    parts = []
    for fold in range(folds):
        out = within % folds == fold
        head = learn(vectors[~out], labels[~out])
        parts.append((np.flatnonzero(out), head.scores(vectors[out])))
    scores = np.empty((len(labels), parts[0][1].shape[1]))
    for rows, found in parts:
        scores[rows] = found
    return scores


def by_class(values: Floats, labels: Labels, classes: int) -> Floats:
    """Return (N, C): the sum of `values` (N, K) over the columns of each class."""
    chosen = np.zeros((len(labels), classes))
    chosen[np.arange(len(labels)), labels] = 1
    return np.asarray(values @ chosen)


def softmax(scores: Floats) -> Floats:
    """Return shares (N, C) that sum to 1."""
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def cross_entropy(scores: Floats, labels: Labels) -> float:
    """Return the mean -log share of the right class."""
    top = scores.max(axis=1)
    total = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    return float((total - scores[np.arange(len(labels)), labels]).mean())


def _linear(weights: Floats, bias: Floats) -> Head:
    return Head(weights, bias, np.zeros((0, weights.shape[1])), np.zeros(0, np.int64))
