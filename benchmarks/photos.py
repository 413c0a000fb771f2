"""Photos to measure with: cut from those inside scikit-image and scikit-learn, as JPEG files."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from PIL import Image

SOURCES = (
    ("skimage", "data", ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")),
    ("sklearn", "datasets/images", ("china.jpg", "flower.jpg")),
)


def write_photos(folder: Path, *, count: int, size: tuple[int, int], seed: int = 0) -> list[Path]:
    """Write `count` JPEG files of `size` (width, height), each another cut, with sensor noise."""
    random = np.random.default_rng(seed)
    sources = originals()
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        photo = sources[number % len(sources)]
        left, top = (random.uniform(0, 0.3, 2) * photo.size).astype(int)
        box = (left, top, left + int(0.7 * photo.width), top + int(0.7 * photo.height))
        pixels = np.asarray(photo.resize(size, Image.Resampling.BICUBIC, box=box), np.int16)
        noisy = pixels + random.integers(-6, 7, pixels.shape, np.int16)
        path = folder / f"{number:05}.jpg"
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(path, quality=90)
        paths.append(path)
    return paths


def originals() -> list[Image.Image]:
    """Return the photos that those packages carry."""
    photos = []
    for package, below, names in SOURCES:
        for name in names:
            with as_file(files(package).joinpath(below, name)) as path, Image.open(path) as photo:
                photos.append(photo.convert("RGB"))
    return photos
