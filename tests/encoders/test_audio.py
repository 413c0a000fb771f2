from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.encoders.audio import FRAMES, LENGTH, WINDOWS, AudioEncoder, heard, windows
from crossmodal.encoders.log_mel import MELS, RATE
from crossmodal.encoders.text import TextEncoder
from crossmodal.errors import InputError
from crossmodal.media import Audio, Text


def tone(hertz: float, *, seconds: float = 5.0, rate: int = RATE, level: float = 0.5) -> Audio:
    time = np.arange(int(seconds * rate)) / rate
    return Audio((level * np.sin(2 * np.pi * hertz * time)).astype(np.float32), rate)


@pytest.mark.parametrize(("hertz", "colour"), [(90, "red"), (1700, "green"), (7000, "blue")])
def test_words_find_sounds(
    audio_encoder: AudioEncoder, text_encoder: TextEncoder, hertz: float, colour: str
) -> None:
    words = ["red", "green", "blue"]
    scores = audio_encoder.encode([tone(hertz)]).cosine(text_encoder.encode(map_texts(words)))
    assert words[int(scores.argmax())] == colour


def map_texts(words: list[str]) -> list[Text]:
    return [Text(word) for word in words]


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100, 48_001, 192_000])
def test_a_sound_is_the_same_at_any_rate(audio_encoder: AudioEncoder, rate: int) -> None:
    there, here = tone(1000, rate=rate), tone(1000)
    assert audio_encoder.prepare(there).shape == (1, MELS, FRAMES)
    assert audio_encoder.encode([there]).cosine(audio_encoder.encode([here]))[0, 0] > 0.99


@pytest.mark.parametrize("level", [0.005, 0.05, 1.0])
def test_loudness_does_not_matter(audio_encoder: AudioEncoder, level: float) -> None:
    bands = audio_encoder.prepare(tone(1000, level=level))
    np.testing.assert_allclose(bands, audio_encoder.prepare(tone(1000, level=0.5)), atol=0.03)


def test_silence_is_not_made_loud() -> None:
    assert (heard(np.zeros(LENGTH, np.float32)) == -1).all()
    hiss = np.random.default_rng(0).normal(0, 1e-6, LENGTH).astype(np.float32)
    assert heard(hiss).max() < 0.5


@given(st.integers(1, 400_000), st.sampled_from([8000, 16_000, 44_100]))
@settings(max_examples=25, deadline=None)
def test_windows_are_full_and_few(length: int, rate: int) -> None:
    found = windows(Audio(np.zeros(length, np.float32), rate))
    assert len(found) == max(1, round(length / rate / 5))
    assert {window.shape for window in found} == {(LENGTH,)}


def test_a_short_sound_is_said_again() -> None:
    (window,) = windows(tone(1000, seconds=1.0))
    np.testing.assert_array_equal(window[:RATE], window[-RATE:])


def test_a_long_sound_is_the_mean_of_its_parts(audio_encoder: AudioEncoder) -> None:
    low, high = tone(90), tone(7000)
    both = Audio(np.concatenate([low.samples, high.samples]), RATE)
    parts = audio_encoder._network({"bands": audio_encoder.prepare(both)})
    middle = parts.mean(axis=0)
    vector = audio_encoder.encode([both]).values[0]
    np.testing.assert_allclose(vector, middle / np.linalg.norm(middle), atol=1e-5)


def test_ten_hours_take_no_more_memory_than_two_minutes(audio_encoder: AudioEncoder) -> None:
    hours = Audio(np.zeros(10 * 3600 * 4000, np.float32), 4000)  # zeros: no page is touched
    audio_encoder.encode([tone(500)])
    tracemalloc.start()
    prepared = audio_encoder.prepare(hours)
    audio_encoder.encode_prepared([prepared])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert prepared.shape == (WINDOWS, MELS, FRAMES)
    assert peak < 40e6  # the sound itself is 576 MB


def test_an_empty_sound_is_refused(audio_encoder: AudioEncoder) -> None:
    with pytest.raises(InputError, match="empty"):
        audio_encoder.prepare(Audio(np.zeros(0, np.float32), RATE))


@pytest.mark.parametrize("value", [np.nan, np.inf, 5.0])
def test_samples_out_of_range_do_no_harm(audio_encoder: AudioEncoder, value: float) -> None:
    samples = tone(1000).samples.copy()
    samples[100:200] = value
    assert np.isfinite(audio_encoder.encode([Audio(samples, RATE)]).values).all()


def test_one_sample_and_no_sample_left_after_resampling(audio_encoder: AudioEncoder) -> None:
    for rate in (4000, 16_000, 192_000):
        found = audio_encoder.encode([Audio(np.ones(1, np.float32), rate)])
        assert np.isfinite(found.values).all()
