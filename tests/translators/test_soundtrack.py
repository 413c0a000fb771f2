from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny import IMAGE_CARD

from crossmodal.card import Edge
from crossmodal.errors import InputError
from crossmodal.media import Audio, Video
from crossmodal.modality import AUDIO, VIDEO
from crossmodal.translators.soundtrack import Soundtrack

CARD = replace(
    IMAGE_CARD, name="soundtrack", edge=Edge.TRANSLATOR, source=VIDEO, target=AUDIO, space=None
)


def test_the_soundtrack_is_the_films_own() -> None:
    sound = Audio(np.zeros(8, np.float32), 8000)
    film = Video(2, 2, 25.0, 1.0, "abc", lambda: iter(()), lambda: sound)
    assert Soundtrack(CARD).translate([film, film]) == [sound, sound]


def test_silent_films_and_other_media() -> None:
    film = Video(2, 2, 25.0, 1.0, "abc", lambda: iter(()))
    with pytest.raises(InputError, match="no soundtrack"):
        Soundtrack(CARD).translate([film])
    with pytest.raises(InputError, match="was given audio"):
        Soundtrack(CARD).translate([Audio(np.zeros(8, np.float32), 8000)])
