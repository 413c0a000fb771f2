from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.codecs import PartialMedia, audio
from crossmodal.errors import (
    CrossmodalError,
    InputError,
    TooLarge,
    UnreadableMedia,
    UnsupportedMedia,
)
from crossmodal.media import Audio

TONE = samples.tone()
FORMATS = ["wav", "flac", "mp3", "ogg", "opus", "m4a"]
FILES = {kind: audio.encode(TONE, format=kind) for kind in FORMATS}  # type: ignore[arg-type]


def far(one: Audio, other: Audio) -> float:
    """The greatest difference of two sounds, over the shorter of them."""
    length = min(len(one.samples), len(other.samples))
    return float(np.abs(one.samples[:length] - other.samples[:length]).max())


@pytest.mark.parametrize("kind", FORMATS)
def test_formats_go_there_and_back(kind: str) -> None:
    back = audio.decode(FILES[kind], rate=TONE.rate)
    assert back.rate == TONE.rate
    assert abs(back.duration - TONE.duration) < 0.07  # AAC fills its last frame
    assert far(back, TONE) < (2e-5 if kind in ("wav", "flac") else 0.03)


def test_wav_and_flac_keep_sixteen_bits() -> None:
    words = np.arange(-32768, 32768, 7, dtype=np.int16)
    sound = audio.decode(samples.wav(words[:, None]))
    assert np.array_equal(sound.samples, words.astype(np.float32) / 32768)
    for kind in ("wav", "flac"):
        assert far(audio.decode(audio.encode(sound, format=kind)), sound) == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8, 9, 17, 32])
def test_channels_are_mixed_and_never_louder_than_full_scale(channels: int) -> None:
    loud = np.full((4000, channels), 32767, np.int16)
    sound = audio.decode(samples.wav(loud))
    assert len(sound.samples) == 4000
    assert np.allclose(sound.samples, 1.0, atol=1e-3)


def test_both_sides_of_stereo_count_the_same() -> None:
    sides = np.zeros((4000, 2), np.int16)
    sides[:, 0] = 16384
    assert np.allclose(audio.decode(samples.wav(sides)).samples, 0.25, atol=1e-3)


@pytest.mark.parametrize("rate", [7919, 11025, 96_000])
def test_odd_rates(rate: int) -> None:
    sound = audio.decode(audio.encode(samples.tone(rate=rate)), rate=16_000)
    assert sound.rate == 16_000
    assert abs(len(sound.samples) - 16_000) <= 16
    assert far(sound, TONE) < 0.02


@pytest.mark.parametrize("kind", FORMATS)
def test_rates_that_a_format_lacks_are_raised(kind: str) -> None:
    back = audio.decode(audio.encode(samples.tone(rate=9000), format=kind), rate=16_000)  # type: ignore[arg-type]
    assert far(back, TONE) < 0.06


def test_stream_gives_the_same_in_blocks(tmp_path: Path) -> None:
    path = tmp_path / "tone.flac"
    path.write_bytes(FILES["flac"])
    blocks = list(audio.stream(path, rate=8000, seconds=0.3))
    assert [len(block.samples) for block in blocks] == [2400, 2400, 2400, 800]
    whole = audio.decode(path, rate=8000)
    assert np.array_equal(np.concatenate([block.samples for block in blocks]), whole.samples)


def test_stream_of_a_long_sound_keeps_memory_flat() -> None:
    data = samples.wav(np.zeros((120 * 8000, 1), np.int16))
    tracemalloc.start()
    try:
        seconds = sum(block.duration for block in audio.stream(data, seconds=5))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seconds == 120
    assert peak < 1_500_000  # the whole is 3.8 MB


def test_excerpt_is_all_of_a_short_sound_and_spread_over_a_long_one() -> None:
    data = samples.wav(np.arange(8 * 1000, dtype=np.int16)[:, None])
    whole, part = audio.decode(data), audio.excerpt(data, places=4, seconds=0.1)
    assert part.rate == whole.rate == 8000
    assert np.array_equal(audio.excerpt(data).samples, whole.samples)
    starts = part.samples.reshape(4, -1)[:, 0] * 32768  # of four tenths, spread over the second
    assert starts[0] == 0
    assert starts[-1] >= 6400
    assert (np.diff(starts) > 800).all()


