"""The pocket-sound network: MobileNet's first stages look at log-mel bands as at a picture.

What sees edges and textures in photos also sees onsets, tones and noise in a spectrogram, and
needs far fewer clips than a network that starts at random (Palanisamy et al. 2020). The trunk
stays as it was; a head on what it sees learns the way into the pocket space.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from recipes.mobilenet import MIDDLE_CHANNELS, MobileNet

DIM = 384  # of the pocket space
SEEN = 2 * MIDDLE_CHANNELS  # numbers that the trunk gives of a sound
HIDDEN = 512
LAST = 45  # the layer of MobileNet whose sum with an earlier one is its middle map


class Trunk(nn.Module):
    """Bands `(B, 64, F)` in [-1, 1], see `crossmodal.encoders.audio.levels`, to `(B, 192)`."""

    def __init__(self, checkpoint: Path) -> None:
        super().__init__()
        self.net = MobileNet(checkpoint)
        first = self.net.convs["0"]
        first.weight.data = first.weight.data.sum(1, keepdim=True)  # three equal channels in one
        first.in_channels = 1
        for unused in [key for key in self.net.convs if int(key) > LAST]:
            del self.net.convs[unused]

    def forward(self, bands: torch.Tensor) -> torch.Tensor:
        maps = self.net.middle(bands[:, None])  # (B, 96, 4, F / 16)
        return torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], dim=1)


class Head(nn.Module):
    """What the trunk sees `(B, 192)` to unit vectors `(B, 384)`."""

    def __init__(self, mean: torch.Tensor, deviation: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.layers = nn.Sequential(
            nn.Dropout(0.2),
            nn.Linear(SEEN, HIDDEN),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(HIDDEN, DIM),
        )

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        return functional.normalize(self.layers((seen - self.mean) / self.deviation), dim=1)


class SoundNet(nn.Module):
    """Bands to vectors: what ships."""

    def __init__(self, trunk: Trunk, head: Head) -> None:
        super().__init__()
        self.trunk, self.head = trunk, head

    def forward(self, bands: torch.Tensor) -> torch.Tensor:
        return self.head(self.trunk(bands))
