"""SigLIP 2 NaFlex (Tschannen et al. 2025): pictures in their own shape, as a number of patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..contracts import Prepared
from ..media import Image, Media
from ..sources.checkpoints import Checkpoint
from .hub import Features, HubEncoder, TorchTower, Tower, WordEncoder
from .pixels import HALF, PixelPlan
from .siglip import siglip_words, text_part

BILINEAR = 2
PATCHES = 256  # a picture is resized to at most so many
FINENESS = 1e-5  # of the search for the size


class PatchEncoder(HubEncoder):
    """Pictures as rows of patches: prepared is (H, W, 3) uint8, both multiples of the patch."""

    def __init__(
        self, card: ModelCard, plan: PixelPlan, tower: Tower, *, patch: int, most: int
    ) -> None:
        super().__init__(card, tower)
        self._plan, self._patch, self._most = plan, patch, most

    def _prepare(self, medium: Media) -> Prepared:
        picture = cast(Image, medium)
        width, height = picture.size
        size = patched_size(height, width, patch=self._patch, most=self._most)
        return self._plan.resized(picture, size)

    def _run(self, batch: Sequence[Prepared]) -> Features:
        side, count = self._patch, self._most
        patches = np.zeros((len(batch), count, side * side * 3), np.float32)
        mask = np.zeros((len(batch), count), np.int64)
        shapes = np.array([(len(one) // side, one.shape[1] // side) for one in batch], np.int64)
        for row, picture in enumerate(batch):
            cut = cut_patches(self._plan.normalise(picture[None])[0], side)
            patches[row, : len(cut)], mask[row, : len(cut)] = cut, 1
        return self.tower({"patches": patches, "mask": mask, "shapes": shapes})


def patched_size(height: int, width: int, *, patch: int, most: int) -> tuple[int, int]:
    """Return the largest size of about that shape that is at most `most` patches.

    By bisection of the scale, as in the reference, whose rounding it shares.
    """

    def scaled(size: int, scale: float) -> int:
        return max(patch, int(np.ceil(size * scale / patch) * patch))

    low, high = FINENESS / 10, 100.0
    while high - low >= FINENESS:
        middle = (low + high) / 2
        count = scaled(height, middle) // patch * (scaled(width, middle) // patch)
        low, high = (middle, high) if count <= most else (low, middle)
    return scaled(height, low), scaled(width, low)


def cut_patches(pixels: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return (3, H, W) as rows of patches (N, side * side * 3)."""
    _, height, width = pixels.shape
    grid = pixels.reshape(3, height // side, side, width // side, side)
    return grid.transpose(1, 3, 2, 4, 0).reshape(-1, side * side * 3)


def load_image(card: ModelCard, checkpoint: Checkpoint) -> PatchEncoder:
    """Return the picture tower."""
    config = {**HALF, "resample": BILINEAR, **checkpoint.preprocessing()}
    plan = PixelPlan.from_config(config, name=checkpoint.name, defaults=HALF)
    network = TorchTower(
        checkpoint,
        "Siglip2Model",
        lambda model, given: (
            model.get_image_features(
                pixel_values=given["patches"],
                pixel_attention_mask=given["mask"],
                spatial_shapes=given["shapes"],
            ).pooler_output
        ),
        unused=("text_model",),
    )
    patch, most = config.get("patch_size", 16), config.get("max_num_patches", PATCHES)
    return PatchEncoder(card, plan, network, patch=patch, most=most)


def load_text(card: ModelCard, checkpoint: Checkpoint) -> WordEncoder:
    """Return the sentence tower."""
    part = text_part(checkpoint, "Siglip2Model")
    return WordEncoder(card, siglip_words(checkpoint), part, checkpoint)
