"""Few-shot recognition on labelled data: accuracy by number of examples, beside zero-shot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..card import Figure
from ..learn.few_shot import Knowledge, Method, few_shot
from ..learn.zero_shot import evidence, posterior
from ..metrics import classification as metrics
from ..space import Vectors
from .report import Draws, figure

SHOTS = (1, 2, 4, 8, 16)
SEEDS = 5
POOL = 32
"""Rows of each class that examples are drawn from, at most."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Vectors, and the class of each (N,)."""

    vectors: Vectors
    labels: NDArray[np.int64]

    def shots(self, count: int, *, seed: int) -> Labelled | None:
        """Return `count` random examples of each class; None where a class has not as many."""
        random, chosen = np.random.default_rng(seed), []
        for label in range(int(self.labels.max()) + 1):
            rows = np.flatnonzero(self.labels == label)
            if len(rows) < count:
                return None
            chosen.append(random.permutation(rows)[:count])
        rows = np.concatenate(chosen)
        return Labelled(self.vectors[rows], self.labels[rows])


def halves(data: Labelled, *, seed: int) -> tuple[Labelled, Labelled]:
    """Return two halves of `data`, each with about half of every class."""
    random, place = np.random.default_rng(seed), np.empty(len(data.labels), np.int64)
    for label in np.unique(data.labels):
        rows = random.permutation(np.flatnonzero(data.labels == label))
        place[rows] = np.arange(len(rows))
    even, odd = (np.flatnonzero(place % 2 == side) for side in (0, 1))
    return (
        Labelled(data.vectors[even], data.labels[even]),
        Labelled(data.vectors[odd], data.labels[odd]),
    )


def measure(
    tests: Labelled,
    examples: Labelled,
    names: Sequence[str],
    known: Knowledge,
    *,
    draws: Draws,
    progress: Callable[[int, int], None],
    methods: Sequence[Method] = tuple(Method),
) -> list[Figure]:
    """Return top-1 of each method by number of examples, and its calibration error.

    Examples are drawn anew for each of SEEDS seeds; a figure is the mean over seeds, and its
    interval that of the test media, whose results over seeds are drawn together.

    Args:
        names: the classes; known: what is known of them without examples.
    """
    chance, figures = 1 / len(names), []
    if known.words is not None:
        figures = _zero_shot(tests, known, draws=draws)
    usable = [method for method in methods if known.words is not None or not method.needs_words]
    counts = [count for count in SHOTS if examples.shots(count, seed=0) is not None]
    for done, count in enumerate(counts):
        for place, method in enumerate(usable):
            right, errors = _over_seeds(tests, examples, names, known, method, count, draws.seed)
            shots = f"{count} shot" + "s" * (count > 1)
            top = draws.mean(right)
            figures.append(figure(f"{method}, {shots}: top-1", top, chance=chance))
            if count > 1:
                task = f"{method}, {shots}: calibration error"
                figures.append(Figure(task, 100 * float(np.mean(errors))))
            progress(done * len(usable) + place + 1, len(counts) * len(usable))
    return figures


def _over_seeds(
    tests: Labelled,
    examples: Labelled,
    names: Sequence[str],
    known: Knowledge,
    method: Method,
    count: int,
    seed: int,
) -> tuple[NDArray[np.float64], list[float]]:
    """Return whether each test medium was recognised (N, SEEDS), and each calibration error."""
    right, errors = [], []
    for number in range(SEEDS):
        some = examples.shots(count, seed=seed + number)
        if some is None:
            break
        owners = [names[label] for label in some.labels]
        model = few_shot(some.vectors, owners, classes=names, known=known, method=method)
        shares = model.posterior(tests.vectors).labels
        right.append(metrics.top_k(shares, tests.labels))
        errors.append(metrics.calibration_error(shares.max(axis=1), right[-1]))
    return np.stack(right, axis=1), errors


def _zero_shot(tests: Labelled, known: Knowledge, *, draws: Draws) -> list[Figure]:
    assert known.words is not None  # noqa: S101 (checked by the caller)
    cosines = tests.vectors.cosine(known.words)
    shares = posterior(evidence(cosines, known.word_curve)).labels
    right = metrics.top_k(shares, tests.labels)
    counts = metrics.calibration_counts(shares.max(axis=1), right)
    return [
        figure("zero-shot: top-1", draws.mean(right), chance=1 / shares.shape[1]),
        figure("zero-shot: calibration error", draws.totals(counts, metrics.binned_error)),
    ]
