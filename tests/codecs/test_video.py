from __future__ import annotations

import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.codecs import PartialMedia, video
from crossmodal.codecs.limits import Limits
from crossmodal.errors import (
    CrossmodalError,
    InputError,
    TooLarge,
    UnreadableMedia,
    UnsupportedMedia,
)
from crossmodal.media import Frame, Image

EVEN = [number * 40 for number in range(20)]  # milliseconds
UNEVEN = [0, 10, 30, 100, 101, 250, 600, 1000]
FILM = samples.film(EVEN, sound=samples.tone(0.8))
KEYED = samples.film(EVEN, keys_every=5)


@pytest.mark.parametrize("stamps", [EVEN, UNEVEN], ids=["even", "uneven"])
@pytest.mark.parametrize(("kind", "codec"), [("mp4", "libx264"), ("webm", "libvpx-vp9")])
def test_times_are_those_of_the_file(stamps: list[int], kind: str, codec: str) -> None:
    film = video.open(samples.film(stamps, kind=kind, codec=codec))
    frames = list(film.frames())
    assert [frame.time for frame in frames] == [stamp / 1000 for stamp in stamps]
    assert [samples.number_of(frame.image) for frame in frames] == list(range(len(stamps)))


def test_ntsc_times_are_exact() -> None:
    film = video.open(samples.film(range(12), base=Fraction(1001, 30000)))
    assert [frame.time for frame in film.frames()] == [
        float(Fraction(1001 * n, 30000)) for n in range(12)
    ]
    assert film.fps == pytest.approx(30000 / 1001, rel=1e-3)


def test_times_begin_with_the_film() -> None:
    data = samples.film(range(10), kind="mpegts", base=Fraction(1, 25))
    times = [frame.time for frame in video.open(data).frames()]
    assert times == [number / 25 for number in range(10)]


def test_facts_are_known_before_the_frames() -> None:
    film = video.open(FILM)
    assert (film.width, film.height) == (64, 48)
    assert film.fps == pytest.approx(25, rel=0.05)
    assert film.duration == pytest.approx(0.8, abs=0.05)
    assert video.open(FILM).content_id() == film.content_id() != video.open(KEYED).content_id()
    sound = film.audio()
    assert sound is not None
    assert sound.duration == pytest.approx(0.8, abs=0.07)
    assert video.open(KEYED).audio() is None


def test_frames_may_be_taken_again_and_left() -> None:
    film = video.open(FILM)
    assert next(film.frames()).time == 0
    assert len(list(film.frames())) == len(list(film.frames())) == 20


# the 2 x 2 part of a display matrix → where the corner at (0, 0) is shown, as (right, bottom)
TURNS = {
    (1, 0, 0, 1): (0, 0),
    (0, 1, -1, 0): (1, 0),
    (-1, 0, 0, -1): (1, 1),
    (0, -1, 1, 0): (0, 1),
    (-1, 0, 0, 1): (1, 0),
    (1, 0, 0, -1): (0, 1),
    (0, 1, 1, 0): (0, 0),
    (0, -1, -1, 0): (1, 1),
}


@pytest.mark.parametrize("turn", TURNS)
def test_films_are_upright(turn: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:16, :16] = 255
    monkeypatch.setattr(samples, "plain", lambda number: Image(pixels))
    a, b, c, d = (number << 16 for number in turn)
    film = video.open(samples.film([0, 40], matrix=[a, b, 0, c, d, 0, 0, 0, 1 << 30]))
    frame = next(film.frames()).image
    assert frame.size == (film.width, film.height) == ((64, 48) if turn[0] else (48, 64))
    right, bottom = TURNS[turn]
    assert frame.pixels[-8 if bottom else 8, -8 if right else 8].mean() > 200
    assert frame.pixels.mean() < 60


@pytest.mark.parametrize("data", [FILM, KEYED], ids=["one key", "many keys"])
def test_sample_gives_the_frame_on_screen(data: bytes) -> None:
    times = [0.0, 0.039, 0.04, 0.3, 0.31, 0.75, 9.0, 0.1, 0.5, -1.0]
    expected = [0, 0, 1, 7, 7, 18, 19, 2, 12, 0]
    found = list(video.sample(data, times))
    assert [samples.number_of(frame.image) for frame in found] == expected
    assert [frame.time for frame in found] == [number * 40 / 1000 for number in expected]


@pytest.mark.parametrize("kind", ["matroska", "mpegts", "avi"])
def test_sample_where_no_index_helps(kind: str) -> None:
    codec = "mpeg4" if kind == "avi" else "libx264"
    data = samples.film(range(20), kind=kind, codec=codec, base=Fraction(1, 25), keys_every=5)
    found = video.sample(data, [0.7, 0.1, 0.5])
    assert [samples.number_of(frame.image) for frame in found] == [17, 2, 12]


