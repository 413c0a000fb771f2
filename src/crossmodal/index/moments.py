"""Moments: stretches of a sound or film that are alike throughout, each found as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contracts import Encoder
from ..errors import InputError
from ..media import Video
from .networks import Row

ALIKE = 0.9  # cosine with the mean of a moment, from which on what follows belongs to it
LONGEST = 60.0  # seconds of one moment
FEW = 12  # frames that stand for a film that is searched with


@dataclass(slots=True)
class Moment:
    """From `start` to `end` (seconds); `total` is the sum of the `count` vectors (dim,) in it."""

    start: float
    end: float
    total: Row
    count: int = 1

    @property
    def vector(self) -> Row:
        """(dim,), unit length: the mean of what is in it."""
        length = float(np.linalg.norm(self.total))
        vector: Row = self.total / length if length > 0 else self.total
        return vector


class Moments:
    """Puts stretches that follow each other and are alike together to moments."""

    def __init__(self) -> None:
        self.found: list[Moment] = []

    def add(self, start: float, end: float, vector: Row) -> None:
        """Take the next stretch; it begins no earlier than the one before."""
        last = self.found[-1] if self.found else None
        if (
            last is not None
            and start <= last.end
            and end - last.start <= LONGEST
            and float(vector @ last.vector) >= ALIKE
        ):
            last.end, last.total, last.count = end, last.total + vector, last.count + 1
        else:
            self.found.append(Moment(start, end, vector))


def few_moments(film: Video, encoder: Encoder) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return the moments that stand for a film: (M, dim) unit vectors, and their shares of it (M,).

    They are those of FEW frames, at the middles of as many equal stretches of time.

    Raises:
        InputError: the film has no pictures.
    """
    step, moments = film.duration / FEW, Moments()
    frames = [frame.image for frame in film.at([step * (place + 0.5) for place in range(FEW)])]
    if not frames:
        raise InputError("The film has no pictures", cure="Choose another film.")
    for place, row in enumerate(encoder.encode(frames).values):
        moments.add(place * step, (place + 1) * step, row)
    counts = np.array([moment.count for moment in moments.found], np.float64)
    return np.stack([moment.vector for moment in moments.found]), counts / counts.sum()
