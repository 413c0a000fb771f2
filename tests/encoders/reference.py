"""Comparing an encoder of the hub with what the reference library makes of the same media."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from contract import samples
from PIL import Image as Pillow

from crossmodal.contracts import Encoder
from crossmodal.media import Image, Media, Text
from crossmodal.modality import IMAGE, TEXT
from crossmodal.registry import Registry


def assert_same(encoder: Encoder, media: Sequence[Media], expected: Any) -> None:
    """Check that `encoder` gives the features `expected` (N, dim), at length 1."""
    wanted = np.asarray(expected, np.float64)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    np.testing.assert_allclose(encoder.encode(media).values, wanted, atol=1e-5)


def pictures(media: Sequence[Media]) -> list[Pillow.Image]:
    return [Pillow.fromarray(one.pixels) for one in media if isinstance(one, Image)]


def words(media: Sequence[Media]) -> list[str]:
    return [one.content for one in media if isinstance(one, Text)]


def assert_both_same(registry: Registry, name: str, model: Any, tokenizer: Any, eyes: Any) -> None:
    """Check both towers of a SigLIP beside `model`, told of words and pictures in the usual way."""
    seen, said = samples(IMAGE), samples(TEXT)
    lower = [one.lower() for one in words(said)]
    ids = tokenizer(
        lower, padding="max_length", max_length=16, truncation=True, return_tensors="pt"
    )
    with torch.inference_mode():
        found = model(**ids, **eyes(pictures(seen), return_tensors="pt"))
    assert_same(registry.encoder(name, IMAGE), seen, found.image_embeds)
    assert_same(registry.encoder(name, TEXT), said, found.text_embeds)
