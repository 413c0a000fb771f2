"""Retrieval figures as pure functions of score matrices, and their bootstrap intervals."""

from __future__ import annotations

import numpy as np

KS = (1, 5, 10)
RESAMPLES = 1000


def retrieval_ranks(
    pictures: np.ndarray, texts: np.ndarray, *, per_picture: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rank (0 is best) of each text's own picture, and of each picture's best own text.

    Args: unit vectors `pictures (N, D)` and `texts (N * per_picture, D)`, in the same order.
    Returns: text to picture `(N, per_picture)`, picture to text `(N,)`.
    """
    count = len(pictures)
    scores = texts @ pictures.T  # (N * per_picture, N)
    own = np.arange(len(texts)) // per_picture
    right = scores[np.arange(len(texts)), own]
    to_picture = (scores > right[:, None]).sum(1).reshape(count, per_picture)
    best = right.reshape(count, per_picture).max(1)
    to_text = (scores > best[None, :]).sum(0)
    return to_picture, to_text


def recall(ranks: np.ndarray, *, seed: int = 0) -> dict[str, dict[str, float]]:
    """Recall at 1, 5 and 10 in percent, with 95 % percentile intervals over resampled photos.

    Args: ranks `(N,)` or `(N, texts per photo)`; photos are resampled, not texts.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(ranks), size=(RESAMPLES, len(ranks)))
    found = {}
    for k in KS:
        hits = 100.0 * (ranks < k).reshape(len(ranks), -1).mean(1)  # (N,) percent a photo
        low, high = np.percentile(hits[drawn].mean(1), (2.5, 97.5))
        found[f"R@{k}"] = {
            "value": round(float(hits.mean()), 1),
            "low": round(float(low), 1),
            "high": round(float(high), 1),
        }
    return found


def chance(*, candidates: int, right: int) -> dict[str, float]:
    """Recall of a random order, in percent, when `right` of the `candidates` count as hits."""
    rates = {}
    for k in KS:
        miss = np.prod([(candidates - right - j) / (candidates - j) for j in range(k)])
        rates[f"R@{k}"] = round(float(100 * (1 - miss)), 2)
    return rates


def zero_shot(pictures: np.ndarray, classes: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Top-1 and top-5 in percent of unit vectors `(N, D)` against class vectors `(C, D)`."""
    scores = pictures @ classes.T
    right = scores[np.arange(len(labels)), labels]
    rank = (scores > right[:, None]).sum(1)
    return {f"top-{k}": round(float(100 * (rank < k).mean()), 1) for k in (1, 5)}
