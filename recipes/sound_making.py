"""Sounds made by rule: music-like ones, noise, and silence as recorders hear it."""

from __future__ import annotations

import numpy as np

from crossmodal.encoders.log_mel import RATE
from crossmodal.media import Audio

SECONDS = 5
LENGTH = SECONDS * RATE
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 7, 10))
CHORDS = ((0,), (0, 4, 7), (0, 3, 7), (0, 7), (0, 4, 7, 11))


def music(rng: np.random.Generator, *, unheard: bool) -> Audio:
    """A tune over chords, with beats at times.

    Args:
        unheard: played on instruments that the other kind of tune never has: tones that modulate
            each other's frequency, in place of sums of overtones and plucked strings.
    """
    beat = rng.uniform(0.15, 0.6)  # seconds
    root, scale = rng.uniform(80, 330), SCALES[rng.integers(len(SCALES))]
    voice = _bell if unheard else (_organ, _string)[rng.integers(2)]
    sound = np.zeros(LENGTH)
    for k in range(int(SECONDS / beat)):
        degree = scale[rng.integers(len(scale))] + 12 * rng.integers(2)
        length = beat * rng.choice([1, 1, 2, 3])
        for interval in CHORDS[rng.integers(len(CHORDS))] if k % 4 == 0 else (0,):
            note = voice(rng, root * 2 ** ((degree + interval) / 12), length)
            _add(sound, note, int(k * beat * RATE))
    if rng.random() < 0.5:
        for k in range(int(SECONDS / beat)):
            _add(sound, 0.3 * _drum(rng), int(k * beat * RATE))
    return _finished(sound, rng)


def noise(rng: np.random.Generator) -> Audio:
    """Hiss, hum or rumble that does not change."""
    spectrum = rng.normal(size=LENGTH // 2 + 1) + 1j * rng.normal(size=LENGTH // 2 + 1)
    bins = np.maximum(np.arange(LENGTH // 2 + 1), 1)
    return _finished(np.fft.irfft(spectrum * bins ** rng.uniform(-1.0, 0.3)), rng)


def silence(rng: np.random.Generator) -> Audio:
    """Nothing, or what a recorder hears of nothing: far below what anyone would play."""
    level = 10 ** rng.uniform(-6, -4.2) if rng.random() < 0.7 else 0.0
    return Audio(rng.normal(0, 1, LENGTH).astype(np.float32) * np.float32(level), RATE)


def _organ(rng: np.random.Generator, hertz: float, seconds: float) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    overtones = rng.integers(2, 9)
    parts = [
        np.sin(2 * np.pi * hertz * n * time) / n ** rng.uniform(0.7, 2)
        for n in range(1, overtones + 1)
        if hertz * n < RATE / 2
    ]
    return np.sum(parts, axis=0) * _envelope(len(time), rng)


def _string(rng: np.random.Generator, hertz: float, seconds: float) -> np.ndarray:
    """A plucked string: noise that goes round, a little softer each time."""
    period = max(2, int(RATE / hertz))
    ring, rounds = rng.uniform(-1, 1, period), []
    for _ in range(int(seconds * RATE) // period + 1):
        rounds.append(ring)
        ring = 0.498 * (ring + np.roll(ring, 1))
    return np.concatenate(rounds)


def _bell(rng: np.random.Generator, hertz: float, seconds: float) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    ratio, depth = rng.choice([1.0, 1.41, 2.0, 3.5]), rng.uniform(0.5, 4)
    swing = depth * np.exp(-2 * time) * np.sin(2 * np.pi * hertz * ratio * time)
    return np.sin(2 * np.pi * hertz * time + swing) * _envelope(len(time), rng)


def _drum(rng: np.random.Generator) -> np.ndarray:
    time = np.arange(RATE // 5) / RATE
    return rng.normal(size=len(time)) * np.exp(-time * rng.uniform(15, 60))


def _envelope(length: int, rng: np.random.Generator) -> np.ndarray:
    time = np.arange(length) / RATE
    return np.minimum(time / 0.01, 1) * np.exp(-time * rng.uniform(0.3, 5))


def _add(sound: np.ndarray, part: np.ndarray, at: int) -> None:
    end = min(len(sound), at + len(part))
    sound[at:end] += part[: end - at]


def _finished(sound: np.ndarray, rng: np.random.Generator) -> Audio:
    level = 10 ** rng.uniform(-1.5, -0.1) / max(np.abs(sound).max(), 1e-9)
    grain = rng.normal(0, 10 ** rng.uniform(-5, -3), len(sound))
    return Audio((level * sound + grain).clip(-1, 1).astype(np.float32), RATE)
