from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from crossmodal.encoders.image import ImageEncoder
from crossmodal.encoders.streaming import AHEAD, encode_all, encode_files
from crossmodal.errors import UnreadableMedia
from crossmodal.media import Image, Media


def plain(number: int) -> Image:
    return Image(np.full((8, 8, 3), (number % 256, 255 - number % 256, 90), np.uint8))


def test_vectors_in_order(image_encoder: ImageEncoder) -> None:
    expected = image_encoder.encode([plain(number) for number in range(50)]).values
    found = encode_all(image_encoder, range(50), plain, workers=3, batch=7)
    np.testing.assert_array_equal(found.values, expected)
    assert len(encode_all(image_encoder, [], plain, workers=1, batch=7)) == 0


def test_few_are_in_memory_at_a_time(image_encoder: ImageEncoder) -> None:
    started, encoded, most = 0, 0, 0
    lock = threading.Lock()

    class Counting(ImageEncoder):
        def encode_prepared(self, batch):  # type: ignore[no-untyped-def]
            nonlocal encoded
            encoded += len(batch)
            return super().encode_prepared(batch)

    def load(number: int) -> Media:
        nonlocal started, most
        with lock:
            started += 1
            most = max(most, started - encoded)
        return plain(number)

    counting = Counting(image_encoder.card, image_encoder._network)
    encode_all(counting, range(200), load, workers=2, batch=5)
    assert started == 200
    assert most <= (AHEAD + 1) * 5


def test_files_and_the_first_that_is_broken(
    image_encoder: ImageEncoder, photos: Path, tmp_path: Path
) -> None:
    paths = sorted(photos.glob("*.png"))
    found = encode_files(image_encoder, [*paths, plain(3)], workers=2, batch=2)
    assert len(found) == len(paths) + 1
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    with pytest.raises(UnreadableMedia, match=r"broken.png"):
        encode_files(image_encoder, [*paths, broken], workers=2, batch=2)
