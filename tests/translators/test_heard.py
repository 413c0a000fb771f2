from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translators.engines import spoken

from crossmodal.media import Audio
from crossmodal.translators.heard import WINDOWS, Heard, Kind, _windows, listen

RATE = 16_000


def tune(seconds: float = 6.0, rate: int = RATE) -> Audio:
    """Notes of C major, a third of a second each, with overtones."""
    time = np.arange(int(rate / 3)) / rate
    notes = [261.6, 329.6, 392.0, 523.3, 392.0, 329.6]
    parts = [
        sum(np.sin(2 * np.pi * n * hertz * time) / n for n in (1, 2, 3)) * np.exp(-3 * time)
        for hertz in (notes * 9)[: int(3 * seconds)]
    ]
    return Audio((0.3 * np.concatenate(parts)).astype(np.float32), rate)


def noise(level: float, seconds: float = 6.0) -> Audio:
    random = np.random.default_rng(0)
    return Audio(random.normal(0, level, int(seconds * RATE)).astype(np.float32), RATE)


def test_kinds() -> None:
    assert listen(spoken("one two three four five six")).kind is Kind.SPEECH
    assert listen(tune()).kind is Kind.MUSIC
    assert listen(noise(0.1)).kind is Kind.OTHER
    assert listen(noise(1e-4)).kind is Kind.SILENCE
    assert listen(Audio(np.zeros(0, np.float32), RATE)) == Heard(0, 0, 1, 0)


@pytest.mark.parametrize("rate", [8000, 44_100])
def test_the_rate_does_not_matter(rate: int) -> None:
    assert listen(tune(rate=rate)).kind is Kind.MUSIC


def test_speech_among_long_silence_is_speech() -> None:
    sound = spoken("one two three four five six")
    long = Audio(np.pad(sound.samples, 20 * sound.rate), sound.rate)
    assert listen(long).silence > 0.5
    assert listen(long).kind is Kind.SPEECH


@given(st.integers(0, 100_000), st.sampled_from([4000, 16_000, 48_000]))
@settings(max_examples=15, deadline=None)
def test_shares_sum_to_one(length: int, rate: int) -> None:
    found = listen(Audio(np.full(length, 0.1, np.float32), rate))
    assert found.speech + found.music + found.silence + found.other == pytest.approx(1)


def test_long_sounds_are_sampled() -> None:
    assert len(_windows(Audio(np.zeros(3600 * 4000, np.float32), 4000))) == WINDOWS
