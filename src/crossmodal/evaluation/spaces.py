"""Spaces: the gap between two modalities, hubs, and whether a correction helps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..card import Figure
from ..metrics import hubness, retrieval, spaces
from ..modality import Modality
from .corrections import Views, choose, ranks
from .report import Draws, figure

NEAREST = 10
PAIRS_SEEN = 2000
"""Vectors whose pairs `uniformity` looks at, at most."""


def measure(views: Views, *, modality: Modality, draws: Draws) -> list[Figure]:
    """Return modality gap, alignment, uniformity, total correlation and hubness of a space."""
    count = len(views.media)
    sizes = np.bincount(views.owners, minlength=count)
    sums = np.zeros((count, views.texts.shape[1]))
    np.add.at(sums, views.owners, views.texts)
    means = sums / sizes[:, None]
    media = np.asarray(views.media, np.float64)
    figures = [
        figure(
            "modality gap",
            draws.rows(count, lambda rows: spaces.modality_gap(media[rows], means[rows])),
            unit="",
        ),
        figure("cosine of pairs", draws.mean(spaces.alignment(media, means)), unit="", chance=0.0),
        figure(
            f"total correlation, of {media.shape[1]}",
            draws.rows(count, lambda rows: spaces.total_correlation(media[rows], means[rows])),
            unit="",
        ),
    ]
    for name, vectors in ((str(modality), media), ("text", views.texts)):
        some = np.random.default_rng(draws.seed).permutation(len(vectors))[:PAIRS_SEEN]
        value = spaces.uniformity(vectors[some])
        figures.append(Figure(f"uniformity of {name}", value, unit=""))
    scores = views.texts @ views.media.T
    return [
        *figures,
        _hubness(f"hubness, text → {modality}", scores),
        _hubness(f"hubness, {modality} → text", scores.T),
    ]


def corrected(
    views: Views, held_out: Views, *, modality: Modality, draws: Draws
) -> tuple[list[Figure], list[str]]:
    """Return what the best correction gains, and notes on how it was chosen.

    Args:
        views: what is measured; held_out: pairs that choose the correction, and are its bank.
    """
    best, recalls = choose(held_out, seed=draws.seed)
    before = ranks(np.asarray(views.texts @ views.media.T), views.owners)
    after = ranks(best.scores(views, held_out), views.owners)
    sizes = np.bincount(views.owners)
    figures = []
    for name, one, two, owners in (
        (f"text → {modality}", before[0], after[0], views.owners),
        (f"{modality} → text", before[1], after[1], np.arange(len(views.media))),
    ):
        hits = [retrieval.recall_at(way, 10) for way in (one, two)]
        counts = sizes if len(owners) == len(views.texts) else np.ones(len(sizes))
        for what, values in (("", hits[1]), ("gain of ", hits[1] - hits[0])):
            found = draws.ratio(np.bincount(owners, values), counts)
            figures.append(figure(f"{what}{name} R@10, {best}", found))
    listed = ", ".join(f"{name} {100 * recall:.1f}" for name, recall in recalls.items())
    return figures, [f"mean R@10 both ways on held-out pairs: {listed}"]


def _hubness(name: str, scores: NDArray[np.floating]) -> Figure:
    """Return it without an interval: queries drawn twice would make hubs of their neighbours."""
    k = min(NEAREST, scores.shape[1])
    value = hubness.skewness(hubness.occurrences(scores, k))
    return Figure(f"{name} (skewness of {k}-occurrence)", value, unit="", chance=0.0)
