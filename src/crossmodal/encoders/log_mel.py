"""Samples → log-mel bands: how loud each pitch is at each moment, as an ear hears it.

The same figures as librosa's `power_to_db(melspectrogram(..., htk=True, norm=None))`, without
librosa; `python -m benchmarks.sound` compares the two.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # Hz
WINDOW = 512  # samples, 32 ms
HOP = 256  # samples, 16 ms: 62.5 frames a second
MELS = 64
LOWEST, HIGHEST = 50.0, 8000.0  # Hz
SOFTEST = 1e-10  # power that counts as nothing

_BLOCK = 128  # frames that are worked on at once: they stay in the processor's cache

Samples = NDArray[np.float32]
Bands = NDArray[np.float32]


def log_mel(samples: Samples) -> Bands:
    """Return (MELS, 1 + T // HOP): decibels of each band at each moment, -100 for nothing.

    Args:
        samples: (T,) float32 in [-1, 1] at RATE; silence is taken to come before and after.
    """
    padded = np.pad(samples, WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    bands = np.empty((len(frames), MELS), np.float32)
    for at in range(0, len(frames), _BLOCK):
        spectrum = np.fft.rfft(frames[at : at + _BLOCK] * _hann()).view(np.float32)
        spectrum *= spectrum  # (frames, 2 * bins): squares of real and imaginary parts in turn
        np.matmul(spectrum, _paired_filters(), out=bands[at : at + _BLOCK])
    np.maximum(bands, SOFTEST, out=bands)
    np.log10(bands, out=bands)
    bands *= 10
    return bands.T


@cache
def filters() -> NDArray[np.float32]:
    """Return (MELS, WINDOW // 2 + 1): triangles from the bins of a spectrum to mel bands."""
    marks = np.linspace(_mel(LOWEST), _mel(HIGHEST), MELS + 2)
    edges = 700 * (10 ** (marks / 2595) - 1)  # Hz
    bins = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    return np.minimum(rising, falling).clip(0).astype(np.float32)


@cache
def _paired_filters() -> NDArray[np.float32]:
    """Return (2 * bins, MELS): each row of `filters` twice, for real and imaginary parts."""
    return np.ascontiguousarray(np.repeat(filters(), 2, axis=1).T)


@cache
def _hann() -> NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def _mel(hertz: float) -> float:
    """Return the mel of O'Shaughnessy (1987), as HTK has it."""
    return float(2595 * np.log10(1 + hertz / 700))
