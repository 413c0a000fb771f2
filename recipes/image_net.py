"""The pocket-image network: a small residual net with a dense start and a depthwise end.

At 112 px its maps have 28, 14 and 7 cells a side, the last two like its teacher's at 224 px. It
trains at up to 112 px and ships at 128, since random crops make things look larger in training
than they are in whole pictures (Touvron et al. 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

DIM = 384  # of the pocket space
SIDE = 128  # pixels when shipped: more than in training, where random crops make things look larger
FEATURES = 1024
MIDDLE_WIDTH = 128
FINAL_WIDTH = 320


def conv(inputs: int, outputs: int, kernel: int = 1, *, stride: int = 1, groups: int = 1) -> list:
    """Convolution with batch norm; the caller adds what follows."""
    return [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]


class Residual(nn.Module):
    """`x + layers(x)`; the last batch norm starts at zero, so a new block starts as nothing."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)
        nn.init.zeros_(self.layers[-1].weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x)


def dense_block(width: int, *, grow: int) -> Residual:
    """3x3 convolution to a wider map and back."""
    return Residual(*conv(width, width * grow, 3), nn.ReLU(True), *conv(width * grow, width))


def depthwise_block(width: int, *, grow: int) -> Residual:
    """Wider, 3x3 within each channel, and back."""
    wide = width * grow
    return Residual(
        *conv(width, wide),
        nn.ReLU(True),
        *conv(wide, wide, 3, groups=wide),
        nn.ReLU(True),
        *conv(wide, width),
    )


@dataclass(frozen=True)
class Seen:
    """What the net makes of pictures: two maps, pooled features and the unit vector."""

    middle: torch.Tensor  # (B, 128, S/8, S/8)
    final: torch.Tensor  # (B, 320, S/16, S/16)
    features: torch.Tensor  # (B, 1024)
    vector: torch.Tensor  # (B, 384)


class ImageNet(nn.Module):
    """Pictures `(B, 3, S, S)` in [-1, 1] to unit vectors of the pocket space."""

    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Sequential(
            *conv(3, 24, 3, stride=2),
            nn.ReLU(True),
            *conv(24, 48, 3, stride=2),
            nn.ReLU(True),
            dense_block(48, grow=2),
            dense_block(48, grow=2),
        )
        self.middle = nn.Sequential(
            *conv(48, MIDDLE_WIDTH, 3, stride=2),
            nn.ReLU(True),
            *[depthwise_block(MIDDLE_WIDTH, grow=3) for _ in range(4)],
        )
        self.final = nn.Sequential(
            *conv(MIDDLE_WIDTH, FINAL_WIDTH, 3, stride=2),
            nn.ReLU(True),
            *[depthwise_block(FINAL_WIDTH, grow=3) for _ in range(4)],
        )
        self.features = nn.Sequential(*conv(FINAL_WIDTH, FEATURES), nn.ReLU(True))
        self.head = nn.Sequential(
            nn.Linear(FEATURES, FEATURES), nn.GELU(), nn.Linear(FEATURES, DIM)
        )

    def forward(self, pixels: torch.Tensor) -> Seen:
        middle = self.middle(self.start(pixels))
        final = self.final(middle)
        features = self.features(final).float().mean((2, 3))
        return Seen(
            middle, final, features, functional.normalize(self.head(features).float(), dim=1)
        )


class Shipped(nn.Module):
    """As exported: `(B, S, S, 3) uint8` sRGB to unit vectors `(B, 384)`."""

    def __init__(self, net: ImageNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.net(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1).vector
