"""Where somebody speaks in a sound.

Two steps. WebRTC's detector, which comes with pocketsphinx, finds where there is any lively sound;
it takes rain, engines and barking dogs for speech as well. So a gate listens to each stretch and
lets through what moves as speech moves: its loudness changes with every syllable, its colour with
every sound, and its pitch glides instead of jumping.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # samples a second of all sound here
WINDOW = 3 * RATE  # samples that the gate judges at once

Samples: TypeAlias = NDArray[np.int16]

_RATIO = 0.6  # of the frames in 0.3 seconds: fewer find short words, more are surer
_FRAME = 512  # samples: 32 ms
_HOP = 160  # samples: 10 ms
_PITCH_LAGS = np.arange(40, 230)  # samples: 400 to 70 Hz
_HANN = np.hanning(_FRAME).astype(np.float32)
_BINS = np.fft.rfftfreq(2 * _FRAME, 1 / RATE)  # Hz
_HANN_SELF = np.fft.irfft(np.abs(np.fft.rfft(_HANN, 2 * _FRAME)) ** 2)[_PITCH_LAGS]
_HANN_SELF /= float((_HANN**2).sum())

# Logistic regression on `features`, fitted by `python -m benchmarks.speech --fit-gate` to the
# folds 1 to 4 of ESC-10 against LJSpeech's last 101 clips, spoken digits (split "train") and
# seven synthetic voices. How high the voice is was left out on purpose: children speak, too.
_MEAN = np.array([0.6860, 15.7403, 0.4154, 0.8237, 0.6499])
_SCALE = np.array([0.1615, 11.9993, 0.2664, 0.6026, 0.3031])
_WEIGHTS = np.array([0.4375, 2.5891, 0.8131, 2.2215, 2.0396])
_BIAS = -0.4330


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Sound that begins `start` seconds after the stream: `samples` is (T,) int16 at RATE."""

    start: float
    samples: Samples


def speech(
    blocks: Iterable[Samples], *, engine: ModuleType, threshold: float, longest: float
) -> Iterator[Stretch]:
    """Yield the stretches of `blocks` in which somebody speaks.

    Args:
        blocks: (T,) int16 at RATE, of any length; one is in memory at a time.
        engine: the package pocketsphinx.
        threshold: what probability of speech is let through, in [0, 1].
        longest: seconds; a longer stretch is cut where it is quietest.
    """
    for stretch in lively(blocks, engine=engine, longest=longest):
        windows = range(0, len(stretch.samples), WINDOW)
        odds = [probability(stretch.samples[at : at + WINDOW]) for at in windows]
        kept = _span(odds, threshold)
        if kept is not None:
            first, last = kept[0] * WINDOW, (kept[1] + 1) * WINDOW
            yield Stretch(stretch.start + first / RATE, stretch.samples[first:last])


def probability(samples: Samples) -> float:
    """Return how likely it is that `samples`, (T,) int16 at RATE, are speech, in [0, 1]."""
    score = float(((features(samples) - _MEAN) / _SCALE) @ _WEIGHTS + _BIAS)
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, score))))


