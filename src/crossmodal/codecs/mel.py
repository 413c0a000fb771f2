"""Mel bands after Slaney's Auditory Toolbox (1998), as Whisper and CLAP hear them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

_KNEE, _SLOPE = 1000.0, np.log(6.4) / 27  # Hz; above the knee each mel is a step by this factor
_LINEAR = 3 / 200  # mels a Hz below the knee


@cache
def slaney(
    mels: int, *, window: int, rate: int, low: float = 0.0, high: float
) -> NDArray[np.float64]:
    """Return (mels, window // 2 + 1): triangles of equal area, from bins of a spectrum to bands.

    Args:
        window: samples that a spectrum is of.
        rate: samples a second.
        low, high: Hz that the bands lie between.
    """
    marks = np.linspace(_mel(low), _mel(high), mels + 2)
    above = np.maximum(marks - _KNEE * _LINEAR, 0)
    edges = np.where(above > 0, _KNEE * np.exp(_SLOPE * above), marks / _LINEAR)  # Hz
    bins = np.linspace(0, rate / 2, window // 2 + 1)
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - left) / (middle - left), (right - bins) / (right - middle)
    triangles: NDArray[np.float64] = np.minimum(rising, falling).clip(0) * 2 / (right - left)
    return triangles


@cache
def hann(window: int) -> NDArray[np.float64]:
    """Return (window,): Hann's window, periodic."""
    wave: NDArray[np.float64] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    return wave


def _mel(hertz: float) -> float:
    if hertz < _KNEE:
        return hertz * _LINEAR
    return float(_KNEE * _LINEAR + np.log(hertz / _KNEE) / _SLOPE)
