"""What the picture student is asked for: the teacher's maps, features, logits and vectors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from recipes import contrast, image_net, mobilenet, teacher_cache

EARLY = {  # dense hints teach the trunk what to look at
    "final": 1.0,
    "middle": 0.5,
    "features": 0.5,
    "logits": 0.25,
    "vector": 2.0,
    "relation": 0.5,
    "captions": 0.3,
}
LATE = {  # what counts in the end
    "final": 0.4,
    "middle": 0.1,
    "features": 0.5,
    "logits": 0.25,
    "vector": 4.0,
    "relation": 1.0,
    "captions": 0.3,
}
RELATION_SCALE = 20.0


@dataclass(frozen=True)
class Lesson:
    """One batch as the teacher sees it."""

    middle: torch.Tensor  # (B, 96, 14, 14)
    final: torch.Tensor  # (B, 320, 7, 7)
    features: torch.Tensor  # (B, 1280), standardised
    logits: torch.Tensor  # (B, 1001)
    vector: torch.Tensor  # (B, 384) unit vectors of the teacher's head
    texts: torch.Tensor  # (B, 384) unit vectors, one text a picture
    group: torch.Tensor  # (B,)
    others: torch.Tensor  # (K, 384) unit vectors of any texts

    def to(self, device: torch.device) -> Lesson:
        """The same lesson on another device."""
        return Lesson(**{name: tensor.to(device) for name, tensor in vars(self).items()})


class ImageLosses(nn.Module):
    """Adapters from the student's maps to the teacher's, dropped at export, and the losses."""

    def __init__(self, cache: teacher_cache.TeacherCache) -> None:
        super().__init__()
        self.middle = nn.Conv2d(image_net.MIDDLE_WIDTH, mobilenet.MIDDLE_CHANNELS, 1)
        self.final = nn.Conv2d(image_net.FINAL_WIDTH, mobilenet.FINAL_CHANNELS, 1)
        self.features = nn.Linear(image_net.FEATURES, mobilenet.FEATURES)
        self.logits = nn.Linear(image_net.FEATURES, mobilenet.CLASSES)
        self.log_scale = nn.Parameter(torch.tensor(3.0))
        some = torch.arange(min(cache.done, 2048)).numpy()
        for name, maps in zip(("middle", "final"), cache.maps(some), strict=True):
            self.register_buffer(f"{name}_mean", maps.mean((0, 2, 3), keepdim=True))
            self.register_buffer(f"{name}_spread", maps.std((0, 2, 3), keepdim=True))

    def forward(self, seen: image_net.Seen, lesson: Lesson) -> dict[str, torch.Tensor]:
        """Each loss by name, before its weight."""
        return {
            "middle": self._map_loss("middle", seen.middle, lesson.middle),
            "final": self._map_loss("final", seen.final, lesson.final),
            "features": functional.mse_loss(self.features(seen.features), lesson.features),
            "logits": functional.kl_div(
                functional.log_softmax(self.logits(seen.features), dim=1),
                functional.log_softmax(lesson.logits, dim=1),
                log_target=True,
                reduction="batchmean",
            ),
            "vector": 1 - (seen.vector * lesson.vector).sum(1).mean(),
            "relation": contrast.relational(
                seen.vector, lesson.vector, lesson.others, scale=RELATION_SCALE
            ),
            "captions": contrast.info_nce(
                seen.vector, lesson.texts, group=lesson.group, scale=self.log_scale.exp()
            ),
        }

    def _map_loss(self, name: str, found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        wanted = (wanted - getattr(self, f"{name}_mean")) / getattr(self, f"{name}_spread")
        if wanted.shape[-1] != found.shape[-1]:  # early training at fewer pixels
            size = found.shape[-2:]
            wanted = functional.interpolate(wanted, size=size, mode="bilinear", antialias=True)
        return functional.mse_loss(getattr(self, name)(found.float()), wanted)


def total(losses: dict[str, torch.Tensor], weights: dict[str, float]) -> torch.Tensor:
    """The weighted sum."""
    return sum(weights[name] * loss for name, loss in losses.items())