def test_sample_jumps_over_what_it_does_not_need(monkeypatch: pytest.MonkeyPatch) -> None:
    data = samples.film([number * 40 for number in range(200)], keys_every=10)
    decoded = []
    time_of = video.time_of
    monkeypatch.setattr(
        "crossmodal.codecs.frames.time_of", lambda *a: decoded.append(1) or time_of(*a)
    )
    assert [frame.time for frame in video.sample(data, [0.0, 7.0])] == [0.0, 7.0]
    assert len(decoded) < 40


def test_a_long_film_needs_no_more_memory_than_a_short_one() -> None:
    film = video.open(samples.film([number * 40 for number in range(400)]))
    tracemalloc.start()
    try:
        count = sum(1 for frame in film.frames() if isinstance(frame, Frame))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 400
    assert peak < 10 * 64 * 48 * 3 + 400_000  # all frames are 3.7 MB


def test_limits() -> None:
    with pytest.raises(TooLarge, match="64 x 48 pixels and 3,000 are allowed"):
        video.open(FILM, limits=Limits(max_pixels=3000))
    with pytest.raises(TooLarge, match="raise max_seconds"):
        video.open(FILM, limits=Limits(max_seconds=0.5))


def test_what_is_no_film() -> None:
    with pytest.raises(UnsupportedMedia, match="no moving picture"):
        video.open(samples.wav(np.zeros((9, 1), np.int16)))
    with pytest.raises(UnsupportedMedia, match="image"):
        video.open(samples.picture())
    with pytest.raises(UnreadableMedia):
        video.open(FILM[:200])


def test_a_film_cut_short_gives_what_it_has_and_says_so() -> None:
    data = samples.film(EVEN, kind="mpegts", base=Fraction(1, 1000))
    assert 0 < len(list(video.open(data[: len(data) // 2]).frames())) < 20
    moved = bytearray(FILM)
    middle = FILM.index(b"mdat") + len(FILM) // 3
    moved[middle : middle + 2500] = bytes(2500)
    with pytest.warns(PartialMedia):
        assert list(video.open(bytes(moved)).frames())


@settings(max_examples=30, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 255)), max_size=3),
    length=st.integers(0, 40_000),
)
def test_any_damage_is_a_film_or_an_error(places: list[tuple[int, int]], length: int) -> None:
    data = bytearray(FILM)
    for at, value in places:
        data[at % len(data)] = value
    limits = Limits(max_pixels=100_000, max_seconds=100)
    try:
        film = video.open(bytes(data[: length + 1]), limits=limits, on_partial=lambda line: None)
        for frame, _ in zip(film.frames(), range(30), strict=False):
            assert frame.image.size == (film.width, film.height)
    except CrossmodalError as error:
        assert "\n" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_write(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"film.{ending}"
    pictures = (samples.plain(number, width=63, height=47) for number in range(20))
    video.write(path, pictures, fps=25, audio=samples.tone(0.8))
    film = video.open(path)
    frames = list(film.frames())
    assert (film.width, film.height) == (64, 48)
    assert [frame.time for frame in frames] == [number / 25 for number in range(20)]
    assert [samples.number_of(frame.image) for frame in frames] == list(range(20))
    sound = film.audio()
    assert sound is not None
    assert sound.duration == pytest.approx(0.8, abs=0.07)
    assert np.abs(sound.samples).max() == pytest.approx(0.5, abs=0.05)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_write_keeps_colours(tmp_path: Path) -> None:
    path = tmp_path / "red.mp4"
    pixels = np.full((720, 64, 3), (200, 60, 30), np.uint8)
    video.write(path, [Image(pixels)], fps=10)
    shown = next(video.open(path).frames()).image.pixels.mean(axis=(0, 1))
    assert np.abs(shown - (200, 60, 30)).max() < 5


def test_write_leaves_nothing_where_it_fails(tmp_path: Path) -> None:
    one, other = samples.plain(0), samples.plain(1, width=32)
    with pytest.raises(InputError, match="one size"):
        video.write(tmp_path / "film.mp4", [one, other], fps=25)
    with pytest.raises(InputError, match="without frames"):
        video.write(tmp_path / "film.mp4", [], fps=25)
    with pytest.raises(InputError, match=r"End it in \.mp4 or \.webm"):
        video.write(tmp_path / "film.txt", [one], fps=25)
    with pytest.raises(InputError, match="frames a second"):
        video.write(tmp_path / "film.mp4", [one], fps=0)
    with pytest.raises(InputError, match="cannot be written"):
        video.write(tmp_path / "none" / "film.mp4", [one], fps=25)
    assert not list(tmp_path.iterdir())
