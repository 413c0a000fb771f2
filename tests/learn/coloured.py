"""Pairs of pictures and words that the tiny encoders know: mixed colours and their names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as PILImage

COLOURS = np.array([(220, 20, 20), (20, 200, 20), (20, 20, 220)])
NAMES = ("red", "green", "blue")


def write_pairs(folder: Path, *, count: int = 60, seed: int = 0) -> list[tuple[Path, str]]:
    """Write `count` pictures of mixed colours; return each with words that say the mixture."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    pairs = []
    for number in range(count):
        shares = random.integers(0, 9, 3)
        shares[random.integers(3)] += 1
        pixels = np.broadcast_to(shares @ COLOURS / shares.sum(), (16, 20, 3)).astype(np.uint8)
        path = folder / f"{number:03}.png"
        PILImage.fromarray(pixels).save(path)
        words = [name for name, share in zip(NAMES, shares, strict=True) for _ in range(share)]
        pairs.append((path, " ".join(words)))
    return pairs


def write_table(path: Path, pairs: list[tuple[Path, str]]) -> Path:
    """Write pairs as CSV, the pictures by their paths from the table's folder."""
    lines = [f"{picture.relative_to(path.parent)},{words}" for picture, words in pairs]
    path.write_text("\n".join(["picture,caption", *lines]) + "\n", "utf-8")
    return path
