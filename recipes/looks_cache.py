"""What the tuned picture network sees in views of the training photos of Flickr8k, looked at often.

Of each view are kept the middle maps at the side that ships, of the view and of its mirror image,
and the one vector that four looks agree on: at the view and its mirror image, at two sides each.
`self_distillation` teaches a single look to say the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from recipes import data, image_net, mobilenet, views
from recipes.views import CLOSE, FULL, WIDE

ROUNDS = (FULL, WIDE, CLOSE, CLOSE)  # one view of every photo in each
SIDES = (image_net.SIDE, 224)
GRID = image_net.SIDE // 16  # cells a side of the middle map
BATCH = 50

log = logging.getLogger(__name__)


class Looks:
    """The cache, memory-mapped: `vectors[r] (N, 384)`, and the maps of any views."""

    def __init__(self, folder: Path, scale: np.ndarray) -> None:
        rounds = range(len(ROUNDS))
        self.scale = torch.from_numpy(scale)
        self.vectors = np.stack([np.load(_vectors(folder, k)) for k in rounds])
        self._maps = [np.load(_maps(folder, k), mmap_mode="r") for k in rounds]

    def maps(self, rounds: np.ndarray, photos: np.ndarray, mirrored: np.ndarray) -> torch.Tensor:
        """Middle maps `(B, 96, 12, 12)`, float32, channels last."""
        rows = zip(rounds, photos, mirrored, strict=True)
        middle = np.stack([self._maps[r][photo, side] for r, photo, side in rows])
        return (torch.from_numpy(middle).float() * self.scale).permute(0, 3, 1, 2)


@torch.inference_mode()
def build(folder: Path, net: image_net.ImageNet, images: list[bytes], scale: np.ndarray) -> None:
    """Write the cache, or the rounds that an earlier run has not finished.

    Args:
        net: the tuned network.
        images: encoded photos.
        scale: (96,), what 1 means in each channel of the maps, as `teacher_cache` has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    net = _ready(net)
    for number, kind in enumerate(ROUNDS):
        if _vectors(folder, number).exists():
            continue
        shape = (len(images), 2, GRID, GRID, mobilenet.MIDDLE_CHANNELS)
        maps = np.lib.format.open_memmap(_maps(folder, number), "w+", np.int8, shape)
        agreed = np.empty((len(images), image_net.DIM), np.float16)
        for span, batch in _batches(images, kind, seed=number):
            seen, vectors = _look(net, batch)
            for side, middle in enumerate(seen[:2]):  # of the side that ships
                grid = middle.permute(0, 2, 3, 1).float().numpy()
                maps[span, side] = np.clip(np.rint(grid / scale), -127, 127)
            agreed[span] = vectors.numpy()
        maps.flush()
        np.save(_vectors(folder, number), agreed)  # last: it says that the round is whole
        log.info("%s: round %d of %d", folder.name, number + 1, len(ROUNDS))


@torch.inference_mode()
def looks_at_whole(net: image_net.ImageNet, images: list[bytes]) -> torch.Tensor:
    """The vectors `(N, 384)` that four looks at whole pictures agree on."""
    net = _ready(net)
    found = [_look(net, batch)[1] for _, batch in _batches(images, FULL, seed=0)]
    return torch.cat(found)


def _ready(net: image_net.ImageNet) -> image_net.ImageNet:
    net.trunk.to(torch.bfloat16).to(memory_format=torch.channels_last)
    return net.eval()


def _look(
    net: image_net.ImageNet, batch: list[torch.Tensor]
) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Middle maps at each side, as it is and mirrored, and the vectors `(B, 384)` in the middle."""
    seen = [net.trunk.middle(pixels) for one in batch for pixels in (one, one.flip(3))]
    vectors = [net.from_middle(middle).vector for middle in seen]
    return seen, functional.normalize(torch.stack(vectors).sum(0), dim=1)


def _batches(
    images: list[bytes], kind: views.ViewKind, *, seed: int
) -> Iterator[tuple[slice, list[torch.Tensor]]]:
    """Yield one view of each picture, at every side: `(B, 3, side, side)` bfloat16 in [-1, 1]."""
    rng = np.random.default_rng([77, seed])
    for start in range(0, len(images), BATCH):
        cuts: list[list[torch.Tensor]] = [[] for _ in SIDES]
        for image in images[start : start + BATCH]:
            pixels = torch.from_numpy(np.array(data.decode(image))).permute(2, 0, 1).contiguous()
            chance = int(rng.integers(1 << 31))  # the same box and colours at every side
            for side, found in zip(SIDES, cuts, strict=True):
                one = np.random.default_rng(chance)
                found.append(views.view(pixels, side, kind=kind, rng=one))
        batch = [torch.stack(found).bfloat16().div_(127.5).sub_(1) for found in cuts]
        span = slice(start, start + len(cuts[0]))
        yield span, [one.contiguous(memory_format=torch.channels_last) for one in batch]


def _maps(folder: Path, number: int) -> Path:
    return folder / f"maps-{number}.npy"


def _vectors(folder: Path, number: int) -> Path:
    return folder / f"vectors-{number}.npy"