def features(samples: Samples) -> NDArray[np.float64]:
    """Return five numbers about `samples`, (T,) int16 at RATE.

    They are: how periodic it is at pitches of 70 to 400 Hz (0 to 1); the standard deviation of
    its loudness (dB); the share of the loudness' changes at 2 to 9 a second, the pace of syllables;
    the standard deviation of its spectral centroid (kHz); how often pitch glides from one frame
    to the next by less than a tenth of an octave.
    """
    sound = samples.astype(np.float32) / 32768
    sound = np.pad(sound, (0, max(0, _FRAME - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP]
    frames = (frames - frames.mean(axis=1, keepdims=True)) * _HANN
    power = np.abs(np.fft.rfft(frames, 2 * _FRAME)) ** 2 + 1e-10  # (frames, bins)
    loudness = 10 * np.log10(power.sum(axis=1))
    loud = loudness > loudness.max() - 30
    own = np.fft.irfft(power * (_BINS < 1500), axis=1)
    periodic = own[:, _PITCH_LAGS] / own[:, :1] / _HANN_SELF  # (frames, lags)
    strength = periodic.max(axis=1)
    octaves = np.log2(_PITCH_LAGS[periodic.argmax(axis=1)])
    voiced = (strength > 0.6) & loud
    pairs = voiced[1:] & voiced[:-1]
    glides = np.abs(np.diff(octaves))[pairs] < 0.1
    centroid = (power * _BINS).sum(axis=1) / power.sum(axis=1) / 1000
    return np.array(
        [
            strength[loud].mean(),
            loudness.std(),
            _syllabic_share(loudness),
            centroid[loud].std(),
            glides.mean() if glides.size else 0.0,
        ],
        np.float64,
    )


def _syllabic_share(loudness: NDArray[np.floating]) -> float:
    """Return which share of the changes of `loudness` (dB, each 10 ms) is at 2 to 9 Hz."""
    changes = (loudness - loudness.mean()) * np.hanning(len(loudness))
    spectrum = np.abs(np.fft.rfft(changes)) ** 2
    pace = np.fft.rfftfreq(len(loudness), _HOP / RATE)
    return float(spectrum[(pace >= 2) & (pace <= 9)].sum() / (spectrum[pace >= 0.3].sum() + 1e-9))


def _span(odds: list[float], threshold: float) -> tuple[int, int] | None:
    """Return the first and last window of speech; their neighbours need a quarter of the odds."""
    sure = [number for number, value in enumerate(odds) if value >= threshold]
    if not sure:
        return None
    first, last = sure[0], sure[-1]
    while first > 0 and odds[first - 1] >= threshold / 4:
        first -= 1
    while last + 1 < len(odds) and odds[last + 1] >= threshold / 4:
        last += 1
    return first, last


def lively(blocks: Iterable[Samples], *, engine: ModuleType, longest: float) -> Iterator[Stretch]:
    """Yield the stretches that WebRTC's detector takes for speech, none longer than `longest`."""
    endpointer = engine.Endpointer(sample_rate=RATE, ratio=_RATIO)
    size = endpointer.frame_bytes // 2
    parts: list[Samples] = []
    start, held = 0.0, 0
    for frame, is_last in _frames(blocks, size):
        data = frame.tobytes()
        heard = endpointer.end_stream(data) if is_last else endpointer.process(data)
        if heard is None:
            continue
        if not parts:
            start = endpointer.speech_start
        parts.append(np.frombuffer(heard, np.int16))
        held += len(parts[-1])
        if not endpointer.in_speech or is_last:
            yield Stretch(start, np.concatenate(parts))
            parts, held = [], 0
        elif held >= longest * RATE:
            joined = np.concatenate(parts)
            cut = _quietest(joined, size)
            yield Stretch(start, joined[:cut])
            parts, held, start = [joined[cut:]], held - cut, start + cut / RATE


def _frames(blocks: Iterable[Samples], size: int) -> Iterator[tuple[Samples, bool]]:
    """Yield `blocks` as frames of `size` samples, and with each whether it is the last one."""
    rest = np.zeros(0, np.int16)
    for block in blocks:
        rest = np.concatenate([rest, block])
        ready = max(0, (len(rest) - 1) // size) * size  # the last frame waits: it may be the end
        for at in range(0, ready, size):
            yield rest[at : at + size], False
        rest = rest[ready:]
    if len(rest):
        yield rest, True


def _quietest(samples: Samples, size: int) -> int:
    """Return where to cut: the middle of the quietest frame of the last third of `samples`."""
    begin = 2 * len(samples) // 3
    count = (len(samples) - begin) // size
    frames = samples[begin : begin + count * size].reshape(count, size).astype(np.float32)
    return begin + int((frames**2).mean(axis=1).argmin()) * size + size // 2
