from __future__ import annotations

import numpy as np
import pytest

from crossmodal.encoders.log_mel import HOP, MELS, RATE, SOFTEST, WINDOW, filters, log_mel


def tone(hertz: float, *, seconds: float = 1.0, level: float = 1.0) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def slowly(samples: np.ndarray) -> np.ndarray:
    """The definition, one frame after the other, in float64."""
    padded = np.pad(samples.astype(np.float64), WINDOW // 2)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    columns = []
    for at in range(0, len(padded) - WINDOW + 1, HOP):
        power = np.abs(np.fft.rfft(padded[at : at + WINDOW] * hann)) ** 2
        columns.append(10 * np.log10(np.maximum(filters().astype(np.float64) @ power, SOFTEST)))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("length", [0, 1, 255, 256, 40_000, 128 * HOP, 128 * HOP + 1])
def test_as_defined(length: int) -> None:
    samples = np.random.default_rng(0).normal(0, 0.2, length).astype(np.float32)
    bands = log_mel(samples)
    assert bands.shape == (MELS, 1 + length // HOP)
    assert bands.dtype == np.float32
    np.testing.assert_allclose(bands, slowly(samples), atol=2e-3)


@pytest.mark.parametrize("hertz", [200, 1000, 5000])
def test_a_tone_is_loudest_in_its_own_band(hertz: int) -> None:
    band = int(log_mel(tone(hertz))[:, 20].argmax())
    heights = filters()[:, round(hertz * WINDOW / RATE)]
    assert heights[band] > 0.4  # two bands overlap at each pitch


def test_twice_as_loud_is_six_decibels_more() -> None:
    soft, loud = log_mel(tone(1000, level=0.4)), log_mel(tone(1000, level=0.8))
    assert (loud - soft)[:, 20].max() == pytest.approx(20 * np.log10(2), abs=1e-3)


def test_every_band_hears_something() -> None:
    assert (filters().max(axis=1) > 0.3).all()
