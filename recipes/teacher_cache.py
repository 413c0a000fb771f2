"""What the frozen first layers of the picture network make of many views of many pictures, on disk.

Training later reads memory-mapped files alone: no decoding and no early layers in its loop. Per
view: the middle map (8 bits a number), and the features and classes of the untrained network.

Rows are in random order, so a cache that is only partly written is a fair sample already.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from recipes import data, mobilenet, views
from recipes.views import CLOSE, FULL, SMALL, WIDE, ViewKind

TRAIN_SIDE = 160  # pixels; pictures are shown larger when the network is used, see image_net
GRID = TRAIN_SIDE // 16  # cells a side of the middle map
BATCH = 64
FLICKR_VIEWS = (FULL, WIDE, *[CLOSE] * 10)
CLOTHING_VIEWS = (FULL, CLOSE)
TINY_PICTURES = 40_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """Encoded pictures and the views wanted of each."""

    name: str
    images: list[bytes]
    kinds: tuple[ViewKind, ...]


def training_sources(folder: Path) -> list[Source]:
    """Training pictures only: no dev, validation or test rows."""
    tiny = data.tiny_imagenet(folder, "train").images
    return [
        Source("flickr8k", data.flickr8k(folder, "train").images, FLICKR_VIEWS),
        Source("tiny_imagenet", [tiny[k] for k in tiny_pictures(len(tiny))], (SMALL,)),
        Source("clothing", data.clothing(folder, "train").images, CLOTHING_VIEWS),
        Source("emoji", data.emoji(folder)["image"], (SMALL,)),
    ]


def tiny_pictures(available: int) -> np.ndarray:
    """The numbers of the pictures of Tiny ImageNet that are used, in order."""
    return np.sort(np.random.default_rng(7).permutation(available)[:TINY_PICTURES])


class TeacherCache:
    """Memory-mapped rows: `middle`, `pooled`, and `origin` (source, picture, view)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        about = json.loads((folder / "about.json").read_text())
        self.sources: list[str] = about["sources"]
        self.rows: int = about["rows"]
        self.done: int = json.loads((folder / "done.json").read_text())
        self.origin = np.load(folder / "origin.npy")  # (N, 3): source, picture, view
        self.scale = np.load(folder / "scale.npy")  # (96,)
        self.middle, self.pooled = (
            np.memmap(folder / f"{name}.bin", dtype, "r", shape=shape)
            for name, (dtype, shape) in _shapes(self.rows).items()
        )

    def of(self, source: str) -> np.ndarray:
        """Row numbers, finished ones only, that come from one source."""
        rows = np.flatnonzero(self.origin[:, 0] == self.sources.index(source))
        return rows[rows < self.done]

    def maps(self, rows: np.ndarray) -> torch.Tensor:
        """Middle maps `(B, 96, 10, 10)`, float32, channels last."""
        middle = torch.from_numpy(self.middle[rows]).float() * torch.from_numpy(self.scale)
        return middle.permute(0, 3, 1, 2)


