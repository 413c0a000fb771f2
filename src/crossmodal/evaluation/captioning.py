"""Captioning: how near a model's sentences are to those of people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..card import Figure
from ..metrics import captions as metrics
from ..metrics.cider import cider
from ..metrics.meteor import meteor
from ..metrics.spaces import round_trip
from .corrections import Floats
from .report import Draws, figure


def measure(said: Sequence[str], people: Sequence[Sequence[str]], *, draws: Draws) -> list[Figure]:
    """Return BLEU-1 to 4, ROUGE-L, METEOR without synonyms, and CIDEr-D.

    Chance is what the same sentences reach when each is given to the next medium.

    Args:
        said: a model's sentence for each medium; people: people's sentences for each.
    """
    captions = [metrics.words(sentence) for sentence in said]
    references = [[metrics.words(sentence) for sentence in own] for own in people]
    elsewhere = [*captions[1:], *captions[:1]]
    counts, others = (_bleu_counts(lines, references) for lines in (captions, elsewhere))
    figures = [
        figure(
            f"BLEU-{order}",
            draws.totals(counts, partial(metrics.bleu, order=order)),
            chance=float(metrics.bleu(others.sum(axis=0), order)),
        )
        for order in range(1, metrics.ORDER + 1)
    ]
    for name, score in (
        ("ROUGE-L", metrics.rouge_l),
        ("METEOR without synonyms", meteor),
    ):
        own, other = (
            [score(*pair) for pair in zip(lines, references, strict=True)]
            for lines in (captions, elsewhere)
        )
        figures.append(figure(name, draws.mean(own), chance=float(np.mean(other))))
    # In percent as papers write it: a CIDEr-D of 1 is 100.
    agreement, guess = cider(captions, references), cider(elsewhere, references)
    figures.append(figure("CIDEr-D", draws.mean(agreement), chance=float(guess.mean())))
    return figures


def found_again(media: Floats, said: Floats, *, draws: Draws) -> list[Figure]:
    """Return how well each medium is found again by its sentence: the round trip through words.

    Args:
        media, said: (N, D), unit vectors of the media and of the sentences about them.
    """
    cosines, ranks = round_trip(media, said)
    count = len(media)
    figures = [
        figure(f"found again R@{k}", draws.mean(ranks < k), chance=k / count)
        for k in (1, 10)
        if k < count
    ]
    return [*figures, figure("cosine of medium and sentence", draws.mean(cosines), unit="")]


def _bleu_counts(
    captions: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]
) -> NDArray[np.float64]:
    pairs = zip(captions, references, strict=True)
    return np.stack([metrics.bleu_counts(*pair) for pair in pairs])
