"""Retrieval, both ways: whether words find their medium, and a medium its words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..card import Figure
from ..metrics import retrieval
from ..metrics.intervals import Interval
from ..modality import Modality
from .corrections import Floats, Views
from .report import Draws, figure

KS = (1, 5, 10)


def measure(views: Views, *, modality: Modality, draws: Draws) -> list[Figure]:
    """Return recall@k, median rank, mAP and nDCG@10, text → medium and medium → text.

    Media are drawn for the intervals, each with its texts. For text → medium a single medium is
    right; for medium → text recall counts the first of its texts, mAP and nDCG all of them.
    """
    count, owners = len(views.media), views.owners
    scores = views.texts @ views.media.T  # (T, N)
    right = owners[:, None] == np.arange(count)
    found = _way(f"text → {modality}", scores, right, owners, draws=draws)
    back = _way(f"{modality} → text", scores.T, right.T, np.arange(count), draws=draws)
    if len(owners) == count:
        return found + back
    return found + back + _all_of_them(f"{modality} → text", scores.T, right.T, draws=draws)


def _way(
    name: str,
    scores: Floats,
    right: NDArray[np.bool_],
    owners: NDArray[np.int64],
    *,
    draws: Draws,
) -> list[Figure]:
    ranks = retrieval.first_ranks(scores, right)
    sizes = np.bincount(owners)
    candidates, answers = right.shape[1], round(float(right.sum(axis=1).mean()))
    figures = [
        figure(
            f"{name} R@{k}",
            draws.ratio(np.bincount(owners, retrieval.recall_at(ranks, k)), sizes),
            chance=retrieval.chance_recall(candidates=candidates, right=answers, k=k),
        )
        for k in KS
        if k < candidates
    ]
    median = median_interval(ranks, owners, draws=draws)
    middle = retrieval.chance_median_rank(candidates=candidates, right=answers)
    figures.append(figure(f"{name} median rank", median, unit="", chance=middle))
    precision = retrieval.average_precision(scores, right)
    chance = retrieval.chance_average_precision(candidates=candidates, right=answers)
    mean = draws.ratio(np.bincount(owners, precision), sizes)
    return [*figures, figure(f"{name} mAP", mean, chance=chance)]


def _all_of_them(
    name: str, scores: Floats, right: NDArray[np.bool_], *, draws: Draws
) -> list[Figure]:
    gains = retrieval.ndcg(scores, right.astype(float), k=10)
    random = np.random.default_rng(draws.seed).random(scores.shape)
    chance = float(retrieval.ndcg(random, right.astype(float), k=10).mean())
    return [figure(f"{name} nDCG@10", draws.mean(gains), chance=chance)]


def median_interval(
    ranks: NDArray[np.int64], owners: NDArray[np.int64], *, draws: Draws
) -> Interval:
    """Return the interval of the median rank; media are drawn, each with its queries."""
    order = np.argsort(owners, kind="stable")
    groups = np.split(ranks[order], np.cumsum(np.bincount(owners))[:-1])
    if len({len(group) for group in groups}) == 1:
        table = np.stack(groups)
        return draws.rows(len(groups), lambda rows: retrieval.median_rank(table[rows]))
    return draws.rows(
        len(groups),
        lambda rows: retrieval.median_rank(np.concatenate([groups[row] for row in rows])),
    )