def build(folder: Path, sources: list[Source], *, teacher: mobilenet.MobileNet, seed: int) -> None:
    """Write the cache, or go on where an earlier run stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    origin = np.array(
        [
            (s, picture, view)
            for s, source in enumerate(sources)
            for picture in range(len(source.images))
            for view in range(len(source.kinds))
        ],
        dtype=np.int32,
    )
    np.random.default_rng(seed).shuffle(origin)
    done = _start(folder, origin, [source.name for source in sources])
    files = {
        name: np.memmap(folder / f"{name}.bin", dtype, "r+", shape=shape)
        for name, (dtype, shape) in _shapes(len(origin)).items()
    }
    decoded: dict[tuple[int, int], torch.Tensor] = {}
    began, first = time.time(), done
    while done < len(origin):
        rows = origin[done : done + BATCH]
        rng = np.random.default_rng([seed, done])
        middle = teacher.middle(_batch(rows, sources, decoded, rng))
        features = teacher.features(teacher.final(middle))
        logits = teacher.logits(features)
        grid = middle.permute(0, 2, 3, 1).float().numpy()
        scale = _scale(folder, grid)
        span = slice(done, done + len(rows))
        files["middle"][span] = np.clip(np.rint(grid / scale), -127, 127)
        files["pooled"][span] = torch.cat([features, logits.float()], dim=1).half().numpy()
        done += len(rows)
        (folder / "done.json").write_text(json.dumps(done))
        if (done // BATCH) % 50 == 0:
            pace = (done - first) / (time.time() - began)
            log.info("%s: %d of %d views, %.0f a second", folder.name, done, len(origin), pace)


def _start(folder: Path, origin: np.ndarray, names: list[str]) -> int:
    about = {"sources": names, "rows": len(origin), "side": TRAIN_SIDE}
    stamp = folder / "about.json"
    if stamp.exists() and json.loads(stamp.read_text()) == about:
        return json.loads((folder / "done.json").read_text())
    (folder / "scale.npy").unlink(missing_ok=True)
    for name, (dtype, shape) in _shapes(len(origin)).items():
        np.memmap(folder / f"{name}.bin", dtype, "w+", shape=shape).flush()
    np.save(folder / "origin.npy", origin)
    (folder / "done.json").write_text("0")
    stamp.write_text(json.dumps(about))
    return 0


def _shapes(rows: int) -> dict[str, tuple[type, tuple[int, ...]]]:
    return {
        "middle": (np.int8, (rows, GRID, GRID, mobilenet.MIDDLE_CHANNELS)),
        "pooled": (np.float16, (rows, mobilenet.FEATURES + mobilenet.CLASSES)),
    }


def _batch(
    rows: np.ndarray,
    sources: list[Source],
    decoded: dict[tuple[int, int], torch.Tensor],
    rng: np.random.Generator,
) -> torch.Tensor:
    """Pixels `(B, 3, 160, 160)` in [-1, 1] of some views."""
    cuts = []
    for source, picture, view in rows:
        kind = sources[source].kinds[view]
        pixels = decoded.get((source, picture))
        if pixels is None:
            ground = tuple(int(c) for c in rng.integers(90, 256, 3))
            image = data.decode(sources[source].images[picture], background=ground)
            pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous()
            if len(sources[source].kinds) > 1:
                decoded[source, picture] = pixels
        cuts.append(views.view(pixels, TRAIN_SIDE, kind=kind, rng=rng))
    batch = torch.stack(cuts).bfloat16().div_(127.5).sub_(1)
    return batch.contiguous(memory_format=torch.channels_last)


def _scale(folder: Path, grid: np.ndarray) -> np.ndarray:
    """The step of each channel, set by the first batch, with a margin."""
    path = folder / "scale.npy"
    if not path.exists():
        np.save(path, 1.5 * np.abs(grid).max((0, 1, 2)).astype(np.float32) / 127 + 1e-6)
    return np.load(path)


def load_teacher(teachers: Path) -> mobilenet.MobileNet:
    """The teacher in bfloat16, 1.8 times as fast as float32 where the processor knows it."""
    net = mobilenet.MobileNet(teachers / "mobilenet_v2.safetensors")
    return net.to(torch.bfloat16).to(memory_format=torch.channels_last)


def build_all(where: data.Places) -> None:
    """Caches `train` (every view) and `dev` (the whole photos of Flickr8k)."""
    teacher = load_teacher(where.teachers)
    with torch.inference_mode():
        source = Source("flickr8k", data.flickr8k(where.data, "dev").images, (FULL,))
        build(where.cache / "dev", [source], teacher=teacher, seed=1)
        build(where.cache / "train", training_sources(where.data), teacher=teacher, seed=2)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    build_all(data.places(data.parser(__doc__).parse_args()))
