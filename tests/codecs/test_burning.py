from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from crossmodal.codecs import audio, burning, video
from crossmodal.codecs.captions import caption
from crossmodal.errors import InputError, UnsupportedMedia
from crossmodal.media import Audio, Image, Segment, Text

SIZE = (320, 180)
SAID = Text("HELLO WORLD", segments=(Segment(1.0, 2.0, "HELLO\nWORLD"),))
SHADES = {"black": 0, "grey": 128, "white": 255}


def plain(shade: int, *, frames: int = 30) -> list[Image]:
    width, height = SIZE
    return [Image(np.full((height, width, 3), shade, np.uint8))] * frames


def tone(seconds: float = 3.0) -> Audio:
    time = np.arange(int(seconds * 48_000)) / 48_000
    return Audio((0.4 * np.sin(2 * np.pi * 600 * time)).astype(np.float32), 48_000)


@pytest.fixture(scope="module", params=SHADES.values(), ids=SHADES)
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("burning") / "film.mp4"
    video.write(path, plain(request.param), fps=10, audio=tone())
    return path


@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_words_stand_on_the_pictures_while_they_are_said(
    film: Path, tmp_path: Path, ending: str
) -> None:
    done: list[tuple[float, float]] = []
    target = burning.burn(
        film, SAID, tmp_path / f"out{ending}", progress=lambda *told: done.append(told)
    )
    found, before = video.open(target), list(video.open(film).frames())
    frames = list(found.frames())
    assert [frame.time for frame in frames] == pytest.approx([n / 10 for n in range(30)], abs=2e-3)
    for frame, old in zip(frames, before, strict=True):
        changed = np.abs(frame.image.pixels.astype(int) - old.image.pixels) > 60
        if 1.0 <= frame.time < 2.0:
            foot = frame.image.pixels[SIZE[1] // 2 :]
            assert foot.max() > 220, "no white letters"
            assert foot.min() < 40, "no dark rim"
            assert changed.any()
            assert not changed[: SIZE[1] // 2].any()
        else:
            assert not changed.any()
    assert done[-1] == (pytest.approx(2.9, abs=1e-3), pytest.approx(3.0, abs=0.1))


@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_the_sound_is_kept(film: Path, tmp_path: Path, ending: str) -> None:
    target = burning.burn(film, SAID, tmp_path / f"out{ending}")
    old, new = (audio.decode(path, rate=16_000) for path in (film, target))
    assert new.duration == pytest.approx(old.duration, abs=0.06)
    spectrum = np.abs(np.fft.rfft(new.samples[8000:24_000] * np.hanning(16_000)))
    assert spectrum.argmax() == 600
    if ending == ".mp4":  # the same packets
        np.testing.assert_allclose(new.samples[8000:24_000], old.samples[8000:24_000], atol=1e-3)


def test_stereo_stays_stereo_and_a_variable_rate_stays(tmp_path: Path) -> None:
    source, times = tmp_path / "vfr.mkv", [0.0, 0.1, 0.7, 0.75, 1.9]
    with av.open(source, "w") as out:
        track = out.add_stream("libx264", rate=25)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        track.codec_context.time_base = Fraction(1, 1000)
        sound = out.add_stream("pcm_s16le", rate=8000, layout="stereo")
        for n, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * n, np.uint8))
            frame.pts, frame.time_base = round(1000 * time), Fraction(1, 1000)
            out.mux(track.encode(frame))
        out.mux(track.encode(None))
        sides = np.random.default_rng(0).integers(-9000, 9000, (1, 2 * 16_000), np.int16)
        noise = av.AudioFrame.from_ndarray(sides, format="s16", layout="stereo")
        noise.sample_rate, noise.pts = 8000, 0
        out.mux(sound.encode(noise))
        out.mux(sound.encode(None))
    target = burning.burn(source, SAID, tmp_path / "out.mp4")
    found = [frame.time for frame in video.open(target).frames()]
    assert found == pytest.approx(times, abs=2e-3)
    with av.open(target) as made:
        assert made.streams.audio[0].codec_context.channels == 2
        assert made.streams.audio[0].codec_context.name == "aac"


def test_a_film_without_sound(tmp_path: Path) -> None:
    video.write(tmp_path / "silent.mp4", plain(0), fps=10)
    target = burning.burn(tmp_path / "silent.mp4", SAID, tmp_path / "out.mp4")
    assert video.open(target).audio() is None


def test_what_cannot_be_burned_is_refused(tmp_path: Path) -> None:
    video.write(tmp_path / "film.mp4", plain(0, frames=3), fps=10)
    audio_file = tone(0.5).save(tmp_path / "tone.wav")
    for source, target, error, words in (
        ("film.mp4", "out.avi", InputError, r"End it in .mp4 or .webm"),
        ("film.mp4", "film.mp4", InputError, "the film itself"),
        ("film.mp4", "none/out.mp4", InputError, "cannot be written"),
        (audio_file.name, "out.mp4", UnsupportedMedia, "no moving picture"),
    ):
        with pytest.raises(error, match=words):
            burning.burn(tmp_path / source, SAID, tmp_path / target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "tone.wav"]


@pytest.mark.parametrize("size", [(16, 16), (64, 400), (1920, 1080), (333, 77)])
@pytest.mark.parametrize("text", ["a", "word " * 40, "W" * 300, "Grüße\nčau", "多言語"])
def test_captions_fit_any_frame(size: tuple[int, int], text: str) -> None:
    made = caption(text, size)
    pixels = np.full((size[1], size[0], 3), 200, np.uint8)
    shown = made.over(pixels)
    assert shown.shape == pixels.shape
    assert (shown != pixels).any()
    assert (pixels == 200).all()


def test_a_font_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "font.ttf").write_bytes(b"no font")
    with pytest.raises(InputError, match=r"Pass a .ttf"):
        caption("a", (64, 64), font=tmp_path / "font.ttf")
