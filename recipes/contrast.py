"""Losses that compare two sets of unit vectors."""

from __future__ import annotations

import torch
from torch.nn import functional


def info_nce(
    first: torch.Tensor, second: torch.Tensor, *, group: torch.Tensor, scale: torch.Tensor | float
) -> torch.Tensor:
    """Symmetric cross entropy of `first (B, D)` against `second (B, D)`, unit vectors.

    Pairs of one group share the target mass: two photos of one class are no negatives.
    """
    logits = scale * first @ second.T  # (B, B)
    target = group[:, None].eq(group).float()
    target = target / target.sum(1, keepdim=True)
    return (
        functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)
    ) / 2


def relational(
    student: torch.Tensor, teacher: torch.Tensor, others: torch.Tensor, *, scale: float
) -> torch.Tensor:
    """How differently student and teacher `(B, D)` rank the `others (K, D)`: KL divergence."""
    wanted = functional.log_softmax(scale * teacher @ others.T, dim=1)
    found = functional.log_softmax(scale * student @ others.T, dim=1)
    return functional.kl_div(found, wanted, log_target=True, reduction="batchmean")


def hit_rates(
    pictures: torch.Tensor, texts: torch.Tensor, *, per_picture: int, ks: tuple[int, ...]
) -> dict[str, float]:
    """Recall at k, in percent, both ways.

    Args: unit vectors `pictures (N, D)` and `texts (N * per_picture, D)`, in the same order.
    """
    scores = texts @ pictures.T  # (N * per_picture, N)
    own = torch.arange(len(texts)) // per_picture
    rank_text = (scores > scores.gather(1, own[:, None])).sum(1)
    by_picture = scores.T.reshape(len(pictures), len(pictures), per_picture)
    best = by_picture[torch.arange(len(pictures)), torch.arange(len(pictures))].amax(1)
    rank_picture = scores.T.gt(best[:, None]).sum(1)
    return {
        f"{way} R@{k}": 100 * (rank < k).float().mean().item()
        for way, rank in (("t2i", rank_text), ("i2t", rank_picture))
        for k in ks
    }
