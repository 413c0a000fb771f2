from __future__ import annotations

from itertools import pairwise

import numpy as np
import pocketsphinx
import pytest
from translators.engines import spoken

from crossmodal.media import Audio
from crossmodal.translators.speech_recognition import resampled
from crossmodal.translators.voice_activity import (
    RATE,
    Samples,
    Stretch,
    features,
    lively,
    probability,
    speech,
)

SENTENCE = "The quick brown fox jumps over the lazy dog, and then it runs away into the woods."


def voice() -> Samples:
    return np.concatenate(list(resampled(spoken(SENTENCE))))


def quiet(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.int16)


def found(*blocks: Samples, longest: float = 20.0) -> list[Stretch]:
    return list(speech(blocks, engine=pocketsphinx, threshold=0.5, longest=longest))


def test_speech_is_found_where_it_is() -> None:
    (stretch,) = found(quiet(3), voice(), quiet(2))
    assert stretch.start == pytest.approx(3, abs=0.4)
    assert len(stretch.samples) / RATE == pytest.approx(len(voice()) / RATE, abs=0.8)


def test_blocks_of_any_size_give_the_same() -> None:
    whole = np.concatenate([quiet(1), voice(), quiet(1)])
    (one,) = found(whole)
    (other,) = found(*np.split(whole, [1, 7, 5000, 5001, 40_000]))
    assert one.start == other.start
    np.testing.assert_array_equal(one.samples, other.samples)


def test_a_long_stretch_is_cut_and_nothing_is_lost() -> None:
    whole = list(lively([voice()], engine=pocketsphinx, longest=1000))
    parts = list(lively([voice()], engine=pocketsphinx, longest=1.0))
    assert len(parts) > len(whole)
    assert max(len(part.samples) for part in parts) <= 1.1 * RATE
    np.testing.assert_array_equal(
        np.concatenate([part.samples for part in parts]),
        np.concatenate([stretch.samples for stretch in whole]),
    )
    for one, other in pairwise(parts):
        assert other.start >= one.start + len(one.samples) / RATE - 0.01


@pytest.mark.parametrize("length", [0, 1, 100, 479, 480, 481, 960])
def test_very_short_sounds(length: int) -> None:
    assert found(np.zeros(length, np.int16)) == []


@pytest.mark.parametrize("level", [0.01, 0.1, 0.8])
@pytest.mark.parametrize("kind", ["white", "tone", "chirp", "clicks", "hum"])
def test_noise_is_no_speech(kind: str, level: float) -> None:
    assert found((noise(kind) * level * 32767).clip(-32768, 32767).astype(np.int16)) == []


def noise(kind: str) -> np.ndarray:
    time = np.arange(5 * RATE) / RATE
    random = np.random.default_rng(3)
    if kind == "white":
        return random.normal(0, 0.3, len(time))
    if kind == "tone":
        return np.sin(2 * np.pi * 300 * time)
    if kind == "chirp":
        return np.sin(2 * np.pi * (100 + 300 * time) * time)
    if kind == "clicks":
        return (np.arange(len(time)) % 8000 < 60) * random.normal(0, 0.6, len(time))
    return sum(np.sin(2 * np.pi * 50 * k * time) / k for k in range(1, 9)) / 3


def test_probability_tells_speech_from_noise() -> None:
    assert probability(voice()[: 3 * RATE]) > 0.8
    assert probability((noise("white") * 10_000).astype(np.int16)) < 0.1
    for samples in (np.zeros(0, np.int16), np.zeros(9, np.int16), np.full(9000, -32768, np.int16)):
        assert np.isfinite(features(samples)).all()
        assert 0 <= probability(samples) < 0.5


def test_resampling_keeps_length_and_clips() -> None:
    for rate in (8000, 11_025, 16_000, 44_100, 48_000):
        sound = Audio(np.full(rate * 2, 2.0, np.float32), rate)
        samples = np.concatenate(list(resampled(sound)))
        assert samples.dtype == np.int16
        assert len(samples) == pytest.approx(2 * RATE, abs=20)
        assert samples[RATE] == 32767
