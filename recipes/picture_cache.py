"""What the picture network makes of the photos of Flickr8k: vectors and grids, on disk.

`python -m recipes.picture_cache` writes `cache/seen-SPLIT`. Photos of dev and test are seen whole,
by the exported network. Of each training photo some views are seen, by the trained last stage, from
the middle maps that `teacher_cache` keeps of them.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch.nn import functional

from recipes import data, image_net, scribe_export, self_distillation, teacher_cache

VIEWS = 3  # of a training photo: whole, nearly whole, and one that is cut closer
BATCH = 64
SIDE, CHANNELS, DIM = 6, 320, 384  # cells a side of the shipped network's grid

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """`vectors (N, V, 384) float32` and `grids (N, V, 36, 320) float16`, memory-mapped."""

    vectors: np.ndarray
    grids: np.ndarray


def seen(where: data.Places, split: str) -> Seen:
    """What the network sees in the photos of `split`, from disk where it is there."""
    network = where.export / "pocket-image.onnx"
    folder = where.cache / f"seen-{split}"
    stamp = {"network": scribe_export.digest(network), "views": VIEWS}
    note = folder / "about.json"
    if not note.exists() or json.loads(note.read_text()) != stamp:
        folder.mkdir(parents=True, exist_ok=True)
        note.unlink(missing_ok=True)
        if split == "train":
            _build_views(where, folder)
        else:
            _build_whole(network, data.flickr8k(where.data, split).images, folder)
        note.write_text(json.dumps(stamp))
    return Seen(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("vectors", "grids")))


def _files(folder: Path, photos: int, views: int) -> tuple[np.ndarray, np.ndarray]:
    """Empty files for vectors and grids."""
    make = np.lib.format.open_memmap
    vectors = make(folder / "vectors.npy", "w+", np.float32, (photos, views, DIM))
    shape = (photos, views, SIDE * SIDE, CHANNELS)
    return vectors, make(folder / "grids.npy", "w+", np.float16, shape)


def _build_whole(network: Path, images: list[bytes], folder: Path) -> None:
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    side = session.get_inputs()[0].shape[1]
    vectors, grids = _files(folder, len(images), 1)
    for start in range(0, len(images), BATCH):
        span = slice(start, start + BATCH)
        batch = [data.squash(data.decode(image), side) for image in images[span]]
        given = {"pixels": np.stack(batch)}
        vectors[span, 0], grids[span, 0] = session.run(["vector", "grid"], given)


@torch.inference_mode()
def _build_views(where: data.Places, folder: Path) -> None:
    net = image_net.ImageNet(where.teachers)
    state = self_distillation.load(where)
    net.load_state_dict(state["image"])
    net.eval().to(memory_format=torch.channels_last)
    cache = teacher_cache.TeacherCache(where.cache / "train")
    rows = cache.of("flickr8k")
    rows = np.sort(rows[cache.origin[rows, 2] < VIEWS])
    photos, views = cache.origin[rows, 1], cache.origin[rows, 2]
    vectors, grids = _files(folder, int(photos.max()) + 1, VIEWS)
    for start in range(0, len(rows), BATCH):
        span = slice(start, start + BATCH)
        maps = cache.maps(rows[span]).contiguous(memory_format=torch.channels_last)
        found = net.from_middle(maps)
        # training views are smaller than shipped ones, and so are their grids
        grid = functional.interpolate(found.grid, size=(SIDE, SIDE), mode="bilinear")
        vectors[photos[span], views[span]] = found.vector
        grids[photos[span], views[span]] = grid.flatten(2).transpose(1, 2).half()
        if start // BATCH % 100 == 0:
            log.info("%s: %d of %d views", folder.name, start, len(rows))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    where = data.places(data.parser(__doc__).parse_args())
    for part in ("train", "dev", "test"):
        seen(where, part)
