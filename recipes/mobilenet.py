"""The picture teacher: MobileNet v2 (1.0, 224 px, ImageNet, Apache 2.0), from its stored plan."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import safe_open
from torch import nn
from torch.nn import functional

MIDDLE_LAYER = 46  # (B, 96, S/16, S/16): the last map at stride 16
FINAL_LAYER = 60  # (B, 320, S/32, S/32): the linear bottleneck before the last 1x1 convolution
MIDDLE_CHANNELS = 96
FINAL_CHANNELS = 320
FEATURES = 1280  # pooled features
CLASSES = 1001  # class 0 is background


def same_padding(x: torch.Tensor, *, kernel: int, stride: int) -> torch.Tensor:
    """Pad as TensorFlow's SAME does: the odd pixel goes to the right and to the bottom."""
    total = kernel - stride if x.shape[-1] % stride == 0 else kernel - x.shape[-1] % stride
    total = max(total, 0)
    before = total // 2
    return functional.pad(x, (before, total - before, before, total - before))


class MobileNet(nn.Module):
    """MobileNet v2 with batch norm folded, run layer by layer from the checkpoint's plan."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        with safe_open(path, framework="pt") as checkpoint:
            self.plan: list[dict] = json.loads(checkpoint.metadata()["plan"])
            convs = {}
            for k, step in enumerate(self.plan):
                if step["op"] == "conv":
                    weight = checkpoint.get_tensor(f"layers.{k}.weight").float()
                    bias = checkpoint.get_tensor(f"layers.{k}.bias").float()
                    convs[str(k)] = _conv(step, weight, bias)
        self.convs = nn.ModuleDict(convs)
        self.requires_grad_(False)
        self.eval()

    def middle(self, pixels: torch.Tensor) -> torch.Tensor:
        """The middle map `(B, 96, S/16, S/16)` of pictures `(B, 3, S, S)` in [-1, 1]."""
        return self._run(pixels, range(MIDDLE_LAYER + 1), {})[MIDDLE_LAYER]

    def final(self, middle: torch.Tensor) -> torch.Tensor:
        """The final map `(B, 320, S/32, S/32)` of a middle map."""
        layers = range(MIDDLE_LAYER + 1, FINAL_LAYER + 1)
        return self._run(middle, layers, {MIDDLE_LAYER: middle})[FINAL_LAYER]

    def features(self, final: torch.Tensor) -> torch.Tensor:
        """Pooled features `(B, 1280)` of a final map."""
        return self._layer(FINAL_LAYER + 1, final).float().mean((2, 3))

    def logits(self, features: torch.Tensor) -> torch.Tensor:
        """Logits `(B, 1001)` of pooled features; class 0 is background."""
        last = self.convs[str(len(self.plan) - 1)]
        return last(features[:, :, None, None].to(last.weight.dtype)).flatten(1)

    def _run(
        self, pixels: torch.Tensor, layers: Sequence[int], done: dict[int, torch.Tensor]
    ) -> dict[int, torch.Tensor]:
        for k in layers:
            step = self.plan[k]
            if step["op"] == "add":
                first, second = step["inputs"]
                done[k] = done[first] + done[second]
            else:
                done[k] = self._layer(k, pixels if step["input"] < 0 else done[step["input"]])
        return done

    def _layer(self, k: int, x: torch.Tensor) -> torch.Tensor:
        conv = self.convs[str(k)]
        if conv.kernel_size[0] > 1 and conv.padding[0] == 0:
            x = same_padding(x, kernel=conv.kernel_size[0], stride=conv.stride[0])
        x = conv(x)
        return functional.relu6(x) if self.plan[k]["relu6"] else x


def _conv(step: dict, weight: torch.Tensor, bias: torch.Tensor) -> nn.Conv2d:
    kernel, stride = weight.shape[-1], step["stride"]
    conv = nn.Conv2d(
        weight.shape[1] * step["groups"],
        weight.shape[0],
        kernel,
        stride=stride,
        groups=step["groups"],
        padding=kernel // 2 if stride == 1 else 0,  # stride 2 is padded by hand, as SAME
    )
    conv.weight.data, conv.bias.data = weight, bias
    return conv
