"""Retrieval on held-out pairs: does a thing find what it belongs with?

Pairs may share things (five captions of one photo, one word for many photos): `Pairs` lists each
thing once and says which belong together, so that every right answer counts as right.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..metrics.intervals import of_mean
from ..metrics.retrieval import chance_recall, recall_at
from .views import blocks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


CLASS = 20
"""Pairs: a group of more is a class that many things are of."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Which things of two kinds belong together: `left[k]` with `right[k]`, numbers from 0.

    Every number below the highest occurs, and no pair is listed twice.
    """

    left: Ints
    right: Ints

    @classmethod
    def one_to_one(cls, count: int) -> Pairs:
        """Row k belongs with row k, and with nothing else."""
        return cls(np.arange(count), np.arange(count))

    @classmethod
    def of(
        cls, left: Sequence[Hashable], right: Sequence[Hashable]
    ) -> tuple[Pairs, list[int], list[int]]:
        """Return the pairs of equal things seen as one, and where each thing occurs first.

        Returns:
            the pairs; the place in `left` of each thing's first occurrence; the same for `right`.
        """
        numbers: list[list[int]] = []
        firsts: list[list[int]] = []
        for things in (left, right):
            known: dict[Hashable, int] = {}
            firsts.append([])
            for place, thing in enumerate(things):
                if known.setdefault(thing, len(known)) == len(firsts[-1]):
                    firsts[-1].append(place)
            numbers.append([known[thing] for thing in things])
        kept = sorted(set(zip(*numbers, strict=True)))
        table = np.array(kept, np.int64).reshape(-1, 2)
        return cls(table[:, 0], table[:, 1]), firsts[0], firsts[1]

    @property
    def turned(self) -> Pairs:
        """The same pairs, seen from the other side."""
        order = np.argsort(self.right, kind="stable")
        return Pairs(self.right[order], self.left[order])

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class Recall:
    """Share of queries whose right answer is among the first `k`, in percent.

    Attributes:
        low, high: 95 % bootstrap interval over queries.
        chance: what a random order reaches.
        queries, candidates: how many there were.
    """

    k: int
    value: float
    low: float
    high: float
    chance: float
    queries: int
    candidates: int


def ranks(queries: NDArray[np.floating], candidates: NDArray[np.floating], pairs: Pairs) -> Ints:
    """Return how many wrong answers score at least each query's best right one, by cosine.

    As `metrics.retrieval.ranks`, for pairs in which a thing may belong with any others.

    Args:
        queries: (N, dim), numbered as `pairs.left`.
        candidates: (M, dim), numbered as `pairs.right`.
    """
    one, other = unit(queries), unit(candidates)
    found = np.empty(len(one), np.int64)
    starts = np.searchsorted(pairs.left, np.arange(len(one) + 1))
    for rows in blocks(len(one)):
        scores = one[rows] @ other.T
        own = slice(starts[rows.start], starts[rows.stop])
        places, first = pairs.left[own] - rows.start, starts[rows] - starts[rows.start]
        right = scores[places, pairs.right[own]]
        best = np.maximum.reduceat(right, first)
        equal = np.add.reduceat(right == best[places], first, dtype=np.int64)
        found[rows] = (scores >= best[:, None]).sum(axis=1) - equal
    return found


def quality(one: NDArray[np.floating], other: NDArray[np.floating], pairs: Pairs) -> float:
    """Return the mean reciprocal rank in percent, the mean of both ways: what choices go by.

    Unlike recall at some k it neither saturates for few candidates nor ignores the best places.
    """
    ways = (ranks(one, other, pairs), ranks(other, one, pairs.turned))
    return 50 * sum(float((1 / (1 + way)).mean()) for way in ways)


def measured(found: Ints, k: int, *, pairs: Pairs, candidates: int, seed: int = 0) -> Recall:
    """Return the recall at `k` of ranks (N,) with its interval and what chance reaches.

    Args:
        pairs: queries on the left.
        candidates: things that were ranked.
        seed: of the bootstrap.
    """
    figure = of_mean(100 * recall_at(found, k), seed=seed)
    right, times = np.unique(np.bincount(pairs.left, minlength=len(found)), return_counts=True)
    by_chance = [chance_recall(candidates=candidates, right=int(n), k=k) for n in right]
    return Recall(
        k=k,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        chance=100 * float(np.average(by_chance, weights=times)),
        queries=len(found),
        candidates=candidates,
    )


def unit(values: NDArray[np.floating]) -> Floats:
    """Return rows at length 1; zero rows stay zero."""
    wide = np.asarray(values, np.float64)
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    return wide / np.where(norms > 0, norms, 1)


def split(pairs: Pairs, *, share: float, seed: int = 0) -> tuple[NDArray[np.bool_], int]:
    """Return which pairs are held out, and how many groups there are to hold out from.

    Things that are linked by pairs stay on one side, so that no photo is learned from by one
    caption and tested by another. Groups of more than CLASS pairs on average, or one of more than
    half of all pairs, are classes and not things (ten words for a thousand photos): then only
    what belongs to one thing of the more numerous side stays together.

    Args:
        share: of the groups that are held out, in (0, 1).

    Raises:
        InputError: there is only one group, so nothing would be left to learn from.
    """
    if not 0 < share < 1:
        raise InputError(f"The held-out share is {share}", cure="Use a share such as 0.1.")
    group = _groups(pairs)
    sizes = np.bincount(group)
    if sizes.mean() > CLASS or sizes.max() > len(pairs) / 2:
        group = pairs.left if pairs.left.max() >= pairs.right.max() else pairs.right
    count = int(group.max()) + 1 if len(group) else 0
    if count < 2:
        raise InputError(
            f"All pairs ({len(pairs)}) hang together, so none can be held out",
            cure="Pass more different pairs.",
        )
    order = np.random.default_rng(seed).permutation(count)
    chosen = np.zeros(count, bool)
    chosen[order[: min(max(round(share * count), 1), count - 1)]] = True
    return chosen[group], count


def _groups(pairs: Pairs) -> Ints:
    """Return (pairs,): the number of the connected group that each pair is of."""
    size = int(pairs.left.max()) + 1 if len(pairs) else 0
    parent = list(range(size + (int(pairs.right.max()) + 1 if len(pairs) else 0)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True):
        parent[root(size + other)] = root(one)
    roots = np.array([root(one) for one in pairs.left.tolist()], np.int64)
    groups: Ints = np.unique(roots, return_inverse=True)[1]
    return groups
