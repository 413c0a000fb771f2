"""Frames that stand for a film."""

from __future__ import annotations

from ..errors import InputError
from ..media import Image, Video


def spread(film: Video, count: int) -> list[Image]:
    """Return `count` frames of `film`, evenly spread over it.

    Raises:
        InputError: it has none.
    """
    step = film.duration / count
    frames = [frame.image for frame in film.at([step * (n + 0.5) for n in range(count)])]
    if not frames:
        raise InputError("The film has no pictures", cure="Choose another film.")
    return frames + [frames[-1]] * (count - len(frames))
