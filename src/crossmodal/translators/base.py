"""What all translators share: the check of what they are given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ..card import ModelCard
from ..errors import InputError
from ..media import Media

M = TypeVar("M", bound=Media)


def checked(card: ModelCard, batch: Iterable[Media], kind: type[M]) -> list[M]:
    """Return `batch`, of which every medium is of `kind`.

    Raises:
        InputError: one is of another modality.
    """
    media: list[M] = []
    for medium in batch:
        if not isinstance(medium, kind):
            given = getattr(medium, "modality", type(medium).__name__)
            raise InputError(f"{card.id} was given {given}", cure=f"It takes {card.source}.")
        media.append(medium)
    return media
