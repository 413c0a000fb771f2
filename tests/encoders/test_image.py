from __future__ import annotations

import numpy as np
import pytest

from crossmodal.encoders.image import ImageEncoder
from crossmodal.media import Image


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (30, 50)) -> Image:
    return Image(np.full((*size, 3), colour, np.uint8))


def test_vector_is_what_the_network_computes(image_encoder: ImageEncoder) -> None:
    vectors = image_encoder.encode([plain((255, 0, 0)), plain((0, 0, 9))]).values
    expected = np.array([[2, -1, -1], [-1, -1, 2]]) / np.sqrt(6)
    np.testing.assert_allclose(vectors, expected, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (1, 4000), (333, 7)])
def test_any_size_is_squashed(image_encoder: ImageEncoder, size: tuple[int, int]) -> None:
    prepared = image_encoder.prepare(plain((9, 200, 30), size))
    assert prepared.shape == (8, 8, 3)
    assert (prepared == (9, 200, 30)).all()
