"""Contrastive losses over large batches, with memory that depends on a chunk alone.

A loss over B pairs compares B x B. Gradient caching (Gao et al. 2021) encodes the batch in chunks
without keeping what backpropagation needs, takes the loss's gradient at the vectors, block of rows
by block of rows, and then encodes each chunk again to carry that gradient on. The result is that
of one pass over the whole batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from .._optional import need

Tensor: TypeAlias = Any
Encode: TypeAlias = Callable[[Any], Tensor]
Loss: TypeAlias = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""From vectors (B, k) and (B, k) of length 1, and which things their rows are (B,), (B,)."""

LOSSES = ("infonce", "sigmoid")


class Contrast:
    """A contrastive loss with its learned temperature (and bias).

    Things that occur several times in a batch are never taken for each other's wrong answers.

    Args:
        kind: "infonce" (van den Oord et al. 2018; both ways, as CLIP) or "sigmoid" (Zhai et al.
            2023).
        block: rows whose scores are held at a time.
    """

    def __init__(self, kind: str, *, block: int = 1024) -> None:
        torch = need("torch", extra="learn")
        self._torch, self._kind, self._block = torch, kind, block
        start = (20.0, 0.0) if kind == "infonce" else (10.0, -10.0)
        self.log_scale = torch.tensor(start[0]).log().requires_grad_()
        self.bias = torch.tensor(start[1], requires_grad=kind == "sigmoid")

    @property
    def parameters(self) -> list[Tensor]:
        return [self.log_scale] + ([self.bias] if self._kind == "sigmoid" else [])

    def backward(self, one: Tensor, other: Tensor, one_ids: Tensor, other_ids: Tensor) -> float:
        """Add the loss's gradient to all that it depends on; return the loss."""
        total = 0.0
        for start in range(0, len(one), self._block):
            rows = slice(start, start + self._block)
            part = self._part(one[rows], other, (one_ids, other_ids), start)
            if self._kind == "infonce":
                back = self._part(other[rows], one, (other_ids, one_ids), start)
                part = (part + back) / 2
            part.backward()
            total += float(part.detach())
        return total

    def _part(
        self, queries: Tensor, answers: Tensor, ids: tuple[Tensor, Tensor], start: int
    ) -> Tensor:
        """Return what the rows from `start` on add to the mean loss over all rows.

        Args:
            ids: which things all queries and all answers are.
        """
        torch = self._torch
        scores = queries @ answers.T * self.log_scale.exp().clamp(max=100.0) + self.bias
        place = torch.arange(len(queries))
        own = place + start
        same = (ids[0][own][:, None] == ids[0]) | (ids[1][own][:, None] == ids[1])
        if self._kind == "infonce":
            same[place, own] = False
            scores = scores.masked_fill(same, float("-inf"))
            return torch.nn.functional.cross_entropy(scores, own, reduction="sum") / len(answers)
        signs = torch.where(same, 1.0, -1.0)
        return -torch.nn.functional.logsigmoid(signs * scores).sum() / len(answers)


def backward(
    encoders: tuple[Encode, Encode],
    batch: tuple[Any, Any],
    ids: tuple[Tensor, Tensor],
    contrast: Contrast,
    *,
    chunk: int,
) -> float:
    """Add the gradient of the contrast of a whole batch to the encoders' parameters.

    Args:
        encoders: from rows of a batch to vectors; what is random in them must be the same in two
            passes over one chunk: `torch.random.fork_rng` below sees to it.
        batch: rows of both sides, as many of each.
        ids: (B,) and (B,): which things the rows are.
        chunk: rows that are encoded at a time with all that backpropagation needs.
    """
    torch = need("torch", extra="learn")
    rows = len(ids[0])
    starts = range(0, rows, chunk)
    state = torch.random.get_rng_state()
    with torch.no_grad():
        whole = [
            torch.cat([unit(encode(side[start : start + chunk])) for start in starts])
            for encode, side in zip(encoders, batch, strict=True)
        ]
    leaves = [vectors.requires_grad_() for vectors in whole]
    loss = contrast.backward(leaves[0], leaves[1], *ids)
    torch.random.set_rng_state(state)  # the same inputs are left out as in the first pass
    for encode, side, leaf in zip(encoders, batch, leaves, strict=True):
        for start in starts:
            vectors = unit(encode(side[start : start + chunk]))
            if vectors.requires_grad:
                vectors.backward(leaf.grad[start : start + chunk])
    return loss


def unit(vectors: Tensor) -> Tensor:
    """Return the same directions at length 1; a zero vector stays zero."""
    return vectors / vectors.norm(dim=1, keepdim=True).clamp(min=1e-12)
