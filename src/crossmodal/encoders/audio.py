"""Sounds into a space, by an ONNX network over log-mel bands.

A sound is heard through windows of five seconds, and its vector is the mean of theirs. A long one
is heard in WINDOWS places, evenly spaced: its cost and memory do not grow with its length. To find
a moment in it, cut it into segments first, as the index does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..contracts import Prepared
from ..errors import InputError
from ..media import Audio, Media
from ..sources.catalog import weights
from ..sources.onnx import Network
from .base import BATCH, BaseEncoder
from .log_mel import HOP, RATE, Bands, Samples, log_mel

SECONDS = 5.0
LENGTH = int(SECONDS * RATE)  # 80000 samples of a window
FRAMES = 1 + LENGTH // HOP  # 313
WINDOWS = 24
"""Windows that stand for a sound, at most: two minutes of it."""

_FAINT = -20.0  # dB: the loudest counts as at least this (a tone at -62 dB of full scale)
_DEPTH = 80.0  # dB below the loudest that are heard


class AudioEncoder(BaseEncoder):
    """A network from (N, MELS, FRAMES) float32 bands, see `heard`, to (N, dim) float32."""

    concurrent = True

    def __init__(self, card: ModelCard, network: Network) -> None:
        super().__init__(card)
        self._network = network

    def _prepare(self, medium: Media) -> Prepared:
        sound = cast(Audio, medium)
        if not len(sound.samples):
            raise InputError("The sound is empty", cure="Give one with at least one sample.")
        return np.stack([heard(window) for window in windows(sound)])

    def _run(self, batch: Sequence[Prepared]) -> NDArray[np.float32]:
        counts = [len(bands) for bands in batch]
        every = np.concatenate(batch)
        parts = [
            self._network({"bands": every[start : start + BATCH]})
            for start in range(0, len(every), BATCH)
        ]
        vectors = np.split(np.concatenate(parts), np.cumsum(counts)[:-1])
        return np.stack([rows.mean(axis=0) for rows in vectors])


def windows(sound: Audio) -> list[Samples]:
    """Return LENGTH samples at RATE from each of 1 to WINDOWS places of `sound`, evenly spaced.

    A sound that is shorter than a window is said again until the window is full.
    """
    from ..codecs.audio import resample

    count = min(WINDOWS, max(1, round(sound.duration / SECONDS)))
    taken = min(len(sound.samples), int(np.ceil(SECONDS * sound.rate)))
    step = (len(sound.samples) - taken) / count
    starts = [int(step * (place + 0.5)) for place in range(count)]
    cuts = (sound.samples[start : start + taken] for start in starts)
    return [_filled(resample(Audio(cut, sound.rate), rate=RATE).samples) for cut in cuts]


def heard(samples: Samples) -> Bands:
    """Return (MELS, frames) in [-1, 1]: what the network is given of one window."""
    return levels(log_mel(samples))


def levels(decibels: Bands) -> Bands:
    """Return `decibels` in [-1, 1]: 1 is the loudest there is, -1 is 80 dB less or silence.

    So a whisper and a shout of the same words look alike, however the recording was set.
    """
    loudest = max(float(decibels.max()), _FAINT)
    share: Bands = (decibels - loudest) / (_DEPTH / 2) + 1
    return share.clip(-1, 1)


def _filled(samples: Samples) -> Samples:
    return np.resize(samples, LENGTH) if len(samples) else np.zeros(LENGTH, np.float32)


def load(card: ModelCard) -> AudioEncoder:
    """Return the shipped sound encoder that `card` describes."""
    return AudioEncoder(
        card, Network(partial(weights, card, "network"), name=card.id, by_rows=True)
    )
