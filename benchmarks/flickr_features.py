"""Frozen features of Flickr8k, made once and kept: what the aligners are measured on.

    python -m benchmarks.flickr_features --data DIR --work runs

Photos by `pocket-image` and by MobileNet v2 (which has seen neither these photos nor captions);
captions by `pocket-text`. Five captions a photo, in the order of the photos.
"""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from PIL import Image as PILImage

from crossmodal.codecs import read
from crossmodal.media import Image, Text
from crossmodal.workbench import Workbench

SPLITS = ("train", "dev", "test")
MAKERS = ("pocket-text", "pocket-image", "mobilenet")
CAPTIONS = 5
BATCH = 64
SIDE = 224  # pixels, as MobileNet was trained


@dataclass(frozen=True)
class Features:
    """One split: (photos, p) and (photos * CAPTIONS, q) float32."""

    images: np.ndarray
    texts: np.ndarray

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """One row a caption: its photo's features, and its own."""
        return np.repeat(self.images, CAPTIONS, axis=0), self.texts


def load(work: Path, split: str, *, images: str = "mobilenet") -> Features:
    """Return the cached features of one split, the photos' by `images`."""
    folder = work / "flickr-features"
    return Features(
        np.load(folder / f"{split}-{images}.npy"), np.load(folder / f"{split}-pocket-text.npy")
    )


def write(data: Path, work: Path, *, wanted: Sequence[str] = MAKERS) -> None:
    """Make what is not there yet."""
    folder = work / "flickr-features"
    folder.mkdir(parents=True, exist_ok=True)
    for split in SPLITS:
        table = parquet.read_table(data / "flickr8k.parquet", filters=[("split", "=", split)])
        rows = table.to_pydict()
        captions = [caption for five in rows["captions"] for caption in five]
        makers = {
            "pocket-text": lambda captions=captions: _texts(captions),
            "pocket-image": lambda rows=rows: _images(rows["image"]),
            "mobilenet": lambda rows=rows: _mobilenet(rows["image"], data),
        }
        for name, make in makers.items():
            if name not in wanted:
                continue
            path = folder / f"{split}-{name}.npy"
            if not path.exists():
                np.save(path, make())
                print("wrote", path, flush=True)


def _texts(captions: list[str]) -> np.ndarray:
    encoder = Workbench().registry.encoder("pocket-text")
    return encoder.encode([Text(caption) for caption in captions]).values


def _images(encoded: list[bytes]) -> np.ndarray:
    encoder = Workbench().registry.encoder("pocket-image")
    prepared = []
    for data in encoded:
        photo = read(data)
        assert isinstance(photo, Image)
        prepared.append(encoder.prepare(photo))
    return encoder.encode_prepared(prepared).values


def _mobilenet(encoded: list[bytes], data: Path) -> np.ndarray:
    """Pooled features (N, 1280) of the squashed photos at 224 pixels."""
    import torch

    from recipes.mobilenet import MobileNet

    network = MobileNet(data / "teachers" / "mobilenet_v2.safetensors")
    found = []
    for start in range(0, len(encoded), BATCH):
        photos = [
            PILImage.open(io.BytesIO(photo)).convert("RGB").resize((SIDE, SIDE))
            for photo in encoded[start : start + BATCH]
        ]
        pixels = torch.from_numpy(np.stack([np.asarray(photo) for photo in photos]))
        with torch.inference_mode():
            middle = network.middle(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1)
            found.append(network.features(network.final(middle)).numpy())
    return np.concatenate(found).astype(np.float32)


def parser(description: str) -> argparse.ArgumentParser:
    """The options that every benchmark on these features has."""
    options = argparse.ArgumentParser(description=description)
    default = os.environ.get("CROSSMODAL_DATA", "../shared/data")
    options.add_argument("--data", type=Path, default=Path(default), help="folder of parquet files")
    options.add_argument("--work", type=Path, default=Path("runs"), help="folder for the cache")
    return options


if __name__ == "__main__":
    options = parser(__doc__ or "")
    options.add_argument("--only", nargs="+", default=MAKERS, choices=MAKERS)
    asked = options.parse_args()
    write(asked.data, asked.work, wanted=asked.only)