def test_excerpt_of_a_long_sound_keeps_memory_flat() -> None:
    data = samples.wav(np.zeros((1200 * 8000, 1), np.int16))
    tracemalloc.start()
    try:
        part = audio.excerpt(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert part.duration == 120
    assert peak < 16_000_000  # the whole is 38 MB
    with pytest.raises(TooLarge):
        audio.excerpt(data, max_seconds=600)


def test_more_samples_than_are_decoded_whole_are_refused() -> None:
    data = samples.wav(np.zeros((8000, 1), np.int16))
    assert len(audio.decode(data, max_samples=8000).samples) == 8000
    with pytest.raises(TooLarge, match=r"0\.0 hours at 8,000 Hz are 8,000 samples.*max_samples"):
        audio.decode(data, max_samples=7999)
    with pytest.raises(TooLarge, match="at 16,000 Hz are 16,000 samples"):
        audio.decode(data, max_samples=8000, rate=16_000)
    assert audio.excerpt(data).duration == 1


def test_damage_in_the_middle_keeps_the_rest_and_says_so() -> None:
    data = bytearray(audio.encode(samples.tone(10), format="mp3"))
    data[len(data) // 2 : len(data) // 2 + 1000] = bytes(1000)
    notes: list[str] = []
    sound = audio.decode(bytes(data), on_partial=notes.append)
    assert 9 < sound.duration < 10
    assert len(notes) == 1
    assert "damaged packets were left out" in notes[0]
    with pytest.warns(PartialMedia, match="damaged packets"):
        audio.decode(bytes(data))
    with pytest.warns(PartialMedia, match="damaged packets"):
        list(audio.stream(bytes(data)))


@pytest.mark.parametrize("kind", ["flac", "opus"])
def test_missing_parts_say_how_much_there_is(kind: str) -> None:
    data = bytearray(audio.encode(samples.tone(10), format=kind))  # type: ignore[arg-type]
    middle = len(data) // 2
    damaged = data[:middle] if kind == "flac" else data[:middle] + bytes(1000) + data[middle:]
    notes: list[str] = []
    assert audio.decode(bytes(damaged), on_partial=notes.append).duration < 9.5
    assert "of 10.0 seconds could be decoded" in notes[0]


def test_no_sound_is_an_error() -> None:
    with pytest.raises(UnreadableMedia, match="holds no sound"):
        audio.decode(samples.wav(np.zeros((0, 1), np.int16)))
    with pytest.raises(UnsupportedMedia, match="no sound track"):
        audio.decode(samples.film(range(0, 200, 40)))
    with pytest.raises(UnsupportedMedia, match=r"It is image \(png\)"):
        audio.decode(samples.picture())
    with pytest.raises(UnreadableMedia, match="empty"):
        audio.decode(b"")


def test_length_is_capped() -> None:
    with pytest.raises(TooLarge, match="longer than 0 seconds"):
        audio.decode(FILES["wav"], max_seconds=0.4)
    with pytest.raises(TooLarge, match="Cut it, or raise max_seconds"):
        audio.decode(FILES["mp3"], max_seconds=0.9)


def test_options_are_checked() -> None:
    with pytest.raises(InputError, match="rate of 0 Hz"):
        audio.decode(FILES["wav"], rate=0)
    with pytest.raises(InputError, match="Blocks of 0 seconds"):
        audio.stream(FILES["wav"], seconds=0)
    with pytest.raises(InputError, match="Use one of: wav, flac"):
        audio.encode(TONE, format="voc")  # type: ignore[arg-type]


def test_a_soundtrack_that_sets_in_late_begins_with_silence() -> None:
    late = Audio(np.concatenate([np.zeros(8000, np.float32), TONE.samples]), 16_000)
    film = samples.film(range(0, 1500, 50), sound=late)
    whole = audio.decode(film)
    assert abs(whole.duration - 1.5) < 0.07
    assert np.abs(whole.samples[:7000]).max() < 0.01
    assert far(whole, late) < 0.03


def test_threads_at_once_decode_the_same() -> None:
    jobs = list(FILES.values()) * 4
    with ThreadPoolExecutor(4) as pool:
        together = [sound.content_id() for sound in pool.map(audio.decode, jobs)]
    assert together == [audio.decode(data).content_id() for data in jobs]


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("kind", FORMATS)
@given(
    places=st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 255)), max_size=3),
    length=st.integers(0, 40_000),
)
def test_any_damage_is_a_sound_or_an_error(
    kind: str, places: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(FILES[kind])
    for at, value in places:
        data[at % len(data)] = value
    try:
        sound = audio.decode(bytes(data[: length + 1]), on_partial=lambda line: None)
        assert np.abs(sound.samples).max() <= 1
    except CrossmodalError as error:
        assert "\n" not in str(error)  # noqa: PT017


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    for kind in FORMATS:
        broken = FILES[kind][:300] + bytes(200) + FILES[kind][500:]
        try:
            audio.decode(broken, on_partial=lambda line: None)
        except InputError:
            continue
    assert capfd.readouterr() == ("", "")


def test_fractional_block_lengths() -> None:
    blocks = list(audio.stream(FILES["wav"], seconds=float(Fraction(1, 3))))
    assert [len(block.samples) for block in blocks] == [5333, 5333, 5333, 1]


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_001])
def test_resampling_keeps_pitch_and_loudness(rate: int) -> None:
    time = np.arange(2 * rate) / rate
    tone = Audio((0.5 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32), rate)
    found = audio.resample(tone, rate=16_000)
    assert (found.rate, found.duration) == (16_000, pytest.approx(2.0, abs=1e-3))
    middle = found.samples[8000:24_000]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert spectrum.argmax() == 1000
    assert middle.max() == pytest.approx(0.5, abs=0.01)


def test_what_is_above_the_new_rates_reach_is_gone() -> None:
    time = np.arange(44_100) / 44_100
    tone = Audio(np.sin(2 * np.pi * 12_000 * time).astype(np.float32), 44_100)
    assert np.abs(audio.resample(tone, rate=16_000).samples[1000:-1000]).max() < 1e-3


def test_resampling_at_the_edges() -> None:
    nothing = Audio(np.zeros(0, np.float32), 8000)
    assert len(audio.resample(nothing, rate=16_000).samples) == 0
    broken = Audio(np.array([np.nan, np.inf, 0.5], np.float32), 16_000)
    assert audio.resample(broken, rate=16_000).samples.tolist() == [0, 0, 0.5]
    with pytest.raises(InputError, match="A rate of 0 Hz"):
        audio.resample(nothing, rate=0)
