from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny import IMAGE_CARD

from crossmodal.encoders.film import FRAMES, FilmEncoder
from crossmodal.encoders.image import ImageEncoder
from crossmodal.errors import InputError, SpaceMismatch
from crossmodal.media import Frame, Image, Video
from crossmodal.modality import VIDEO
from crossmodal.space import Space

CARD = replace(IMAGE_CARD, name="tiny-film", source=VIDEO)


def film(*colours: tuple[int, int, int]) -> Video:
    frames = [
        Frame(float(n), Image(np.full((9, 9, 3), colour, np.uint8)))
        for n, colour in enumerate(colours)
    ]
    return Video(9, 9, 1.0, float(len(frames)), "abc", lambda: iter(frames))


def test_a_film_lies_between_its_pictures(image_encoder: ImageEncoder) -> None:
    encoder = FilmEncoder(CARD, image_encoder)
    red, blue = (200, 0, 0), (0, 0, 200)
    assert encoder.prepare(film(red, blue)).shape == (FRAMES, 8, 8, 3)
    vectors = encoder.encode([film(red, blue), film(red), film(blue)])
    middle = vectors.values[1] + vectors.values[2]
    np.testing.assert_allclose(vectors.values[0], middle / np.linalg.norm(middle), atol=1e-5)


def test_an_empty_film_and_another_space(image_encoder: ImageEncoder) -> None:
    with pytest.raises(InputError, match="no pictures"):
        FilmEncoder(CARD, image_encoder).encode([film()])
    with pytest.raises(SpaceMismatch):
        FilmEncoder(replace(CARD, space=Space("other", "1", 3)), image_encoder)
