from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from contract import samples
from reference import assert_same, pictures, words

from crossmodal.encoders.hub import PixelEncoder, TorchTower
from crossmodal.learn.zero_shot import zero_shot_all
from crossmodal.modality import IMAGE, TEXT
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints

NAME = "tiny/clip"


def test_the_same_as_transformers(
    shelf: Checkpoints, tiny_registry: Callable[[str], Registry]
) -> None:
    from transformers import CLIPModel, CLIPProcessor

    registry, folder = tiny_registry(NAME), shelf.folder(NAME)
    model, processor = (
        CLIPModel.from_pretrained(folder).eval(),
        CLIPProcessor.from_pretrained(folder),
    )
    seen, said = samples(IMAGE), samples(TEXT)
    options = {"padding": True, "truncation": True, "return_tensors": "pt"}
    with torch.inference_mode():
        found = model(**processor(text=words(said), images=pictures(seen), **options))
    assert_same(registry.encoder(NAME, IMAGE), seen, found.image_embeds)
    assert_same(registry.encoder(NAME, TEXT), said, found.text_embeds)


def test_classes_are_as_likely_as_to_transformers(
    shelf: Checkpoints, tiny_registry: Callable[[str], Registry]
) -> None:
    from transformers import CLIPModel, CLIPProcessor

    registry, folder = tiny_registry(NAME), shelf.folder(NAME)
    model = CLIPModel.from_pretrained(folder).eval()
    seen, names = samples(IMAGE), ["a dog", "a cat", "the sun"]
    given = CLIPProcessor.from_pretrained(folder)(
        text=names, images=pictures(seen), padding=True, return_tensors="pt"
    )
    with torch.inference_mode():
        expected = model(**given).logits_per_image.softmax(1)
    encoder = registry.encoder(NAME, IMAGE)
    found = zero_shot_all(
        seen, names, encoder=encoder, names=registry.encoder(NAME, TEXT), templates=["{}"]
    )
    for one, wanted in zip(found, expected.tolist(), strict=True):
        shares = {label.label: label.probability / (1 - one.none) for label in one.labels}
        assert [shares[name] for name in names] == pytest.approx(wanted, abs=1e-4)


def test_half_of_the_model_is_not_held(tiny_registry: Callable[[str], Registry]) -> None:
    encoder = tiny_registry(NAME).encoder(NAME, IMAGE)
    encoder.encode(samples(IMAGE)[:1])
    assert isinstance(encoder, PixelEncoder)
    assert isinstance(encoder.tower, TorchTower)
    with encoder.tower.resident.use() as model:
        assert model.text_model is None
    encoder.unload()
    assert not encoder.tower.resident.loaded
    assert len(encoder.encode(samples(IMAGE))) == 5
