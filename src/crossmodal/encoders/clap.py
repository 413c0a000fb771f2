"""CLAP (Wu et al. 2023): sounds and sentences in one space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..codecs import audio
from ..contracts import Prepared
from ..errors import InputError
from ..media import Audio, Media
from ..sources.checkpoints import Checkpoint
from .clap_features import Ears
from .hub import Example, Features, HubEncoder, OnnxTower, Part, Tower, WordEncoder
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


AUDIO = Part(
    "ClapModel",
    lambda model, bands: (
        model.get_audio_features(
            input_features=bands, is_longer=bands.new_zeros((bands.shape[0], 1)).bool()
        ).pooler_output
    ),
    stem="audio_model",
    unused=TEXT_PARTS,
)


class SoundEncoder(HubEncoder):
    """Sounds by their bands: prepared is (C, T, mels) float32.

    Of a sound that is longer than the network takes (usually ten seconds) the middle is heard. The
    reference takes a piece at random, so that the same sound would get another vector each time.
    """

    def __init__(self, card: ModelCard, ears: Ears | FusingEars, checkpoint: Checkpoint) -> None:
        if checkpoint.is_onnx:
            tower: Tower = OnnxTower(
                checkpoint, AUDIO.stem, lambda given: {"input_features": given["bands"]}
            )
        else:
            tower = AUDIO.torch(
                checkpoint, lambda model, given: AUDIO.features(model, given["bands"])
            )
        super().__init__(card, tower)
        self._ears = ears
        self.part = None if isinstance(ears, FusingEars) else AUDIO

    def _prepare(self, medium: Media) -> Prepared:
        samples = _at(cast(Audio, medium), self._ears.rate)
        if not len(samples):
            raise InputError("The sound has no samples", cure="Choose a longer one.")
        start = max(0, (len(samples) - self._ears.most) // 2)
        return self._ears(samples[start : start + self._ears.most])

    def _run(self, batch: Sequence[Prepared]) -> Features:
        return self.tower({"bands": np.stack(batch)})

    def example(self) -> Example:
        bands = self._ears(np.full(self._ears.rate, 0.1, np.float32))
        return Example({"input_features": np.stack([bands] * 2)}, "audio_embeds")


class FusingEars:
    """The checkpoint's own feature extractor, for networks that fuse several views of a sound."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        from ..sources.torch import local_only, transformers

        cls = transformers().ClapFeatureExtractor
        with local_only():
            self._extractor = cls.from_pretrained(checkpoint.folder, local_files_only=True)
        self.rate = int(self._extractor.sampling_rate)
        self.most = int(self._extractor.nb_max_samples)

    def __call__(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (4, T, mels) float32."""
        given = self._extractor(
            samples.astype(np.float64), sampling_rate=self.rate, return_tensors="np"
        )
        return np.asarray(given["input_features"][0], np.float32)


def _at(sound: Audio, rate: int) -> NDArray[np.float32]:
    """Return the samples of `sound` at `rate` samples a second."""
    if sound.rate == rate or not len(sound.samples):
        return np.nan_to_num(sound.samples)
    clean = Audio(np.nan_to_num(sound.samples), sound.rate)
    blocks = [frame.to_ndarray()[0] for frame in audio.frames(clean, rate=rate)]
    return np.concatenate(blocks).astype(np.float32)


def load_audio(card: ModelCard, checkpoint: Checkpoint) -> SoundEncoder:
    """Return the sound tower."""
    config = checkpoint.preprocessing("feature_extractor")
    fusing = config.get("truncation", "fusion") == "fusion"
    return SoundEncoder(card, FusingEars(checkpoint) if fusing else Ears(config), checkpoint)


def load_text(card: ModelCard, checkpoint: Checkpoint) -> WordEncoder:
    """Return the sentence tower."""
    return WordEncoder(card, Words(checkpoint, longest=LONGEST), TEXT, checkpoint)
