"""Samples → what Whisper hears: log-mel bands of half a minute, without torch or transformers.

The same figures as transformers' WhisperFeatureExtractor (to 1e-4; Radford et al. 2022,
arXiv:2212.04356, section 2.2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..codecs.mel import hann, slaney

RATE = 16_000  # Hz
WINDOW = 400  # samples, 25 ms
HOP = 160  # samples, 10 ms: 100 frames a second
HIGHEST = 8000.0  # Hz
SOFTEST = 1e-10  # power that counts as nothing
DEPTH = 8.0  # powers of ten below the loudest that are told apart


def log_mel(samples: NDArray[np.float32], *, mels: int, seconds: int) -> NDArray[np.float32]:
    """Return (mels, 100 * seconds) float32: how loud each pitch is, about -1 to 1.5.

    Args:
        samples: (T,) float32 in [-1, 1] at RATE; silence follows up to `seconds`, what is longer
            is cut off.
        mels: bands; 80, or 128 from large-v3 on.
        seconds: that the network hears at once.
    """
    size, half = seconds * RATE, WINDOW // 2
    sound = np.zeros(size + WINDOW)
    given = samples[:size]
    sound[half : half + len(given)] = given
    sound[:half] = sound[half + 1 : WINDOW + 1][::-1]  # mirrored at both ends
    sound[half + size :] = sound[size - 1 : half + size - 1][::-1]
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP][: size // HOP]
    heard = len(frames) if len(given) + half > size else -(-(len(given) + half) // HOP)
    power = np.abs(np.fft.rfft(frames[:heard] * hann(WINDOW))) ** 2
    bands = np.full((mels, len(frames)), SOFTEST)
    bands[:, :heard] = np.maximum(
        slaney(mels, window=WINDOW, rate=RATE, high=HIGHEST) @ power.T, SOFTEST
    )
    loud = np.log10(bands)
    scaled: NDArray[np.float64] = (np.maximum(loud, loud.max() - DEPTH) + 4) / 4
    return scaled.astype(np.float32)
