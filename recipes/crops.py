"""Crops of cached views: a new picture every time, with all that the teacher says of it.

The teacher's maps are cut and resampled where the picture is, and what it pools from them follows
from the cut map. So the few cached views of a photo become as many as training asks for.
"""

from __future__ import annotations

import torch
from torch.nn import functional

WHOLE = 0.4  # share of pictures that are not cut
SMALLEST = 0.7  # side of a crop, as a share of the view's
LIGHT, CONTRAST = 0.15, 0.2  # how far the student's pictures differ from the teacher's, at most


def draw(count: int) -> torch.Tensor:
    """`(count, 2, 3)`: affine maps from crop to view in [-1, 1], half of them mirrored."""
    size = SMALLEST + (1 - SMALLEST) * torch.rand(count)
    size = torch.where(torch.rand(count) < WHOLE, torch.ones(count), size)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = torch.where(torch.rand(count) < 0.5, -size, size)
    theta[:, 1, 1] = size
    theta[:, :, 2] = (2 * torch.rand(count, 2) - 1) * (1 - size)[:, None]
    return theta


def cut(maps: torch.Tensor, theta: torch.Tensor, *, side: int) -> torch.Tensor:
    """The crops `theta` of `maps (B, C, H, W)`, as `(B, C, side, side)`."""
    grid = functional.affine_grid(theta, [len(maps), 1, side, side], align_corners=False)
    return functional.grid_sample(
        maps, grid, mode="bilinear", padding_mode="border", align_corners=False
    )


def relit(pixels: torch.Tensor) -> torch.Tensor:
    """Pictures `(B, 3, S, S)` in [-1, 1] a little lighter or darker, flatter or harsher."""
    shape = (len(pixels), 1, 1, 1)
    contrast = 1 + CONTRAST * (2 * torch.rand(shape) - 1)
    light = LIGHT * (2 * torch.rand(shape) - 1)
    return (pixels * contrast + light).clamp(-1, 1)
