"""What every model must do, as checks that any model can be put through."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from crossmodal.contracts import Encoder
from crossmodal.errors import InputError
from crossmodal.media import Audio, Image, Media, Text
from crossmodal.modality import Modality
from crossmodal.space import Vectors


def samples(modality: Modality) -> list[Media]:
    """Return five different media of `modality`, of several sizes."""
    random = np.random.default_rng(7)
    if modality is Modality.TEXT:
        words = ("red", "a photo of a dog", "blue " * 60, "Ein Hund läuft", "green\nblue, RED!")
        return [Text(line) for line in words]
    if modality is Modality.IMAGE:
        sizes = ((40, 60), (300, 200), (1, 1), (64, 64), (31, 500))
        return [Image(random.integers(0, 256, (*size, 3), np.uint8)) for size in sizes]
    if modality is Modality.AUDIO:
        lengths = (1600, 16_000, 40_000, 8000, 100)
        return [Audio(random.uniform(-1, 1, n).astype(np.float32), 16_000) for n in lengths]
    raise NotImplementedError(modality)


def check_encoder(encoder: Encoder, media: Sequence[Media]) -> None:
    """Check the Encoder contract on `media` (at least two different ones)."""
    assert isinstance(encoder, Encoder)
    assert encoder.card.space == encoder.space
    vectors = encoder.encode(media)
    assert isinstance(vectors, Vectors)
    assert vectors.space == encoder.space
    assert vectors.values.shape == (len(media), encoder.space.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors.values, axis=1), 1, atol=1e-5)

    assert len(encoder.encode([])) == 0
    assert len(encoder.encode_prepared([])) == 0
    again = encoder.encode_prepared([encoder.prepare(medium) for medium in media])
    np.testing.assert_array_equal(again.values, vectors.values)

    alone = np.concatenate([encoder.encode([medium]).values for medium in media])
    np.testing.assert_allclose(alone, vectors.values, atol=1e-4)
    many = encoder.encode([*media] * 15)  # more than one batch, in order
    np.testing.assert_allclose(many.values, np.tile(vectors.values, (15, 1)), atol=1e-4)
    assert np.unique(vectors.values.round(4), axis=0).shape[0] > 1

    wrong = Text("red") if encoder.card.source is not Modality.TEXT else samples(Modality.IMAGE)[0]
    with pytest.raises(InputError, match="was given"):
        encoder.encode([wrong])
