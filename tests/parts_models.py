"""A model that is put together from others."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal.card import ModelCard
from crossmodal.contracts import Model


@dataclass
class Whole:
    card: ModelCard
    parts: tuple[Model, ...]


def load_pair(card: ModelCard, *parts: Model) -> Whole:
    return Whole(card, parts)
