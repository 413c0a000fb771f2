"""Readers of the raw parquet files: pictures as encoded bytes, texts as strings."""

from __future__ import annotations

import argparse
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import torch
from PIL import Image

CAPTIONS_PER_PHOTO = 5  # Flickr8k


@dataclass(frozen=True)
class Places:
    """Where a recipe reads and writes."""

    data: Path  # the folder of parquet files
    work: Path  # caches, checkpoints, logs, exports

    @property
    def teachers(self) -> Path:
        return self.data / "teachers"

    @property
    def cache(self) -> Path:
        return self.work / "cache"

    @property
    def export(self) -> Path:
        return self.work / "export"


def parser(description: str) -> argparse.ArgumentParser:
    """The options that every recipe has."""
    options = argparse.ArgumentParser(description=description)
    default = os.environ.get("CROSSMODAL_DATA", "../shared/data")
    options.add_argument("--data", type=Path, default=Path(default), help="folder of parquet files")
    options.add_argument("--work", type=Path, default=Path("runs"), help="folder for all outputs")
    return options


def places(options: argparse.Namespace) -> Places:
    """The folders named by the options, made where they are missing."""
    where = Places(data=options.data, work=options.work)
    if not (where.data / "flickr8k.parquet").exists():
        raise SystemExit(f"no flickr8k.parquet in {where.data}: name the folder with --data")
    for folder in (where.cache, where.export):
        folder.mkdir(parents=True, exist_ok=True)
    return where


def device() -> torch.device:
    """Where students are trained: a GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True)
class Photos:
    """Photos with captions: `images[k]` is encoded, `captions[k]` its five sentences."""

    ids: list[str]
    images: list[bytes]
    captions: list[list[str]]


def flickr8k(data: Path, split: str) -> Photos:
    """One split of Flickr8k: train (6000), dev (1000) or test (1000)."""
    table = parquet.read_table(data / "flickr8k.parquet", filters=[("split", "=", split)])
    columns = table.to_pydict()
    return Photos(columns["id"], columns["image"], columns["captions"])


@dataclass(frozen=True)
class Labelled:
    """Pictures with one class name each."""

    images: list[bytes]
    names: list[str]


def tiny_imagenet(data: Path, split: str) -> Labelled:
    """Tiny ImageNet (64 px); a name is the class's WordNet synonyms, comma separated."""
    path = data / "tiny_imagenet.parquet"
    columns = parquet.read_table(path, filters=[("split", "=", split)]).to_pydict()
    return Labelled(columns["image"], columns["name"])


def clothing(data: Path, split: str) -> Labelled:
    """Photos of clothes in 10 classes."""
    path = data / "clothing.parquet"
    columns = parquet.read_table(path, filters=[("split", "=", split)]).to_pydict()
    return Labelled(columns["image"], columns["label"])


def emoji(data: Path) -> dict[str, list]:
    """Emoji: `image` with alpha, `name`, `keywords`, `name_de`, `name_fr`, `name_cs`."""
    return parquet.read_table(data / "emoji.parquet").to_pydict()


def multi30k(data: Path) -> dict[str, list[str]]:
    """Captions `en`, `de`, `fr`, `cs` of the same photos, and `image_id`."""
    return parquet.read_table(data / "multi30k.parquet").to_pydict()


def column(data: Path, file: str, name: str) -> list[str]:
    """One column of strings of one file."""
    return parquet.read_table(data / file, columns=[name]).column(0).to_pylist()


def decode(encoded: bytes, *, background: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    """An RGB picture; see-through parts are laid on `background`."""
    image = Image.open(io.BytesIO(encoded))
    if image.mode in ("RGBA", "LA", "P"):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (*background, 255))
        image = Image.alpha_composite(ground, image)
    return image.convert("RGB")


def squash(image: Image.Image, side: int) -> np.ndarray:
    """The whole picture as `(side, side, 3) uint8`, aspect ignored (bicubic with antialias)."""
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC))
