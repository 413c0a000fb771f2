"""Corrections against hubs and the modality gap, chosen on held-out pairs.

Each gives every vector a bias, from vectors of the other modality that were seen before (a bank);
a score is then cosine - bias of the one - bias of the other. In a search the query's bias changes
no order, so an index needs one number an entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..metrics import hubness, retrieval

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Views:
    """Unit vectors of N media and T texts, and each text's medium: (N, D), (T, D), (T,)."""

    media: Floats
    texts: Floats
    owners: NDArray[np.int64]

    def split(self, *, seed: int = 0) -> tuple[Views, Views]:
        """Return two halves of the media, each with its texts.

        Raises:
            InputError: there are fewer than four media.
        """
        count = len(self.media)
        if count < 4:
            raise InputError(f"{count} media cannot be halved", cure="Give at least four.")
        order = np.random.default_rng(seed).permutation(count)
        return self.of(order[: count // 2]), self.of(order[count // 2 :])

    def of(self, rows: NDArray[np.int64]) -> Views:
        """Return the media `rows` with their texts."""
        place = np.full(len(self.media), -1)
        place[rows] = np.arange(len(rows))
        kept = place[self.owners] >= 0
        return Views(self.media[rows], self.texts[kept], place[self.owners[kept]])


@dataclass(frozen=True, slots=True)
class Correction:
    """A kind ("none", "centring", "CSLS", "inverted softmax") and what it takes."""

    kind: str
    parameter: float = 0.0

    def __str__(self) -> str:
        letter = {"CSLS": " k=", "inverted softmax": " T="}.get(self.kind)
        return f"{self.kind}{letter}{self.parameter:g}" if letter else self.kind

    def scores(self, views: Views, bank: Views) -> NDArray[np.float64]:
        """Return corrected scores of texts against media (T, N)."""
        if self.kind == "centring":
            return (
                hubness.centred(views.texts, bank.texts.mean(axis=0))
                @ hubness.centred(views.media, bank.media.mean(axis=0)).T
            )
        plain = np.asarray(views.texts @ views.media.T, np.float64)
        if self.kind == "none":
            return plain
        texts, media = self.bias(views.texts, bank.media), self.bias(views.media, bank.texts)
        return plain - texts[:, None] - media

    def bias(self, vectors: Floats, bank: Floats) -> NDArray[np.float64]:
        """Return what is taken from every score of each of `vectors` (N, D): (N,).

        Args:
            bank: (B, D) vectors of the other modality.
        """
        if self.kind == "CSLS":
            return hubness.nearness(vectors, bank, k=int(self.parameter)) / 2
        return hubness.log_crowd(vectors, bank, temperature=self.parameter)


CANDIDATES = (
    Correction("none"),
    Correction("centring"),
    *(Correction("CSLS", k) for k in (1, 3, 10, 30)),
    *(Correction("inverted softmax", t) for t in (0.02, 0.05, 0.1)),
)


def ranks(scores: Floats, owners: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the ranks of text → medium (T,) and of medium → text (N,)."""
    right = owners[:, None] == np.arange(scores.shape[1])
    return retrieval.first_ranks(scores, right), retrieval.first_ranks(scores.T, right.T)


def choose(
    held_out: Views, *, candidates: Sequence[Correction] = CANDIDATES, seed: int = 0
) -> tuple[Correction, dict[str, float]]:
    """Return the candidate with the best mean R@10 both ways on `held_out`, and all their means.

    One half is the bank and the other is measured, then the other way round.
    """
    halves = held_out.split(seed=seed)
    recalls = {}
    for candidate in candidates:
        found = []
        for bank, measured in (halves, halves[::-1]):
            both = ranks(candidate.scores(measured, bank), measured.owners)
            found += [retrieval.recall_at(way, 10).mean() for way in both]
        recalls[str(candidate)] = float(np.mean(found))
    best = max(candidates, key=lambda candidate: recalls[str(candidate)])
    return best, recalls
