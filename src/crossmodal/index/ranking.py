"""From cosines to one ranking over mixed media.

1. Calibrate: each cosine becomes the log-odds of a match, by the curve of its pair of modalities;
   of a part with several moments, such as a film, an entry is to match one of them (`mix`).
2. Compose: the parts of a query become one log-odds, l = mean_w(wanted) + logit(prior) - unwanted.
3. Fuse: the ranking by vectors and the ranking by words become one, by reciprocal rank fusion,
   sum of 1 / (60 + rank) (Cormack et al. 2009).

What matches by either evidence, a probability of at least one half or every word of the query,
comes first, and only among those do the two rankings add up: so a text that holds the query's
words stands beside the photo that shows them, and nothing unlikely comes before a match.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from ..calibration import Calibration

RANK_OFFSET = 60  # k of Cormack et al.
LIKELY = 0.5  # probability from which on a hit counts as a match

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which of V vectors belong to one of P parts.

    Attributes:
        shares: (V,), how much of its part each stands for; those of a part are 1 together.
        owners: (V,), the part of each, ascending from 0.
        starts: (P,), where the vectors of each part begin.
    """

    shares: Floats
    owners: NDArray[np.intp]
    starts: NDArray[np.intp]

    @classmethod
    def of(cls, shares: Sequence[Floats]) -> Groups:
        """Return the groups of parts whose vectors have these `shares`, an array for each part."""
        if all(len(some) == 1 for some in shares):
            return _alone(len(shares))
        owners = [part for part, some in enumerate(shares) for _ in some]
        starts = [0, *accumulate(len(some) for some in shares)][:-1]
        return cls(np.concatenate(shares), np.array(owners, np.intp), np.array(starts, np.intp))

    @property
    def single(self) -> bool:
        """Whether each part has one vector."""
        return len(self.starts) == len(self.owners)


@cache
def _alone(parts: int) -> Groups:
    """Return the groups of `parts` of one vector each."""
    return Groups(np.ones(parts), np.arange(parts), np.arange(parts))


def judge(
    curves: Sequence[Calibration], weights: Floats, *, prior: float, groups: Groups
) -> Callable[[NDArray[np.float32]], Floats]:
    """Return what turns the cosines (N, V) of N entries with V vectors into log-odds (N,).

    Args:
        curves: P, one for each part of a query.
        weights, prior: see `compose`.
        groups: the vectors of each part.
    """
    scales = np.array([curve.scale for curve in curves])[groups.owners]
    biases = np.array([curve.bias for curve in curves])[groups.owners]
    if len(groups.owners) == 1:
        scale, bias = scales[0], biases[0] + math.log(prior / (1 - prior))
        return lambda cosines: cosines[:, 0] * scale + bias
    return lambda cosines: compose(mix(cosines * scales + biases, groups), weights, prior=prior)


def mix(odds: Floats, groups: Groups) -> Floats:
    """Return (N, P): the log-odds of a match with any one moment of each part.

    For even odds beforehand, log-odds are the log of a likelihood ratio. That of a match with a
    moment that is not known is the mean over moments: log sum_v share_v exp(odds_v).

    Args:
        odds: (N, V), of each entry with each vector.
    """
    if groups.single:
        return odds
    top = np.maximum.reduceat(odds, groups.starts, axis=1)  # (N, P)
    ratios = groups.shares * np.exp(odds - top[:, groups.owners])
    mixed: Floats = top + np.log(np.add.reduceat(ratios, groups.starts, axis=1))
    return mixed


def compose(odds: Floats, weights: Floats, *, prior: float) -> Floats:
    """Return (N,): the log-odds of a match with the whole query.

    Wanted parts are averaged by weight. An unwanted part counts only where it truly matches: it
    takes away its weight times what its log-odds exceed zero by.

    Args:
        odds: (N, P), of each entry with each part, for even odds beforehand.
        weights: (P,), above 0 for wanted parts (at least one), below for unwanted ones.
        prior: share of entries that is expected to match, in (0, 1).
    """
    wanted = weights > 0
    mean = odds[:, wanted] @ weights[wanted] / weights[wanted].sum()
    unwanted = np.maximum(odds[:, ~wanted], 0) @ -weights[~wanted]
    total: Floats = mean + math.log(prior / (1 - prior)) - unwanted
    return total


def probability(odds: float) -> float:
    """Return the sigmoid of log-odds, without overflow."""
    return 0.5 * (1 + math.tanh(0.5 * odds))


def fuse(odds: Floats, full: NDArray[np.int64], near: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (N,): the positions of the best first.

    Args:
        odds: (N,), composed log-odds; minus infinity for what has no vector.
        full: (N,), rank from 1 among what holds all words of the query; 0 for the rest.
        near: (N,), rank from 1 among what holds all words but one; 0 for the rest.
    """
    likely = odds >= 0  # LIKELY as log-odds
    match = likely | (full > 0)
    place = np.empty(len(odds), np.int64)
    place[np.argsort(-odds, kind="stable")] = np.arange(1, len(odds) + 1)
    by_vector = np.where(likely | ~match, 1 / (RANK_OFFSET + place), 0)
    by_words = sum(np.where(rank > 0, 1 / (RANK_OFFSET + rank), 0) for rank in (full, near))
    return np.lexsort((-odds, -(by_vector + by_words), ~match))
