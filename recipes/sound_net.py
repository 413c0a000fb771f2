"""The pocket-sound network: log-mel frames made inside the graph, then a small residual net."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

DIM = 384  # of the pocket space
RATE = 16_000  # Hz
WINDOW = 512  # samples, 32 ms
HOP = 256  # samples, 16 ms: 62.5 frames a second
MELS = 64
LOWEST, HIGHEST = 50.0, 8000.0  # Hz
QUIET = 1e-6  # power that counts as silence
FEATURES = 192


def mel(hertz: float) -> float:
    """Hertz to mel."""
    return 2595 * math.log10(1 + hertz / 700)


def mel_filters() -> torch.Tensor:
    """Triangles `(64, 257)` from the bins of a 512-point spectrum to mel bands."""
    marks = torch.linspace(mel(LOWEST), mel(HIGHEST), MELS + 2)
    edges = 700 * (10 ** (marks / 2595) - 1)
    bins = torch.arange(WINDOW // 2 + 1) * RATE / WINDOW
    low, middle, high = (edges[k : k + MELS, None] for k in range(3))
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    return torch.minimum(rising, falling).clamp(min=0)


def conv(inputs: int, outputs: int, kernel: int = 1, *, stride: int = 1) -> list[nn.Module]:
    """Convolution with batch norm; the caller adds what follows."""
    return [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]


class DenseBlock(nn.Module):
    """`x + layers(x)`: 3x3 convolution to a wider map and back; a new block starts as nothing."""

    def __init__(self, width: int, *, grow: int) -> None:
        super().__init__()
        wide = width * grow
        self.layers = nn.Sequential(*conv(width, wide, 3), nn.ReLU(True), *conv(wide, width))
        nn.init.zeros_(self.layers[-1].weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x)


class LogMel(nn.Module):
    """Samples `(B, T)` in [-1, 1] to log-mel frames `(B, 1, 64, T / 256)`, mean 0 in each clip.

    The spectrum is a convolution with windowed cosines and sines, so it exports to plain ONNX.
    """

    def __init__(self) -> None:
        super().__init__()
        time, bins = torch.arange(WINDOW), torch.arange(WINDOW // 2 + 1)
        angle = 2 * math.pi * bins[:, None] * time / WINDOW
        window = torch.hann_window(WINDOW)
        waves = torch.cat([angle.cos(), angle.sin()]) * window
        self.register_buffer("waves", waves[:, None], persistent=False)  # (514, 1, 512)
        self.register_buffer("filters", mel_filters()[:, :, None], persistent=False)

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        padded = functional.pad(samples[:, None], (WINDOW // 2, WINDOW // 2))
        real, imaginary = functional.conv1d(padded, self.waves, stride=HOP).chunk(2, dim=1)
        power = real.square() + imaginary.square()  # (B, 257, frames)
        bands = functional.conv1d(power, self.filters)
        levels = torch.log(bands + QUIET)[:, None]
        return (levels - levels.mean((2, 3), keepdim=True)) / 3


class SoundNet(nn.Module):
    """Samples `(B, T)` at 16 kHz, T of half a second or more, to unit vectors `(B, 384)`."""

    def __init__(self) -> None:
        super().__init__()
        self.log_mel = LogMel()
        self.trunk = nn.Sequential(
            *conv(1, 24, 3, stride=2),
            nn.ReLU(True),
            *conv(24, 48, 3, stride=2),
            nn.ReLU(True),
            DenseBlock(48, grow=2),
            *conv(48, 96, 3, stride=2),
            nn.ReLU(True),
            DenseBlock(96, grow=2),
            *conv(96, FEATURES, 3, stride=2),
            nn.ReLU(True),
            nn.Dropout2d(0.2),
        )
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * FEATURES, DIM))

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        return self.from_frames(self.log_mel(samples))

    def from_frames(self, frames: torch.Tensor) -> torch.Tensor:
        """As `forward`, from log-mel frames `(B, 1, 64, F)`."""
        maps = self.trunk(frames)  # (B, 192, 4, F / 16)
        pooled = torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], dim=1)
        return functional.normalize(self.head(pooled), dim=1)
