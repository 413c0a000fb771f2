"""Questions about pictures: how often a model answers as people do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..card import Figure
from ..metrics.questions import most_common, vqa_accuracy
from .report import Draws, figure


def measure(
    answers: Sequence[str], people: Sequence[Sequence[str]], *, draws: Draws
) -> list[Figure]:
    """Return VQA accuracy; chance is the one answer that people give most often.

    Args:
        answers: a model's, one a question; people: theirs.
    """
    blind = most_common([answer for own in people for answer in own])
    right = [vqa_accuracy(*pair) for pair in zip(answers, people, strict=True)]
    chance = float(np.mean([vqa_accuracy(blind, own) for own in people]))
    return [figure("VQA accuracy", draws.mean(right), chance=chance)]
