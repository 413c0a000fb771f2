"""Film to sound: its own soundtrack."""

from __future__ import annotations

from collections.abc import Sequence

from ..card import ModelCard
from ..errors import InputError
from ..media import Audio, Media, Video
from .base import checked


class Soundtrack:
    """The Translator that hears a film: what is said and what sounds in it, not what it shows."""

    def __init__(self, card: ModelCard) -> None:
        self._card = card

    @property
    def card(self) -> ModelCard:
        return self._card

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        """Return the soundtrack of each film.

        Raises:
            InputError: a film has none, or one of the batch is no film.
        """
        return [_heard(film) for film in checked(self._card, batch, Video)]


def _heard(film: Video) -> Audio:
    sound = film.audio()
    if sound is None:
        raise InputError("The film has no soundtrack", cure="Choose a film with sound.")
    return sound


def load(card: ModelCard) -> Soundtrack:
    """Return the soundtrack translator that `card` describes."""
    return Soundtrack(card)
