from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crossmodal import codecs
from crossmodal.codecs.saving import FILMS, IMAGES, SOUNDS, TEXTS
from crossmodal.errors import InputError
from crossmodal.media import Audio, Frame, Image, Media, Segment, Text, Video

IMAGE = Image(np.full((20, 30, 3), 100, np.uint8))
SOUND = Audio(np.sin(np.arange(16_000, dtype=np.float32) / 20) / 2, 16_000)
TEXT = Text("hello there", segments=(Segment(0.0, 1.5, "hello there"),))
FILM = Video(
    30, 20, 25.0, 0.4, "x",
    lambda: (Frame(n / 25, IMAGE) for n in range(10)), lambda: SOUND,
)  # fmt: skip
CASES = [
    *((IMAGE, ending) for ending in IMAGES),
    *((SOUND, ending) for ending in SOUNDS),
    *((TEXT, ending) for ending in TEXTS),
    *((FILM, ending) for ending in FILMS),
]


@pytest.mark.parametrize(("medium", "ending"), CASES, ids=lambda value: str(value)[:8])
def test_what_is_saved_is_read_as_the_same_modality(
    medium: Media, ending: str, tmp_path: Path
) -> None:
    path = medium.save(tmp_path / f"a{ending}")
    assert codecs.read(path).modality is medium.modality
    assert [entry.name for entry in tmp_path.iterdir()] == [f"a{ending}"]


def test_pixels_and_words_come_back(tmp_path: Path) -> None:
    picture = codecs.read(IMAGE.save(tmp_path / "a.png"))
    assert picture.content_id() == IMAGE.content_id()
    assert codecs.read(TEXT.save(tmp_path / "a.txt")) == Text("hello there\n")
    assert TEXT.to_srt().splitlines()[:3] == ["1", "00:00:00,000 --> 00:00:01,500", "hello there"]
    assert TEXT.to_vtt().startswith("WEBVTT")


@pytest.mark.parametrize("medium", [IMAGE, SOUND, TEXT, FILM], ids=lambda value: value.modality)
def test_wrong_endings_and_places(medium: Media, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be written as 'a\.xyz'.*End the name in"):
        medium.save(tmp_path / "a.xyz")
    ending = {"image": "png", "audio": "wav", "text": "txt", "video": "mp4"}[medium.modality]
    with pytest.raises(InputError, match="nowhere"):
        medium.save(tmp_path / "nowhere" / f"a.{ending}")
