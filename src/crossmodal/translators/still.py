"""Film to picture: the frame that stands for the film best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..card import ModelCard
from ..contracts import Encoder
from ..errors import InputError
from ..media import Image, Media, Video
from .base import checked

CANDIDATES = 12
"""Frames that are looked at, evenly spaced in time."""


class Still:
    """The Translator that picks the frame whose vector is nearest to all others' mean."""

    def __init__(self, card: ModelCard, encoder: Encoder) -> None:
        self._card, self._encoder = card, encoder

    @property
    def card(self) -> ModelCard:
        return self._card

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        """Return one frame of each film.

        Raises:
            InputError: a film has no pictures, or one of the batch is no film.
        """
        return [self._pick(film) for film in checked(self._card, batch, Video)]

    def _pick(self, film: Video) -> Image:
        step = film.duration / CANDIDATES
        frames = [frame.image for frame in film.at([step * (n + 0.5) for n in range(CANDIDATES)])]
        if not frames:
            raise InputError("The film has no pictures", cure="Choose another film.")
        values = self._encoder.encode(frames).values  # (CANDIDATES, dim)
        return frames[int(np.argmax(values @ values.mean(axis=0)))]


def load(card: ModelCard, encoder: Encoder) -> Still:
    """Return the still picker that `card` describes, over an image encoder."""
    return Still(card, encoder)
