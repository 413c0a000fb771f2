"""Everything that the picture teacher says about many views of many pictures, on disk.

The student later reads memory-mapped files alone: no decoding and no teacher in its loop.
Per view: the student's picture, the teacher's middle map and its final map (8 bits a number).

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

VIEW_SIDE = 112  # pixels of the student's view; half the teacher's 224, so their grids agree
BATCH = 64
FLICKR_VIEWS = (FULL, WIDE, *[CLOSE] * 10)
CLOTHING_VIEWS = (FULL, CLOSE)
TINY_PICTURES = 40_000
ROWS = 90_240  # of the 121,666 views in random order; the rest did not fit the time

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
    """Memory-mapped rows: `views`, `middle`, `final`, and `origin` (source, picture, view)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        about = json.loads((folder / "about.json").read_text())
        self.sources: list[str] = about["sources"]
        self.rows: int = about["rows"]
        self.done: int = json.loads((folder / "done.json").read_text())
        self.origin = np.load(folder / "origin.npy")  # (N, 3): source, picture, view
        scales = np.load(folder / "scales.npz")
        self.middle_scale, self.final_scale = scales["middle"], scales["final"]
        shapes = _shapes(self.rows)
        self.views, self.middle, self.final = (
            np.memmap(folder / f"{name}.bin", dtype, "r", shape=shape)
            for name, (dtype, shape) in shapes.items()
        )

    def of(self, source: str) -> np.ndarray:
        """Row numbers, finished ones only, that come from one source."""
        rows = np.flatnonzero(self.origin[:, 0] == self.sources.index(source))
        return rows[rows < self.done]

    def maps(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Middle `(B, 96, 14, 14)` and final `(B, 320, 7, 7)` maps, float32, channels last."""
        middle = torch.from_numpy(self.middle[rows]).float() * torch.from_numpy(self.middle_scale)
        final = torch.from_numpy(self.final[rows]).float() * torch.from_numpy(self.final_scale)
        return middle.permute(0, 3, 1, 2), final.permute(0, 3, 1, 2)


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
    origin = origin[:ROWS]
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
        student, teaching = _batch(rows, sources, decoded, rng)
        middle, final = (x.permute(0, 2, 3, 1).float().numpy() for x in teacher.maps(teaching))
        scales = _scales(folder, middle, final)
        span = slice(done, done + len(rows))
        files["views"][span] = student
        files["middle"][span] = _quantise(middle, scales["middle"])
        files["final"][span] = _quantise(final, scales["final"])
        done += len(rows)
        (folder / "done.json").write_text(json.dumps(done))
        if (done // BATCH) % 50 == 0:
            pace = (done - first) / (time.time() - began)
            log.info("%s: %d of %d views, %.0f a second", folder.name, done, len(origin), pace)


def _start(folder: Path, origin: np.ndarray, names: list[str]) -> int:
    about = {"sources": names, "rows": len(origin), "side": VIEW_SIDE}
    stamp = folder / "about.json"
    if stamp.exists() and json.loads(stamp.read_text()) == about:
        return json.loads((folder / "done.json").read_text())
    (folder / "scales.npz").unlink(missing_ok=True)
    for name, (dtype, shape) in _shapes(len(origin)).items():
        np.memmap(folder / f"{name}.bin", dtype, "w+", shape=shape).flush()
    np.save(folder / "origin.npy", origin)
    (folder / "done.json").write_text("0")
    stamp.write_text(json.dumps(about))
    return 0


def _shapes(rows: int) -> dict[str, tuple[type, tuple[int, ...]]]:
    return {
        "views": (np.uint8, (rows, VIEW_SIDE, VIEW_SIDE, 3)),
        "middle": (np.int8, (rows, 14, 14, mobilenet.MIDDLE_CHANNELS)),
        "final": (np.int8, (rows, 7, 7, mobilenet.FINAL_CHANNELS)),
    }


def _batch(
    rows: np.ndarray,
    sources: list[Source],
    decoded: dict[tuple[int, int], torch.Tensor],
    rng: np.random.Generator,
) -> tuple[np.ndarray, torch.Tensor]:
    small, large = [], []
    for source, picture, view in rows:
        kind = sources[source].kinds[view]
        pixels = decoded.get((source, picture))
        if pixels is None:
            ground = tuple(int(c) for c in rng.integers(90, 256, 3))
            image = data.decode(sources[source].images[picture], background=ground)
            pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous()
            if len(sources[source].kinds) > 1:
                decoded[source, picture] = pixels
        box = views.random_box(rng, height=pixels.shape[1], width=pixels.shape[2], kind=kind)
        matrix, offset = views.colour_shift(rng, kind.colour)
        sides = (VIEW_SIDE, mobilenet.SIDE)
        student, teaching = views.cut(pixels, box, sides, matrix=matrix, offset=offset)
        small.append(student.permute(1, 2, 0))
        large.append(teaching)
    teaching = torch.stack(large).bfloat16().div_(127.5).sub_(1)
    return torch.stack(small).numpy(), teaching.contiguous(memory_format=torch.channels_last)


def _scales(folder: Path, middle: np.ndarray, final: np.ndarray) -> dict[str, np.ndarray]:
    path = folder / "scales.npz"
    if not path.exists():  # the first batch sets the steps, with a margin
        steps = {
            name: 1.5 * np.abs(x).max((0, 1, 2)).astype(np.float32) / 127 + 1e-6
            for name, x in (("middle", middle), ("final", final))
        }
        np.savez(path, **steps)
    return dict(np.load(path))


def _quantise(x: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(x / scale), -127, 127).astype(np.int8)


def load_teacher(teachers: Path) -> mobilenet.MobileNet:
    """The teacher in bfloat16, 1.8 times as fast as float32 where the processor knows it."""
    net = mobilenet.MobileNet(teachers / "mobilenet_v2.safetensors")
    return net.to(torch.bfloat16).to(memory_format=torch.channels_last)


def build_all(where: data.Places) -> None:
    """Caches `train` (every view), `dev` and `test` (the whole photos of Flickr8k)."""
    teacher = load_teacher(where.teachers)
    with torch.inference_mode():
        for split in ("dev", "test"):
            source = Source("flickr8k", data.flickr8k(where.data, split).images, (FULL,))
            build(where.cache / split, [source], teacher=teacher, seed=1)
        build(where.cache / "train", training_sources(where.data), teacher=teacher, seed=2)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    build_all(data.places(data.parser(__doc__).parse_args()))
