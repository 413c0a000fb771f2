"""Bring both networks together: contrast of pictures and texts, in four languages.

The last stage of the picture network, its head and the whole text network learn from the cached
middle maps of all training views. The text network still follows its teacher on texts of every
kind, and pictures still say which of ImageNet's classes they show: so what no caption speaks of is
not forgotten. An average of the weights over the last steps is looked at on dev every few
minutes; the best look is kept. Run again, it goes on from there.
"""

from __future__ import annotations

import copy
import logging
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from recipes import (
    contrast,
    data,
    dev_photos,
    image_net,
    minilm,
    mobilenet,
    pairs,
    teacher_cache,
    teacher_heads,
    text_corpus,
    text_net,
    text_training,
)

BATCH = 320  # pictures, each with one text
CORPUS_BATCHES = 2  # a batch of the whole corpus every so many steps
PHOTOS_SHARE = 0.8  # of a batch: views of captioned photos
ABROAD_SHARE = 0.5  # of the texts: German, French or Czech
TEXT_RATE, HEAD_RATE, TAIL_RATE = 4e-4, 4e-4, 1.5e-4
WARM_UP = 0.04
LOG_SCALE = 3.2  # of the cosines, at the start
TEACHER_WEIGHT = 4.0
CLASS_WEIGHT, CLASS_SCALE = 0.1, 30.0
AVERAGE = 0.99  # of the weights, a step
MINUTES_BETWEEN_LOOKS = 2.5
CHECKPOINT = "pocket-tuned.pt"

log = logging.getLogger(__name__)


