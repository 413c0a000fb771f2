"""Training of the picture student from random weights.

The student reads cached views (see `teacher_cache`) and is asked for all that its teacher said of
them. It starts at few pixels, where a step costs half, and ends at the size it ships with. The
learning rate follows the clock, so training ends on time on any machine; run again to go on
after a stop.
"""

from __future__ import annotations

import copy
import logging
import math
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch

from recipes import (
    contrast,
    crops,
    data,
    image_losses,
    mobilenet,
    pairs,
    teacher_cache,
    teacher_heads,
    text_vectors,
)
from recipes.image_net import ImageNet

BATCH = 128
SIDES = ((0.5, 80), (0.75, 96), (1.0, 112))  # (until this share of the time, pixels)
LATE_FROM = 0.65  # share of the time from which the late weights of the losses count
LEARNING_RATE = 2e-3
WARM_UP = 0.03
WEIGHT_DECAY = 0.05
EMA_STEPS = 300  # half-life, about, of the averaged weights
READ_AHEAD = 3  # batches
OTHER_TEXTS = 512  # sentences a batch is ranked against, beside its own
MINUTES_BETWEEN_LOOKS = 4
CHECKPOINT = "pocket-image.pt"

log = logging.getLogger(__name__)


@dataclass
class Progress:
    """How far training is."""

    seconds: float = 0.0
    steps: int = 0
    pictures: int = 0


class Lessons:
    """Random batches of views with all that the teacher said of them."""

    def __init__(self, where: data.Places, heads: teacher_heads.Heads, *, seed: int) -> None:
        self.cache = teacher_cache.TeacherCache(where.cache / "train")
        self.pairs = pairs.training_pairs(where.data, self.cache)
        self.texts = heads.texts(self.pairs.vectors(where))
        self.teacher = teacher_cache.load_teacher(where.teachers)
        self.head = heads.image
        self.rng = np.random.default_rng(seed)
        self.reader = ThreadPoolExecutor(1)
        self.waiting = deque()

    def next(self, side: int) -> tuple[torch.Tensor, image_losses.Lesson]:
        """A batch that was read while the last ones were learned."""
        while len(self.waiting) < READ_AHEAD:
            self.waiting.append(self.reader.submit(self._draw, side))
        return self.waiting.popleft().result()

    @torch.no_grad()
    def _draw(self, side: int) -> tuple[torch.Tensor, image_losses.Lesson]:
        """Pictures `(B, 3, side, side)` in [-1, 1] and their lesson."""
        rows = np.sort(self.rng.choice(self.cache.done, BATCH, replace=False))
        theta = crops.draw(BATCH)
        views = torch.from_numpy(self.cache.views[rows]).permute(0, 3, 1, 2)
        pixels = crops.relit(crops.cut(views.float() / 127.5 - 1, theta, side=side))
        middle, final = (crops.cut(x, theta, side=x.shape[-1]) for x in self.cache.maps(rows))
        features, logits = self.teacher.head(final.bfloat16())
        pooled = torch.cat([features, logits], dim=1).float()
        chosen = self.pairs.choices[rows, self.rng.integers(pairs.CHOICES, size=BATCH)]
        texts = self.texts[chosen]
        others = self.texts[self.rng.integers(len(self.texts), size=OTHER_TEXTS)]
        group = torch.from_numpy(self.pairs.group[rows])
        lesson = image_losses.Lesson(
            middle=middle,
            final=final,
            features=self.head.standard(pooled)[:, : mobilenet.FEATURES],
            logits=pooled[:, mobilenet.FEATURES :],
            vector=self.head(pooled),
            texts=texts,
            group=group,
            others=torch.cat([texts, others]),
        )
        return pixels.contiguous(memory_format=torch.channels_last), lesson


