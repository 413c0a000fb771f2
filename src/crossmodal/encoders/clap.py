"""CLAP (Wu et al. 2023): sounds and sentences in one space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..codecs import audio
from ..contracts import Prepared
from ..errors import InputError
from ..media import Audio, Media
from ..sources.checkpoints import Checkpoint
from .hub import Features, HubEncoder, Part, TorchTower, Tower, WordEncoder
from .words import Words

LONGEST = 512  # tokens
TEXT_PARTS = ("text_model", "text_projection")

TEXT = Part(
    "ClapModel",
    lambda model, ids, mask: (
        model.get_text_features(input_ids=ids, attention_mask=mask).pooler_output
    ),
    stem="text_model",
    unused=("audio_model", "audio_projection"),
)


class SoundEncoder(HubEncoder):
    """Sounds by the checkpoint's own feature extractor: prepared is (C, T, mels) float32.

    Of a sound that is longer than the network takes (usually ten seconds) the middle is heard. The
    reference takes a piece at random, so that the same sound would get another vector each time.
    """

    def __init__(self, card: ModelCard, extractor: Any, tower: Tower) -> None:
        super().__init__(card, tower)
        self._extractor = extractor

    def _prepare(self, medium: Media) -> Prepared:
        sound = cast(Audio, medium)
        rate, most = self._extractor.sampling_rate, self._extractor.nb_max_samples
        samples = _at(sound, rate)
        if not len(samples):
            raise InputError("The sound has no samples", cure="Choose a longer one.")
        start = max(0, (len(samples) - most) // 2)
        given = self._extractor(
            samples[start : start + most].astype(np.float64),
            sampling_rate=rate,
            return_tensors="np",
        )
        return np.asarray(given["input_features"][0], np.float32)

    def _run(self, batch: Sequence[Prepared]) -> Features:
        longer = np.zeros((len(batch), 1), np.bool_)
        return self.tower({"features": np.stack(batch), "longer": longer})


def _at(sound: Audio, rate: int) -> NDArray[np.float32]:
    """Return the samples of `sound` at `rate` samples a second."""
    if sound.rate == rate or not len(sound.samples):
        return np.nan_to_num(sound.samples)
    clean = Audio(np.nan_to_num(sound.samples), sound.rate)
    blocks = [frame.to_ndarray()[0] for frame in audio.frames(clean, rate=rate)]
    return np.concatenate(blocks).astype(np.float32)


def load_audio(card: ModelCard, checkpoint: Checkpoint) -> SoundEncoder:
    """Return the sound tower."""
    from ..sources.torch import local_only, transformers

    cls = transformers().ClapFeatureExtractor
    with local_only():
        extractor = cls.from_pretrained(checkpoint.folder, local_files_only=True)
    network = TorchTower(
        checkpoint,
        "ClapModel",
        lambda model, given: (
            model.get_audio_features(
                input_features=given["features"], is_longer=given["longer"]
            ).pooler_output
        ),
        unused=TEXT_PARTS,
    )
    return SoundEncoder(card, extractor, network)


def load_text(card: ModelCard, checkpoint: Checkpoint) -> WordEncoder:
    """Return the sentence tower."""
    return WordEncoder(card, Words(checkpoint, longest=LONGEST), TEXT, checkpoint)