class Pictures:
    """The training views with their texts and classes, and the dev photos to choose by."""

    def __init__(self, where: data.Places, heads: teacher_heads.Heads, *, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.cache = teacher_cache.TeacherCache(where.cache / "train")
        self.pairs = pairs.training_pairs(where.data, self.cache)
        self.photos = self.cache.of("flickr8k")
        self.others = np.setdiff1d(np.arange(self.cache.done), self.photos)
        self.classes = heads.texts(class_vectors(where))
        self.logits = self.cache.pooled[:, mobilenet.FEATURES + 1 :]  # without background

    def draw(self) -> tuple[torch.Tensor, np.ndarray, torch.Tensor, torch.Tensor]:
        """Middle maps `(B, 96, 10, 10)`, their texts' numbers, groups, shares of each class."""
        photos = round(BATCH * PHOTOS_SHARE)
        rows = np.concatenate(
            [
                self.rng.choice(self.photos, photos, replace=False),
                self.rng.choice(self.others, BATCH - photos, replace=False),
            ]
        )
        texts = self.pairs.draw(rows, self.rng, abroad=ABROAD_SHARE)
        shares = torch.from_numpy(self.logits[rows].astype(np.float32)).softmax(1)
        return self.cache.maps(rows), texts, torch.from_numpy(self.pairs.group[rows]), shares


def class_vectors(where: data.Places) -> np.ndarray:
    """MiniLM's vectors of the names of ImageNet's 1000 classes."""
    labels = (where.teachers / "imagenet_labels.txt").read_text().splitlines()[1:]
    texts = [text_corpus.class_phrases(name)[1] for name in labels]
    return minilm.embed_cached(texts, where.cache / "minilm-classes.npy")


class Tuning:
    """Both networks, their average, their optimiser."""

    def __init__(self, where: data.Places, *, minutes: float, seed: int, rate: float = 1.0) -> None:
        torch.manual_seed(seed)
        self.where, self.budget, self.device = where, 60 * minutes, data.device()
        self.net = image_net.ImageNet(where.teachers)
        self.text = text_net.TextNet()
        heads = teacher_heads.load(where.work)
        self._start(heads)
        self.net.to(self.device, memory_format=torch.channels_last)
        self.text.to(self.device)
        self.pictures = Pictures(where, heads, seed=seed)
        self.corpus = text_training.Lessons(where, heads, seed=seed)
        self.ids = text_net.encode(self.corpus.tokenizer, self.pictures.pairs.texts)
        self.dev = dev_photos.DevPhotos(where, self.net, self.corpus.tokenizer)
        self.log_scale = nn.Parameter(torch.tensor(LOG_SCALE, device=self.device))
        tail = self.net.tail()
        for parameter in tail:
            parameter.requires_grad_(True)
        self.optimiser = torch.optim.AdamW(
            [
                {"params": self.text.parameters(), "peak": rate * TEXT_RATE},
                {"params": [*self.net.head.parameters(), self.log_scale], "peak": rate * HEAD_RATE},
                {"params": tail, "peak": rate * TAIL_RATE},
            ],
            weight_decay=0.05,
        )
        self.average = copy.deepcopy([self.net, self.text])

    def _start(self, heads: teacher_heads.Heads) -> None:
        """Weights as an earlier tuning left them, or as each network came."""
        tuned = self.where.work / CHECKPOINT
        if tuned.exists():
            state = torch.load(tuned, map_location="cpu", weights_only=True)
            log.info("tuning goes on from dev %s", state["dev"])
            self.net.load_state_dict(state["image"])
            self.text.load_state_dict(state["text"])
            return
        self.net.head.load_state_dict(heads.image.state_dict())
        path = self.where.work / text_training.CHECKPOINT
        self.text.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["net"])

    def run(self) -> None:
        """Tune until the time is up and write the state that is best on dev."""
        best = self._look("before")
        seconds, looked, step = 0.0, 0.0, 0
        while seconds < self.budget:
            began = time.time()
            set_rates(self.optimiser, seconds / self.budget)
            loss = self._step(with_corpus=step % CORPUS_BATCHES == 0)
            for mean, net in zip(self.average, (self.net, self.text), strict=True):
                follow(mean, net, step)
            step += 1
            seconds += time.time() - began
            if seconds - looked > 60 * MINUTES_BETWEEN_LOOKS or seconds >= self.budget:
                looked = seconds
                told = f"{seconds / 60:.1f} min, {step * BATCH} views, loss {loss:.3f}"
                best = max(best, self._look(told, best))

    def _step(self, *, with_corpus: bool) -> float:
        maps, texts, group, shares = self.pictures.draw()
        self.net.head.train()
        with torch.autocast(self.device.type, torch.bfloat16):
            vectors = self.net.from_middle(maps.to(self.device)).vector
        found = self._texts(*text_net.pad([self.ids[k] for k in texts]))
        group, scale = group.to(self.device), self.log_scale.exp()
        loss = contrast.info_nce(vectors, found, group=group, scale=scale)
        classes = self.pictures.classes.to(self.device)
        named = CLASS_SCALE * vectors @ classes.T
        shown = functional.cross_entropy(named, shares.to(self.device))
        total = loss + CLASS_WEIGHT * shown
        if with_corpus:
            ids, mask, wanted = self.corpus.draw()
            kept = 1 - (self._texts(ids, mask) * wanted.to(self.device)).sum(1).mean()
            total = total + TEACHER_WEIGHT * kept
        total.backward()
        nn.utils.clip_grad_norm_(self.text.parameters(), 1.0)
        nn.utils.clip_grad_norm_(self.net.tail(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return loss.item()

    def _texts(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        with torch.autocast(self.device.type, torch.bfloat16):
            return self.text(ids.to(self.device), mask.to(self.device))

    def _look(self, when: str, best: float = -1.0) -> float:
        image, text = self.average
        rates = self.dev.rates(image, text)
        log.info("tuning, %s: dev %s", when, dev_photos.shown(rates))
        score = rates["t2i R@10"] + rates["i2t R@10"]
        if score > best:
            state = {"image": image.state_dict(), "text": text.state_dict(), "dev": rates}
            save(state, self.where.work / CHECKPOINT)
        return score


def set_rates(optimiser: torch.optim.Optimizer, share: float) -> None:
    """Set the learning rates after a share of the time: up to their peaks, then down to nothing."""
    falling = 0.5 * (1 + math.cos(math.pi * share))
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * min(share / WARM_UP, falling)


@torch.no_grad()
def follow(average: nn.Module, net: nn.Module, step: int) -> None:
    """Let the average of the weights take a step, larger at first, towards those of `net`."""
    keep = min(AVERAGE, (1 + step) / (10 + step))
    for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
        if fast.requires_grad:
            slow.lerp_(fast, 1 - keep)


def save(state: dict, path: Path) -> None:
    """Write a checkpoint, whole or not at all."""
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = data.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="time to tune for")
    parser.add_argument("--rate", type=float, default=1.0, help="of the usual learning rates")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    places = data.places(chosen)
    Tuning(places, minutes=chosen.minutes, seed=chosen.seed, rate=chosen.rate).run()
