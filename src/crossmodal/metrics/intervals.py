"""Bootstrap intervals (Efron 1979), by percentiles: how far a figure moves with the sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError

RESAMPLES = 1000
LEVEL = 0.95
BLOCK = 1 << 20
"""Numbers drawn at once, which bounds the memory."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and the interval that holds it with the probability that was asked for."""

    value: float
    low: float
    high: float


def of_mean(
    values: ArrayLike, *, seed: int = 0, resamples: int = RESAMPLES, level: float = LEVEL
) -> Interval:
    """Return the interval of the mean of `values` (N,), or of (N, M) where rows are drawn whole.

    Args:
        seed: equal seeds draw equal samples.
        resamples: how many samples are drawn.
        level: probability inside the interval.

    Raises:
        InputError: there are no values.
    """
    rows = np.asarray(values, np.float64)
    rows = rows.reshape(len(rows), -1).mean(axis=1) if rows.size else rows
    return of_totals(
        rows[:, None] if rows.size else rows,
        lambda totals: totals[:, 0] / len(rows),
        seed=seed,
        resamples=resamples,
        level=level,
    )


def of_ratio(
    parts: ArrayLike,
    wholes: ArrayLike,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """Return the interval of sum(parts) / sum(wholes), both (N,): a rate such as WER.

    Raises:
        InputError: there are no rows, or the wholes sum to nothing.
    """
    rows = np.stack([np.asarray(parts, np.float64), np.asarray(wholes, np.float64)], axis=1)
    if rows.size and rows[:, 1].sum() <= 0:
        raise InputError("There is nothing to measure against", cure="Give references with words.")
    return of_totals(
        rows,
        lambda totals: totals[:, 0] / np.maximum(totals[:, 1], 1e-12),
        seed=seed,
        resamples=resamples,
        level=level,
    )


def of_totals(
    counts: ArrayLike,
    combine: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """Return the interval of a figure that sums of each item's counts determine.

    Args:
        counts: (N, S), S numbers an item.
        combine: from (R, S) sums over R samples to their R figures.

    Raises:
        InputError: there are no items.
    """
    rows = np.asarray(counts, np.float64)
    if not len(rows):
        raise InputError("There are no items to measure", cure="Give at least one.")
    random = np.random.default_rng(seed)
    block = max(1, BLOCK // rows.size)
    totals = [
        rows[random.integers(len(rows), size=(min(block, resamples - start), len(rows)))].sum(1)
        for start in range(0, resamples, block)
    ]
    figures = combine(np.concatenate(totals))
    return _percentiles(float(combine(rows.sum(0)[None])[0]), figures, level)


def of_rows(
    count: int,
    figure: Callable[[NDArray[np.int64]], float],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """Return the interval of any `figure` of a sample, given as numbers of its `count` rows.

    Raises:
        InputError: there are no rows.
    """
    if count < 1:
        raise InputError("There are no items to measure", cure="Give at least one.")
    random = np.random.default_rng(seed)
    figures = [figure(random.integers(count, size=count)) for _ in range(resamples)]
    return _percentiles(float(figure(np.arange(count))), np.array(figures), level)


def _percentiles(value: float, figures: NDArray[np.float64], level: float) -> Interval:
    outside = 50 * (1 - level)
    low, high = np.percentile(figures, (outside, 100 - outside))
    return Interval(value, float(low), float(high))
