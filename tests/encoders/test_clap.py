from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from contract import samples
from reference import assert_same, words

from crossmodal.encoders.clap_features import Ears
from crossmodal.errors import InputError
from crossmodal.media import Audio
from crossmodal.modality import AUDIO, TEXT
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints

NAME = "tiny/clap"
RATE = 16_000


def test_the_same_as_transformers(
    shelf: Checkpoints, tiny_registry: Callable[[str], Registry]
) -> None:
    from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel

    registry, folder = tiny_registry(NAME), shelf.folder(NAME)
    model = ClapModel.from_pretrained(folder).eval()
    ears = ClapFeatureExtractor.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    heard = [one for one in samples(AUDIO) if isinstance(one, Audio) and one.duration <= 1]
    assert len(heard) == 4
    said = samples(TEXT)
    ids = tokenizer(words(said), padding=True, truncation=True, return_tensors="pt")
    given = ears([one.samples for one in heard], sampling_rate=RATE, return_tensors="pt")
    with torch.inference_mode():
        sounds = model.get_audio_features(**given).pooler_output
        texts = model.get_text_features(
            input_ids=ids["input_ids"], attention_mask=ids["attention_mask"]
        ).pooler_output
    assert_same(registry.encoder(NAME, AUDIO), heard, sounds)
    assert_same(registry.encoder(NAME, TEXT), said, texts)


@pytest.mark.parametrize("padding", ["repeatpad", "repeat", "pad"])
def test_hears_what_transformers_hears(padding: str) -> None:
    from transformers import ClapFeatureExtractor

    theirs = ClapFeatureExtractor(
        truncation="rand_trunc", padding=padding, frequency_min=50, sampling_rate=48_000
    )
    ours = Ears(theirs.to_dict())
    assert (ours.rate, ours.most) == (48_000, theirs.nb_max_samples)
    for seconds in (0.1, 3.7, 10):
        sound = np.random.default_rng(1).normal(size=int(48_000 * seconds)).astype(np.float32)
        given = theirs(sound.astype(np.float64), sampling_rate=48_000, return_tensors="np")
        np.testing.assert_allclose(ours(sound), given["input_features"][0], atol=1e-3)


def test_the_middle_of_a_long_sound(tiny_registry: Callable[[str], Registry]) -> None:
    encoder = tiny_registry(NAME).encoder(NAME, AUDIO)
    hum = np.sin(np.arange(3 * RATE, dtype=np.float32) / 20) * np.linspace(0, 1, 3 * RATE)
    whole = Audio(hum.astype(np.float32), RATE)
    middle = Audio(whole.samples[RATE : 2 * RATE], RATE)
    np.testing.assert_array_equal(encoder.encode([whole]).values, encoder.encode([middle]).values)


def test_another_rate_is_nearly_the_same(tiny_registry: Callable[[str], Registry]) -> None:
    encoder = tiny_registry(NAME).encoder(NAME, AUDIO)
    tones = [
        Audio(np.sin(np.arange(rate, dtype=np.float32) * 2 * np.pi * 440 / rate), rate)
        for rate in (RATE, 44_100)
    ]
    vectors = encoder.encode(tones)
    assert vectors.cosine(vectors)[0, 1] > 0.99


def test_no_samples(tiny_registry: Callable[[str], Registry]) -> None:
    encoder = tiny_registry(NAME).encoder(NAME, AUDIO)
    with pytest.raises(InputError, match="no samples"):
        encoder.prepare(Audio(np.zeros(0, np.float32), RATE))
