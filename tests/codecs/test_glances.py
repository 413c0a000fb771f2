"""Which frames of a film are worth a look."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import samples

from crossmodal.codecs import video
from crossmodal.codecs.glances import EVERY, Glances, difference, thumb
from crossmodal.codecs.limits import Limits
from crossmodal.errors import UnsupportedMedia
from crossmodal.media import Image


def shots(path: Path, *levels: int, each: int = 10, fps: float = 10) -> Path:
    """Write a film of plain grey shots of `each` frames."""
    frames = [Image(np.full((48, 64, 3), level, np.uint8)) for level in levels for _ in range(each)]
    video.write(path, frames, fps=fps)
    return path


def times(path: Path, **options: object) -> list[float]:
    return [frame.time for frame in Glances(path, **options)]  # type: ignore[arg-type]


def test_one_look_a_shot_where_nothing_moves(tmp_path: Path) -> None:
    path = shots(tmp_path / "a.mp4", 20, 120, 220, each=50)
    assert times(path) == pytest.approx([0, 5, 10], abs=0.11)


def test_looks_go_on_while_it_moves(tmp_path: Path) -> None:
    path = shots(tmp_path / "a.mp4", *range(20, 220), each=1)  # twenty seconds, slowly brighter
    found = times(path)
    assert found == pytest.approx(np.arange(0, 20, EVERY), abs=0.11)


def test_flicker_is_bounded(tmp_path: Path) -> None:
    path = shots(tmp_path / "a.mp4", *[20, 220] * 50, each=1, fps=25)
    assert len(times(path)) <= 4 * 5 + 1


def test_end_and_size(tmp_path: Path) -> None:
    big = [Image(np.full((480, 640, 3), 99, np.uint8))] * 30
    video.write(tmp_path / "a.mp4", big, fps=30)
    glances = Glances(tmp_path / "a.mp4", at_least=64)
    (frame,) = glances
    assert frame.image.size == (320, 240)
    assert abs(int(frame.image.pixels.mean()) - 99) < 4
    assert glances.end == pytest.approx(1, abs=0.15)
    assert next(iter(Glances(tmp_path / "a.mp4"))).image.size == (640, 480)


def test_what_lies_beyond_the_limit_is_left_out_and_said(tmp_path: Path) -> None:
    path = shots(tmp_path / "a.mp4", 20, 120, 220, each=50)
    lines: list[str] = []
    limits = Limits(max_seconds=7.0)
    assert times(path, limits=limits, on_partial=lines.append) == pytest.approx([0, 5], abs=0.11)
    assert "first 7 seconds" in lines[0]


def test_sound_is_no_film() -> None:
    with pytest.raises(UnsupportedMedia, match="no moving picture"):
        list(Glances(samples.wav(np.zeros((800, 1), np.int16))))


def test_formats_without_plain_planes_are_told_apart_too(tmp_path: Path) -> None:
    data = samples.film([0, 40, 80], base=Fraction(1, 1000))
    frames = list(Glances(data))
    assert len(frames) == 1
    import av

    pictures = [Image(np.full((48, 64, 3), level, np.uint8)) for level in (10, 200)]
    one, other = (av.VideoFrame.from_ndarray(p.pixels, format="rgb24") for p in pictures)
    assert difference(thumb(one), thumb(other)) == pytest.approx(190, abs=3)
    assert difference(thumb(one), thumb(one)) == 0
    deep = one.reformat(format="yuv420p10le")
    assert difference(thumb(one), thumb(deep)) < 4
