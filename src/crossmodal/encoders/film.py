"""Films into a space: the mean of their pictures' vectors.

Averaging frame vectors is the usual baseline of film retrieval (Luo et al. 2022, "meanP") and
needs no training of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..contracts import Encoder, Prepared
from ..errors import InputError
from ..media import Image, Media, Video
from .base import BaseEncoder

FRAMES = 12
"""Pictures that stand for a film, evenly spaced in time."""


class FilmEncoder(BaseEncoder):
    """The mean of FRAMES frames' vectors, by an image encoder of the same space."""

    def __init__(self, card: ModelCard, frames: Encoder) -> None:
        super().__init__(card)
        self.space.check(frames.space)
        self._frames = frames

    def _prepare(self, medium: Media) -> Prepared:
        film = cast(Video, medium)
        pictures = [self._frames.prepare(picture) for picture in spread(film, FRAMES)]
        if not pictures:
            raise InputError("The film has no pictures", cure="Choose another film.")
        return np.stack(pictures)

    def _run(self, batch: Sequence[Prepared]) -> NDArray[np.float32]:
        counts = [len(pictures) for pictures in batch]
        values = self._frames.encode_prepared(list(np.concatenate(batch))).values
        parts = np.split(values, np.cumsum(counts)[:-1])
        return np.stack([part.mean(axis=0) for part in parts])


def spread(film: Video, count: int) -> Iterator[Image]:
    """Yield `count` frames of `film`, at the middles of as many equal stretches of time."""
    step = film.duration / count
    for frame in film.at([step * (place + 0.5) for place in range(count)]):
        yield frame.image


def load(card: ModelCard, frames: Encoder) -> FilmEncoder:
    """Return the film encoder that `card` describes, over the image encoder `frames`."""
    return FilmEncoder(card, frames)
