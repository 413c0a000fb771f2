"""Views of sounds: the same clip as other rooms, microphones and neighbours would have it.

Views are made of log-mel power, so that no sound is resampled or transformed twice: power of two
sounds adds up, a microphone's colour multiplies it, a longer or shorter cut stretches it.
"""

from __future__ import annotations

import numpy as np

from crossmodal.encoders.audio import FRAMES, levels
from crossmodal.encoders.log_mel import MELS, SOFTEST
from recipes.sound_data import PLAIN, Sounds

LIGHT = 0.6  # share of views that differ from the clip in speed and in where they begin alone
MIXED = 0.5  # of the others, share that hold two clips, each of which is its target in part
HISSING = 0.4  # of the others, share with noise
COLOUR = 4.0  # dB, standard deviation of a microphone's peaks and dips
MASKED_BANDS, MASKED_FRAMES = 8, 50  # at most
NARROW = 0.15  # of the others, share that end at 4 kHz, as a telephone does
NARROW_BAND = 42  # of MELS, the first above 4 kHz


def view(sounds: Sounds, k: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
    """One view of clip `k`.

    Returns: bands `(64, 313) float32` in [-1, 1] for the network, the share of clip `k` in it, and
        the other clip in it (`k` itself where there is none).
    """
    if rng.random() < LIGHT:
        return levels(_turned(sounds, k, rng).astype(np.float32)), 1.0, k
    power, share, other = _power(sounds, k, rng), 1.0, k
    if rng.random() < MIXED:
        other = int(rng.integers(len(sounds.labels)))
        share = float(rng.beta(0.8, 0.8))
        second = _power(sounds, other, rng)
        power = share * power / _loudness(power) + (1 - share) * second / _loudness(second)
    if rng.random() < HISSING:
        grain = rng.exponential(1, power.shape) * _colour(rng, 10)[:, None]
        power = power + _loudness(power) * 10 ** rng.uniform(-4, -0.7) * grain
    power = power * _colour(rng, COLOUR)[:, None]
    decibels = 10 * np.log10(np.maximum(power, SOFTEST))
    if rng.random() < NARROW:
        decibels[NARROW_BAND:] = -100
    return _masked(levels(decibels.astype(np.float32)), rng), share, other


def _power(sounds: Sounds, k: int, rng: np.random.Generator) -> np.ndarray:
    """Power `(64, 313)` of clip `k` at some speed, from some moment on, stretched a little."""
    decibels = _turned(sounds, k, rng)
    if rng.random() < 0.3:  # a cut of it, said again, as a short sound is
        kept = int(rng.uniform(0.4, 1) * FRAMES)
        decibels = np.resize(decibels[:, :kept].T, (FRAMES, MELS)).T
    stretch = rng.uniform(0.85, 1.15)
    places = (np.arange(FRAMES) * stretch).astype(int) % FRAMES
    return 10 ** (decibels[:, places].astype(np.float32) / 10)


def _turned(sounds: Sounds, k: int, rng: np.random.Generator) -> np.ndarray:
    """Decibels `(64, 313)` of clip `k` at some speed, from some moment on."""
    speed = PLAIN if rng.random() < 0.3 else rng.integers(sounds.bands.shape[1])
    start = rng.integers(FRAMES) if rng.random() < 0.7 else 0
    return np.roll(sounds.bands[k, speed], start, axis=1)


def _loudness(power: np.ndarray) -> float:
    return max(float(np.quantile(power.sum(0), 0.9)), 1e-4)


def _colour(rng: np.random.Generator, decibels: float) -> np.ndarray:
    """Gains `(64,)` in power that change smoothly with pitch."""
    marks = rng.normal(0, decibels / 2, 6)
    return 10 ** (np.interp(np.linspace(0, 5, MELS), np.arange(6), marks) / 10)


def _masked(bands: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    for axis, most in ((0, MASKED_BANDS), (1, MASKED_FRAMES)):
        width = int(rng.integers(most + 1))
        start = int(rng.integers(bands.shape[axis] - width + 1))
        hidden = (slice(start, start + width), slice(None))
        bands[hidden if axis == 0 else hidden[::-1]] = bands.min()
    return bands
