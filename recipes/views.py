"""Views of pictures: a random box and a random colour shift, mirrored or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

LUMA = torch.tensor([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class ViewKind:
    """How far views may stray: share of the area kept (low, high) and strength of colour shifts."""

    area: tuple[float, float]
    colour: float


FULL = ViewKind(area=(1.0, 1.0), colour=0.0)
WIDE = ViewKind(area=(0.7, 1.0), colour=0.2)
CLOSE = ViewKind(area=(0.3, 1.0), colour=0.3)
SMALL = ViewKind(area=(0.5, 1.0), colour=0.2)  # for pictures that have few pixels to lose


def random_box(
    rng: np.random.Generator, *, height: int, width: int, kind: ViewKind
) -> tuple[int, int, int, int]:
    """Top, left, bottom, right in pixels of a box with aspect between 3:4 and 4:3."""
    share = rng.uniform(*kind.area)
    stretch = np.exp(rng.uniform(-1, 1) * np.log(4 / 3)) if kind.area[0] < 1 else 1.0
    high = min(height, round(height * np.sqrt(share / stretch)))
    wide = min(width, round(width * np.sqrt(share * stretch)))
    top, left = rng.integers(height - high + 1), rng.integers(width - wide + 1)
    return int(top), int(left), int(top + high), int(left + wide)


def view(
    picture: torch.Tensor, side: int, *, kind: ViewKind, rng: np.random.Generator
) -> torch.Tensor:
    """A random view `(3, side, side) uint8` of a `(3, H, W) uint8` picture.

    A box, mirrored half of the time where the kind is not whole, recoloured, then resized
    (bicubic with antialias).
    """
    box = random_box(rng, height=picture.shape[1], width=picture.shape[2], kind=kind)
    top, left, bottom, right = box
    crop = picture[:, top:bottom, left:right]
    if kind.area[0] < 1 and rng.random() < 0.5:
        crop = crop.flip(2)
    if kind.colour:
        matrix, offset = colour_shift(rng, kind.colour)
        flat = torch.addmm(offset, matrix, crop.reshape(3, -1).float()).clamp_(0, 255)
        crop = flat.round_().byte().view(crop.shape)
    return functional.interpolate(crop[None], size=(side, side), mode="bicubic", antialias=True)[0]


def colour_shift(rng: np.random.Generator, strength: float) -> tuple[torch.Tensor, torch.Tensor]:
    """A random affine colour map: `matrix (3, 3)`, `offset (3, 1)` in 0..255; 0 is no change."""
    bright, contrast, colourful = rng.uniform(1 - strength, 1 + strength, 3)
    grey = LUMA.expand(3, 3)
    matrix = torch.lerp(grey, torch.eye(3), float(colourful)) * (bright * contrast)
    cast = torch.from_numpy(rng.uniform(-40, 40, (3, 1))) * strength
    return matrix, (115 * bright * (1 - contrast) + cast).float()
