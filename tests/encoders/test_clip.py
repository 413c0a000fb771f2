from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from contract import check_encoder, samples
from PIL import Image as Pillow

from crossmodal.card import ModelCard
from crossmodal.media import Image, Text
from crossmodal.modality import IMAGE, TEXT
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints

NAME = "tiny/clip"


@pytest.fixture(scope="module")
def registry(shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]) -> Registry:
    return Registry(tiny_checkpoint(NAME), shelf=shelf)


@pytest.fixture(scope="module")
def reference(registry: Registry, shelf: Checkpoints) -> Any:
    """Transformers' own model and processor of the same checkpoint."""
    from transformers import CLIPModel, CLIPProcessor

    folder = shelf.folder(NAME)
    return CLIPModel.from_pretrained(folder).eval(), CLIPProcessor.from_pretrained(folder)


@pytest.mark.parametrize("modality", [IMAGE, TEXT])
def test_contract(registry: Registry, modality: Any) -> None:
    check_encoder(registry.encoder(NAME, modality), samples(modality))


def test_pictures_as_transformers_has_them(registry: Registry, reference: Any) -> None:
    import torch

    model, processor = reference
    media = samples(IMAGE)
    pictures = [Pillow.fromarray(one.pixels) for one in media if isinstance(one, Image)]
    with torch.inference_mode():
        given = processor(images=pictures, return_tensors="pt")
        expected = model.get_image_features(**given).pooler_output
    expected = torch.nn.functional.normalize(expected, dim=-1).numpy()
    ours = registry.encoder(NAME, IMAGE).encode(media).values
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_words_as_transformers_has_them(registry: Registry, reference: Any) -> None:
    import torch

    model, processor = reference
    media = samples(TEXT)
    words = [one.content for one in media if isinstance(one, Text)]
    with torch.inference_mode():
        given = processor(text=words, padding=True, truncation=True, return_tensors="pt")
        expected = model.get_text_features(**given).pooler_output
    expected = torch.nn.functional.normalize(expected, dim=-1).numpy()
    ours = registry.encoder(NAME, TEXT).encode(media).values
    np.testing.assert_allclose(ours, expected, atol=1e-5)
