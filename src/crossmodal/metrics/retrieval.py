"""Retrieval: at which place the right items stand in an order of candidates.

A rank is the number of candidates before the first right one, so the best rank is 0. A tie counts
against the right item: a model that gives every candidate the same score finds nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

Floats = NDArray[np.floating]
BLOCK = 1024
"""Queries scored at once, which bounds the memory."""


def first_ranks(scores: Floats, right: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each query (Q,) how many wrong candidates score at least its best right one.

    Args:
        scores: (Q, C), higher is nearer.
        right: (Q, C), which candidates answer which query.

    Raises:
        InputError: the shapes differ, or a query has no right candidate.
    """
    _check(scores, right)
    best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
    ranks: NDArray[np.int64] = ((scores >= best) & ~right).sum(axis=1)
    return ranks


def ranks(
    queries: Floats,
    candidates: Floats,
    *,
    query_groups: NDArray[np.integer] | None = None,
    candidate_groups: NDArray[np.integer] | None = None,
) -> NDArray[np.int64]:
    """Return the first rank of each query by inner product, with bounded memory.

    Args:
        queries: (Q, D); candidates: (C, D); unit vectors for cosines.
        query_groups, candidate_groups: (Q,) and (C,); a candidate is right where the two agree.
            None numbers the rows: the k-th candidate answers the k-th query.
    """
    wanted = np.arange(len(queries)) if query_groups is None else query_groups
    given = np.arange(len(candidates)) if candidate_groups is None else candidate_groups
    parts = [
        first_ranks(
            queries[start : start + BLOCK] @ candidates.T,
            wanted[start : start + BLOCK, None] == given,
        )
        for start in range(0, len(queries), BLOCK)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def recall_at(ranks: NDArray[np.integer], k: int) -> NDArray[np.float64]:
    """Return for each query 1 where a right candidate is among the first `k`, else 0.

    Its mean is what cross-modal retrieval calls recall@k (Hodosh et al. 2013): the share of
    queries that were answered, whatever the number of right candidates.
    """
    return (np.asarray(ranks) < k).astype(np.float64)


def median_rank(ranks: NDArray[np.integer]) -> float:
    """Return the median place of the first right candidate, the best place being 1."""
    return float(np.median(ranks)) + 1


def chance_recall(*, candidates: int, right: int, k: int) -> float:
    """Return the expected recall@k of a random order with `right` of `candidates` right."""
    drawn = np.arange(min(k, candidates))
    miss = np.prod(np.maximum(candidates - right - drawn, 0) / (candidates - drawn))
    return float(1 - miss)


def chance_median_rank(*, candidates: int, right: int) -> float:
    """Return the median place of the first right candidate in a random order."""
    place = np.arange(candidates)
    miss = np.cumprod(np.maximum(candidates - right - place, 0) / (candidates - place))
    return float(np.searchsorted(-miss, -0.5) + 1)


def average_precision(scores: Floats, right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return for each query (Q,) the mean precision at its right candidates; see `first_ranks`.

    Candidates of equal score stand at one place, the last of them.
    """
    _check(scores, right)
    order = np.argsort(-scores, axis=1, kind="stable")
    placed = np.take_along_axis(scores, order, axis=1)
    hits = np.take_along_axis(right, order, axis=1)
    found, values = hits.cumsum(axis=1), np.empty(len(scores))
    for row, line in enumerate(placed):
        last = np.searchsorted(-line, -line, side="right")  # (C,) places up to the end of the tie
        values[row] = (found[row, last - 1] / last)[hits[row]].mean()
    return values


def chance_average_precision(*, candidates: int, right: int) -> float:
    """Return the expected average precision of a random order."""
    if candidates == right:
        return 1.0
    harmonic = float((1 / np.arange(1, candidates + 1)).sum()) / candidates
    return harmonic + (right - 1) / (candidates - 1) * (1 - harmonic)


def ndcg(scores: Floats, gains: Floats, *, k: int | None = None) -> NDArray[np.float64]:
    """Return for each query (Q,) the normalised discounted cumulative gain in [0, 1].

    DCG = sum of gain / log2(place + 1) over the first `k` places (Järvelin and Kekäläinen 2002),
    divided by that of the best order. Candidates of equal score share their gains equally.

    Args:
        scores, gains: (Q, C); a gain is at least 0.
        k: how many places count; None for all.

    Raises:
        InputError: the shapes differ, a gain is negative, or a query has none.
    """
    if scores.shape != gains.shape or (gains < 0).any() or not (gains.sum(axis=1) > 0).all():
        raise InputError(
            f"Gains {gains.shape} do not fit scores {scores.shape}",
            cure="Give every query at least one gain above 0 and none below.",
        )
    discounts = 1 / np.log2(np.arange(2, scores.shape[1] + 2))
    discounts[scores.shape[1] if k is None else k :] = 0
    best = -np.sort(-gains, axis=1) @ discounts
    return np.array([_shared(*row) @ discounts for row in zip(scores, gains, strict=True)]) / best


def _shared(scores: Floats, gains: Floats) -> NDArray[np.float64]:
    """Return the gains (C,) from the best score to the worst, equal scores having their mean."""
    order = np.argsort(-scores, kind="stable")
    _, tie = np.unique(-scores[order], return_inverse=True)
    mean = np.bincount(tie, gains[order]) / np.bincount(tie)
    return np.asarray(mean[tie], np.float64)


def _check(scores: Floats, right: NDArray[np.bool_]) -> None:
    if scores.shape != right.shape or scores.ndim != 2:
        raise InputError(
            f"Scores {scores.shape} and right answers {right.shape} do not fit",
            cure="Pass both as (queries, candidates).",
        )
    if not right.any(axis=1).all():
        raise InputError("A query has no right candidate", cure="Leave such queries out.")
