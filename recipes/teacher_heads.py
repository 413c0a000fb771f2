"""Where the pocket space comes from: heads on MobileNet's features and on MiniLM's vectors.

Trained contrastively on the training views and their texts; the epoch best on dev is kept. The
image head is where pocket-image starts from, the text head is pocket-text's teacher. The text head
starts as the identity and is held near it, so that the meaning of sentences about things that no
photo shows survives.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from recipes import contrast, data, minilm, mobilenet, pairs, teacher_cache, text_vectors
from recipes.image_net import ImageHead

DIM = minilm.DIM  # of the pocket space
BATCH = 1024
EPOCHS = 7
IDENTITY_WEIGHT = 2e-3
FILE = "teacher-heads.pt"

log = logging.getLogger(__name__)


class TextHead(nn.Module):
    """MiniLM's vectors `(B, 384)` to unit vectors `(B, 384)` of the pocket space."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(DIM, DIM)
        nn.init.eye_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        return functional.normalize(self.linear(vectors), dim=1)

    def distance(self) -> torch.Tensor:
        """How far the head has gone from the identity."""
        moved = self.linear.weight - torch.eye(DIM)
        return moved.square().sum() + self.linear.bias.square().sum()


@dataclass(frozen=True)
class Heads:
    """Both heads, trained and frozen."""

    image: ImageHead
    text: TextHead

    def texts(self, vectors: np.ndarray) -> torch.Tensor:
        """Pocket vectors `(N, 384)` of MiniLM's vectors."""
        with torch.no_grad():
            return self.text(torch.from_numpy(np.asarray(vectors, np.float32)))


def features(cache: teacher_cache.TeacherCache) -> torch.Tensor:
    """Pooled features `(N, 1280) float16` of every finished row of a cache."""
    return torch.from_numpy(np.array(cache.pooled[: cache.done, : mobilenet.FEATURES]))


def train(where: data.Places, *, seed: int = 0) -> Heads:
    """Train both heads, keep the epoch best on dev, write them to the work folder."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    cache = teacher_cache.TeacherCache(where.cache / "train")
    texts = pairs.training_pairs(where.data, cache)
    text_inputs = torch.from_numpy(texts.vectors(where)).float()
    rows = np.arange(cache.done)
    inputs = features(cache)
    dev = teacher_cache.TeacherCache(where.cache / "dev")
    in_order = np.argsort(dev.origin[:, 1])
    dev_images = features(dev)[in_order]
    dev_texts = text_vectors.captions(where, "dev").vectors.reshape(-1, DIM).astype(np.float32)

    image, text = ImageHead(), TextHead()
    sample = inputs[:8192].float()
    image.mean.copy_(sample.mean(0))
    image.spread.copy_(sample.std(0) + 1e-3)
    scale = nn.Parameter(torch.tensor(3.0))
    optimiser = torch.optim.AdamW(
        [
            {"params": image.parameters(), "lr": 1e-3, "weight_decay": 0.05},
            {"params": text.parameters(), "lr": 3e-4, "weight_decay": 0.0},
            {"params": [scale], "lr": 1e-3, "weight_decay": 0.0},
        ]
    )
    steps = EPOCHS * (len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=[g["lr"] for g in optimiser.param_groups], total_steps=steps
    )
    best, kept = -1.0, None
    for epoch in range(EPOCHS):
        image.train()
        order = rng.permutation(rows)
        for start in range(0, len(rows) - BATCH + 1, BATCH):
            batch = order[start : start + BATCH]
            chosen = texts.choices[batch, rng.integers(pairs.CHOICES, size=BATCH)]
            loss = contrast.info_nce(
                image(inputs[batch]),
                text(text_inputs[chosen]),
                group=torch.from_numpy(texts.group[batch]),
                scale=scale.exp(),
            )
            loss = loss + IDENTITY_WEIGHT * text.distance()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        image.eval()
        heads = Heads(image, text)
        with torch.inference_mode():
            rates = contrast.hit_rates(
                image(dev_images), heads.texts(dev_texts), per_picture=5, ks=(1, 10)
            )
        log.info("heads, epoch %d: loss %.3f, dev %s", epoch, loss.item(), _short(rates))
        if rates["t2i R@10"] + rates["i2t R@10"] > best:
            best = rates["t2i R@10"] + rates["i2t R@10"]
            kept = copy.deepcopy((image.state_dict(), text.state_dict()))
    torch.save({"image": kept[0], "text": kept[1]}, where.work / FILE)
    return load(where.work)


def load(work: Path) -> Heads:
    """The heads that `train` wrote."""
    state = torch.load(work / FILE, weights_only=True)
    image, text = ImageHead(), TextHead()
    image.load_state_dict(state["image"])
    text.load_state_dict(state["text"])
    for head in (image, text):
        head.eval().requires_grad_(False)
    return Heads(image, text)


def _short(rates: dict[str, float]) -> str:
    return ", ".join(f"{name} {rate:.1f}" for name, rate in rates.items())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    train(data.places(data.parser(__doc__).parse_args()))
