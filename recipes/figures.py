"""Figures of the recipes' models, by the package's own metrics, rounded as the cards have them."""

from __future__ import annotations

import numpy as np

from crossmodal.metrics import classification, intervals, retrieval

KS = (1, 5, 10)


def retrieval_ranks(
    pictures: np.ndarray, texts: np.ndarray, *, per_picture: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rank (0 is best) of each text's own picture, and of each picture's best own text.

    Args: unit vectors `pictures (N, D)` and `texts (N * per_picture, D)`, in the same order.
    Returns: text to picture `(N, per_picture)`, picture to text `(N,)`.
    """
    own = np.arange(len(texts)) // per_picture
    to_picture = retrieval.ranks(texts, pictures, query_groups=own)
    to_text = retrieval.ranks(pictures, texts, candidate_groups=own)
    return to_picture.reshape(len(pictures), per_picture), to_text


def recall(ranks: np.ndarray, *, seed: int = 0) -> dict[str, dict[str, float]]:
    """Recall at 1, 5 and 10 in percent, with 95 % percentile intervals over resampled photos.

    Args: ranks `(N,)` or `(N, texts per photo)`; photos are resampled, not texts.
    """
    found = {}
    for k in KS:
        interval = intervals.of_mean(100 * retrieval.recall_at(ranks, k), seed=seed)
        found[f"R@{k}"] = {
            "value": round(interval.value, 1),
            "low": round(interval.low, 1),
            "high": round(interval.high, 1),
        }
    return found


def chance(*, candidates: int, right: int) -> dict[str, float]:
    """Recall of a random order, in percent, when `right` of the `candidates` count as hits."""
    return {
        f"R@{k}": round(100 * retrieval.chance_recall(candidates=candidates, right=right, k=k), 2)
        for k in KS
    }


def zero_shot(pictures: np.ndarray, classes: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Top-1 and top-5 in percent of unit vectors `(N, D)` against class vectors `(C, D)`."""
    scores = pictures @ classes.T
    return {
        f"top-{k}": round(100 * float(classification.top_k(scores, labels, k).mean()), 1)
        for k in (1, 5)
    }
