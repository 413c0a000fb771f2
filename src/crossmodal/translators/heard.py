"""What kind of sound it is: speech, music-like, silence or something else.

It decides what a translation of a sound should keep: the words where somebody speaks, else what it
sounds like. Speech is told by the gate that stands before the recogniser (`voice_activity`),
silence by loudness, and music by steady tones whose pitches belong together.
`python -m recipes.sound_kinds` fits the numbers below and prints how often they are right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ..codecs.audio import resample
from ..media import Audio
from .voice_activity import RATE, WINDOW, Samples, probability

WINDOWS = 60
"""Windows of three seconds that a sound is judged by, at most; evenly spaced."""
QUIET = -60.0
"""Decibels of full scale below which a window is silence."""
SURE = 0.9
"""Probability from which a window is speech: barking dogs and crying children come near."""
SPOKEN = 0.2
"""Share of the windows with sound in which somebody must speak for a sound to be speech."""

_QUIET_ENDS = 4800  # samples of silence around a short sound, as the gate for speech learned words
_FRAME = 4096  # samples, 256 ms: long enough to tell the notes of a chord apart
_BINS = np.fft.rfftfreq(_FRAME, 1 / RATE)  # Hz
_AUDIBLE = (_BINS > 60) & (_BINS < 5000)

# Logistic regression on `tonal_features`, fitted by `python -m recipes.sound_kinds --fit`
_MEAN = np.array([0.3254, 0.2748, -3.2342, 0.2389])
_SCALE = np.array([0.3331, 0.2926, 2.5282, 0.1685])
_WEIGHTS = np.array([2.9773, 2.0736, 0.2189, -1.1486])
_BIAS = -4.1047

SPEECH_LABEL = "a person speaking"
LABELS = (
    SPEECH_LABEL, "an animal", "a dog barking", "a rooster crowing", "a baby crying",
    "a person sneezing", "music", "water", "rain", "fire", "an engine", "a clock", "noise",
    "silence",
)  # fmt: skip
"""What a sound encoder is asked, to confirm that a short sound is speech."""


class Kind(StrEnum):
    """What kind of sound is heard."""

    SPEECH = "speech"
    MUSIC = "music"
    SILENCE = "silence"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Heard:
    """Shares, in [0, 1], of a sound's windows that are of each kind; together 1."""

    speech: float
    music: float
    silence: float
    other: float

    @property
    def kind(self) -> Kind:
        """What it is as a whole; speech where somebody speaks for a while, whatever else sounds."""
        if self.silence == 1:
            return Kind.SILENCE
        if self.speech >= SPOKEN * (1 - self.silence):
            return Kind.SPEECH
        return Kind.MUSIC if self.music > self.other else Kind.OTHER


def listen(sound: Audio) -> Heard:
    """Return what is heard in `sound`, of any rate and length. An empty one is silence."""
    kinds = [window_kind(window) for window in _windows(sound)] or [Kind.SILENCE]
    return Heard(*(kinds.count(kind) / len(kinds) for kind in Kind))


def window_kind(samples: Samples) -> Kind:
    """Return what kind of sound `samples` is: (T,) int16 at RATE, at most WINDOW of them."""
    loud = np.sqrt(np.mean(np.square(samples.astype(np.float32)))) / 32768
    if 20 * math.log10(max(float(loud), 1e-9)) < QUIET:
        return Kind.SILENCE
    if probability(samples) >= SURE:
        return Kind.SPEECH
    score = float(((tonal_features(samples) - _MEAN) / _SCALE) @ _WEIGHTS + _BIAS)
    return Kind.MUSIC if score >= 0 else Kind.OTHER


def tonal_features(samples: Samples) -> NDArray[np.float64]:
    """Return four numbers about `samples`, (T,) int16 at RATE.

    They are: the share of power in narrow peaks of the spectrum; how alike the peaks of one moment
    and of the next are (cosine); the flatness of the spectrum (log of geometric over arithmetic
    mean); how far the power gathers in few of the twelve pitch classes (1 less their entropy).
    """
    sound = samples.astype(np.float32) / 32768
    sound = np.pad(sound, (0, max(0, 2 * _FRAME - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[:: _FRAME // 2]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(_FRAME).astype(np.float32))) ** 2
    power = spectrum[:, _AUDIBLE].astype(np.float64) + 1e-9  # (frames, bins)
    peaks = np.where(power > 10 * _local_mean(np.log(power)), power, 0.0)
    roots = np.sqrt(peaks)
    lengths = np.linalg.norm(roots, axis=1) + 1e-9
    alike = (roots[1:] * roots[:-1]).sum(axis=1) / (lengths[1:] * lengths[:-1])
    flatness = np.log(power).mean(axis=1) - np.log(power.mean(axis=1))
    classes = np.round(12 * np.log2(_BINS[_AUDIBLE] / 440)).astype(int) % 12
    chroma = np.bincount(classes, peaks.sum(axis=0), 12) + 1e-12
    chroma /= chroma.sum()
    entropy = -(chroma * np.log(chroma)).sum() / math.log(12)
    return np.array(
        [(peaks.sum(axis=1) / power.sum(axis=1)).mean(), alike.mean(), flatness.mean(), 1 - entropy]
    )


def _local_mean(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the power around each bin: exp of the mean of `levels` in 41 bins, 160 Hz."""
    width = 41
    padded = np.pad(levels, ((0, 0), (width // 2 + 1, width // 2)), "edge")
    sums = padded.cumsum(axis=1)
    mean: NDArray[np.float64] = np.exp((sums[:, width:] - sums[:, :-width]) / width)
    return mean


def _windows(sound: Audio) -> list[Samples]:
    """Return up to WINDOWS windows of `sound`, evenly spaced, in 16 bits at RATE."""
    seconds = WINDOW / RATE
    taken = min(len(sound.samples), math.ceil(seconds * sound.rate))
    if not taken:
        return []
    count = min(WINDOWS, math.ceil(sound.duration / seconds))
    step = (len(sound.samples) - taken) / max(1, count - 1)
    cuts = [sound.samples[int(k * step) :][:taken] for k in range(count)]
    found = [resample(Audio(cut, sound.rate), rate=RATE).samples for cut in cuts]
    ends = _QUIET_ENDS if sound.duration < seconds else 0
    return [np.pad(_sixteen_bits(window), ends) for window in found if len(window)]


def _sixteen_bits(samples: NDArray[np.float32]) -> Samples:
    whole: NDArray[np.float32] = samples.clip(-1, 1) * np.float32(32767)
    return whole.astype(np.int16)