class Training:
    """The student, its losses, its optimiser and its averaged copy."""

    def __init__(self, where: data.Places, *, minutes: float, seed: int) -> None:
        torch.manual_seed(seed)
        self.where, self.budget = where, 60 * minutes
        self.device = data.device()
        heads = teacher_heads.load(where.work)
        self.progress = Progress()
        self.net = ImageNet().to(self.device, memory_format=torch.channels_last)
        self.lessons = Lessons(where, heads, seed=seed)
        self.losses = image_losses.ImageLosses(self.lessons.cache).to(self.device)
        matrices = [p for p in self._trained() if p.ndim > 1]
        vectors = [p for p in self._trained() if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors}],
            lr=LEARNING_RATE,
            weight_decay=0.0,
            fused=True,
        )
        self.average = copy.deepcopy(self.net).eval()
        self.dev = DevPhotos(where, heads)
        self._resume(seed)

    def _trained(self) -> list[torch.nn.Parameter]:
        return [*self.net.parameters(), *self.losses.parameters()]

    def run(self) -> None:
        """Train until the time is up; look at dev and save every few minutes."""
        looked = time.time()
        means: dict[str, float] = {}
        while self.progress.seconds < self.budget:
            began = time.time()
            for name, loss in self._step().items():
                means[name] = 0.95 * means.get(name, loss) + 0.05 * loss
            self.progress.seconds += time.time() - began
            if self.progress.steps % 50 == 0:
                shown = ", ".join(f"{name} {mean:.3f}" for name, mean in means.items())
                pace = BATCH / (time.time() - began)
                log.info("step %d, %.0f a second: %s", self.progress.steps, pace, shown)
            if time.time() - looked > 60 * MINUTES_BETWEEN_LOOKS:
                self._look()
                looked = time.time()
        self._look()

    def _step(self) -> dict[str, float]:
        share = min(1.0, self.progress.seconds / self.budget)
        side = next(side for until, side in SIDES if share <= until)
        for group in self.optimiser.param_groups:
            group["lr"] = LEARNING_RATE * _rate(share)
        pixels, lesson = self.lessons.next(side)
        with torch.autocast(self.device.type, torch.bfloat16):
            seen = self.net(pixels.to(self.device))
        lesson = lesson.to(self.device)
        losses = self.losses(seen, lesson)
        weights = image_losses.EARLY if share < LATE_FROM else image_losses.LATE
        image_losses.total(losses, weights).backward()
        torch.nn.utils.clip_grad_norm_(self._trained(), 5.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.progress.steps += 1
        self.progress.pictures += BATCH
        self._average()
        return {name: loss.item() for name, loss in losses.items()}

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(1 - 1 / EMA_STEPS, (1 + self.progress.steps) / (10 + self.progress.steps))
        for mean, now in zip(
            self.average.state_dict().values(), self.net.state_dict().values(), strict=True
        ):
            if mean.dtype.is_floating_point:
                mean.lerp_(now, 1 - keep)

    def _look(self) -> None:
        rates = self.dev.rates(self.average)
        shown = ", ".join(f"{name} {rate:.1f}" for name, rate in rates.items())
        minutes = self.progress.seconds / 60
        log.info("%.1f min, %d pictures: dev %s", minutes, self.progress.pictures, shown)
        state = {
            "net": self.net.state_dict(),
            "losses": self.losses.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "progress": vars(self.progress),
            "dev": rates,
        }
        path = self.where.work / CHECKPOINT
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def _resume(self, seed: int) -> None:
        path = self.where.work / CHECKPOINT
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.losses.load_state_dict(state["losses"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress = Progress(**state["progress"])
        self.lessons.rng = np.random.default_rng([seed, self.progress.steps])
        log.info("going on after %.1f minutes", self.progress.seconds / 60)


class DevPhotos:
    """Flickr8k's dev photos and captions, for choosing and looking only."""

    def __init__(self, where: data.Places, heads: teacher_heads.Heads) -> None:
        cache = teacher_cache.TeacherCache(where.cache / "dev")
        order = np.argsort(cache.origin[:, 1])
        self.views = torch.from_numpy(cache.views[order]).permute(0, 3, 1, 2)
        captions = text_vectors.captions(where, "dev").vectors
        self.texts = heads.texts(captions.reshape(-1, captions.shape[-1]))

    @torch.inference_mode()
    def rates(self, net: ImageNet) -> dict[str, float]:
        """Recall of the averaged student against the teacher's text vectors."""
        device = next(net.parameters()).device
        vectors = []
        for views in self.views.split(BATCH):
            pixels = (views.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16):
                vectors.append(net(pixels.to(device)).vector.float().cpu())
        return contrast.hit_rates(
            torch.cat(vectors), self.texts, per_picture=data.CAPTIONS_PER_PHOTO, ks=(1, 10)
        )


def _rate(share: float) -> float:
    """Linear warm-up, then a cosine to zero."""
    if share < WARM_UP:
        return 0.05 + 0.95 * share / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (share - WARM_UP) / (1 - WARM_UP)))
