"""The pocket-image network: MobileNet v2, its last stage learned anew for the pocket space.

The layers up to the middle map stay as they came; training reads that map from a cache. Random
crops make things look larger in training than they are in whole pictures, so the network ships
with a larger side than it trained at (Touvron et al. 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from recipes import data, mobilenet

DIM = 384  # of the pocket space
SIDE = 192  # pixels when shipped
HIDDEN = 1024


class ImageHead(nn.Module):
    """Pooled features `(B, 1280)` to unit vectors `(B, 384)`."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(mobilenet.FEATURES))
        self.register_buffer("spread", torch.ones(mobilenet.FEATURES))
        self.layers = nn.Sequential(
            nn.Dropout(0.3),
            nn.Linear(mobilenet.FEATURES, HIDDEN),
            nn.GELU(),
            nn.Dropout(0.5),
            nn.Linear(HIDDEN, DIM),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        standard = (features.float() - self.mean) / self.spread
        return functional.normalize(self.layers(standard).float(), dim=1)


@dataclass(frozen=True)
class Seen:
    """What the network makes of pictures."""

    grid: torch.Tensor  # (B, 320, S/32, S/32)
    vector: torch.Tensor  # (B, 384)


class ImageNet(nn.Module):
    """Pictures `(B, 3, S, S)` in [-1, 1] to unit vectors of the pocket space."""

    def __init__(self, teachers: Path) -> None:
        super().__init__()
        self.trunk = mobilenet.MobileNet(teachers / "mobilenet_v2.safetensors")
        self.head = ImageHead()

    def forward(self, pixels: torch.Tensor) -> Seen:
        return self.from_middle(self.trunk.middle(pixels))

    def from_middle(self, middle: torch.Tensor) -> Seen:
        """As `forward`, from the middle map `(B, 96, S/16, S/16)`."""
        grid = self.trunk.final(middle)
        return Seen(grid, self.head(self.trunk.features(grid)))

    def tail(self) -> list[nn.Parameter]:
        """The parameters behind the middle map that are tuned, the head's not among them."""
        last = mobilenet.FINAL_LAYER + 1
        names = (str(k) for k in range(mobilenet.MIDDLE_LAYER + 1, last + 1))
        convs = self.trunk.convs
        return [p for name in names if name in convs for p in convs[name].parameters()]


@torch.no_grad()
def middle_maps(
    net: ImageNet, images: list[bytes], *, side: int, dtype: torch.dtype = torch.float16
) -> torch.Tensor:
    """Middle maps `(N, 96, side/16, side/16)` of whole pictures."""
    found = []
    for start in range(0, len(images), 64):
        pictures = [data.squash(data.decode(image), side) for image in images[start : start + 64]]
        pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
        found.append(net.trunk.middle(pixels.to(net.head.mean.device)).to("cpu", dtype))
    return torch.cat(found)


class Shipped(nn.Module):
    """As exported: `(B, S, S, 3) uint8` sRGB to `vector (B, 384)` and `grid (B, cells, 320)`."""

    def __init__(self, net: ImageNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        seen = self.net(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1)
        return seen.vector, seen.grid.flatten(2).transpose(1, 2)
