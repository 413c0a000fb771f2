from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny import IMAGE_CARD

from crossmodal.card import Edge
from crossmodal.encoders.image import ImageEncoder
from crossmodal.errors import InputError
from crossmodal.media import Frame, Image, Text, Video
from crossmodal.modality import IMAGE, VIDEO
from crossmodal.translators.still import Still

CARD = replace(
    IMAGE_CARD, name="still", edge=Edge.TRANSLATOR, source=VIDEO, target=IMAGE, space=None
)


def film(*colours: tuple[int, int, int]) -> Video:
    frames = [
        Frame(float(n), Image(np.full((9, 9, 3), colour, np.uint8)))
        for n, colour in enumerate(colours)
    ]
    return Video(9, 9, 1.0, float(len(frames)), "abc", lambda: iter(frames))


def test_the_usual_frame_is_picked(image_encoder: ImageEncoder) -> None:
    red, blue = (200, 0, 0), (0, 0, 200)
    (picture,) = Still(CARD, image_encoder).translate([film(red, blue, red, red)])
    assert isinstance(picture, Image)
    assert (picture.pixels == red).all()


def test_no_film_and_no_frames(image_encoder: ImageEncoder) -> None:
    with pytest.raises(InputError, match="was given text"):
        Still(CARD, image_encoder).translate([Text("a")])
    with pytest.raises(InputError, match="no pictures"):
        Still(CARD, image_encoder).translate([film()])
