"""Comparing an encoder of the hub with what the reference library makes of the same media."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image as Pillow

from crossmodal.contracts import Encoder
from crossmodal.media import Image, Media, Text


def assert_same(encoder: Encoder, media: Sequence[Media], expected: Any) -> None:
    """Check that `encoder` gives the features `expected` (N, dim), at length 1."""
    wanted = np.asarray(expected, np.float64)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    np.testing.assert_allclose(encoder.encode(media).values, wanted, atol=1e-5)


def pictures(media: Sequence[Media]) -> list[Pillow.Image]:
    return [Pillow.fromarray(one.pixels) for one in media if isinstance(one, Image)]


def words(media: Sequence[Media]) -> list[str]:
    return [one.content for one in media if isinstance(one, Text)]
