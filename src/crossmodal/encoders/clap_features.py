"""Samples → what CLAP hears: decibels of mel bands, without torch or transformers.

The same figures as transformers' ClapFeatureExtractor where a long sound is cut, not fused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..codecs.mel import hann, slaney

SOFTEST = 1e-10  # power that counts as nothing


class Ears:
    """From samples to bands, as preprocessor_config.json says.

    Attributes:
        rate: samples a second.
        most: samples that are heard; shorter sounds are repeated up to them.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.rate = int(config.get("sampling_rate", 48_000))
        self.most = int(config.get("max_length_s", 10) * self.rate)
        self._hop = int(config.get("hop_length", 480))
        self._window = int(config.get("fft_window_size", 1024))
        self._padding = config.get("padding", "repeatpad")
        self._filters = slaney(
            int(config.get("feature_size", 64)),
            window=self._window,
            rate=self.rate,
            low=float(config.get("frequency_min", 0)),
            high=float(config.get("frequency_max", 14_000)),
        )

    def __call__(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (1, 1 + most // hop, mels) float32: dB of `samples`, (T,), 1 to `most` of them."""
        sound = samples.astype(np.float64)
        times = self.most // len(sound)
        if self._padding == "repeat":
            sound = np.tile(sound, times + 1)[: self.most]
        elif self._padding == "repeatpad":
            sound = np.tile(sound, times)
        sound = np.pad(sound, (0, self.most - len(sound)))
        sound = np.pad(sound, self._window // 2, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(sound, self._window)[:: self._hop]
        power = np.abs(np.fft.rfft(frames * hann(self._window))) ** 2
        bands = 10 * np.log10(np.maximum(power @ self._filters.T, SOFTEST))
        return bands[None].astype(np.float32)
