"""Bring the two trained students together: contrast of pictures and texts, the trunk frozen.

The picture student's features of the training views are computed once; then its small head and
the text student learn contrastively, while both still follow their teachers. The state that is
best on dev is kept (the start counts too). Run again, it goes on from there.
"""

from __future__ import annotations

import copy
import logging
import math
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from recipes import (
    contrast,
    data,
    image_net,
    image_training,
    pairs,
    teacher_cache,
    teacher_heads,
    text_net,
    text_training,
    text_vectors,
)

BATCH = 384  # pictures, each with one text; beside them a batch of texts of the whole corpus
PHOTO_VIEWS, OTHER_VIEWS = 30_000, 8_000
TEXT_RATE, HEAD_RATE = 8e-4, 3e-4
WARM_UP = 0.04
TEACHER_WEIGHT = 6.0
FEATURE_DROPOUT = 0.2
SECONDS_BETWEEN_LOOKS = 90
CHECKPOINT = "pocket-tuned.pt"

log = logging.getLogger(__name__)


@torch.inference_mode()
def student_features(net: image_net.ImageNet, views: np.ndarray) -> torch.Tensor:
    """Pooled features `(N, 1024)` of cached views `(N, S, S, 3) uint8`, at the shipped size."""
    device = next(net.parameters()).device
    found = torch.empty(len(views), image_net.FEATURES, dtype=torch.float16)
    for start in range(0, len(views), 256):
        pixels = torch.from_numpy(views[start : start + 256]).permute(0, 3, 1, 2)
        pixels = pixels.to(device).float() / 127.5 - 1
        size = (image_net.SIDE, image_net.SIDE)
        larger = functional.interpolate(pixels, size=size, mode="bicubic")
        with torch.autocast(device.type, torch.bfloat16):
            seen = net(larger.contiguous(memory_format=torch.channels_last))
        found[start : start + 256] = seen.features.cpu()
    return found


class Tuning:
    """Both students, the frozen features, and the dev photos to choose by."""

    def __init__(self, where: data.Places, *, minutes: float, seed: int) -> None:
        torch.manual_seed(seed)
        self.where, self.budget = where, 60 * minutes
        self.device = data.device()
        self.rng = np.random.default_rng(seed)
        net = image_net.ImageNet().eval()
        self.net = net.to(self.device, memory_format=torch.channels_last)
        self.text = text_net.TextNet().to(self.device)
        image_weights, text_weights = self._start()
        self.net.load_state_dict(image_weights)
        self.text.load_state_dict(text_weights)
        heads = teacher_heads.load(where.work)
        self.corpus = text_training.Lessons(where, heads, seed=seed)
        self._read_pairs(heads)
        self._read_dev()
        self.head = copy.deepcopy(self.net.head)
        self.log_scale = nn.Parameter(torch.tensor(3.2, device=self.device))
        self.optimiser = torch.optim.AdamW(
            [
                {"params": self.text.parameters(), "peak": TEXT_RATE},
                {"params": [*self.head.parameters(), self.log_scale], "peak": HEAD_RATE},
            ],
            weight_decay=0.01,
        )

    def _start(self) -> tuple[dict, dict]:
        """Weights of both students: as an earlier tuning left them, or as they were trained."""
        tuned = self.where.work / CHECKPOINT
        if tuned.exists():
            state = torch.load(tuned, map_location=self.device, weights_only=True)
            log.info("tuning goes on from dev %s", state["dev"])
            return state["image"], state["text"]
        image, text = (
            torch.load(self.where.work / name, map_location=self.device, weights_only=True)
            for name in (image_training.CHECKPOINT, text_training.CHECKPOINT)
        )
        return image["average"], text["net"]

    def _read_pairs(self, heads: teacher_heads.Heads) -> None:
        cache = teacher_cache.TeacherCache(self.where.cache / "train")
        self.pairs = pairs.training_pairs(self.where.data, cache)
        self.wanted_texts = heads.texts(self.pairs.vectors(self.where))
        tokenizer = self.corpus.tokenizer
        self.ids = text_net.encode(tokenizer, self.pairs.texts)
        photos = cache.of("flickr8k")
        others = np.setdiff1d(np.arange(cache.done), photos)
        photos = self.rng.choice(photos, min(PHOTO_VIEWS, len(photos)), replace=False)
        others = self.rng.choice(others, min(OTHER_VIEWS, len(others)), replace=False)
        self.rows = np.sort(np.concatenate([photos, others]))
        self.features = student_features(self.net, cache.views[self.rows])
        pooled = teacher_heads.pooled(cache, teacher_cache.load_teacher(self.where.teachers))
        with torch.inference_mode():
            parts = [
                heads.image(torch.from_numpy(pooled[rows]).float())
                for rows in np.array_split(self.rows, 100)
            ]
        self.wanted_vectors = torch.cat(parts)

    def _read_dev(self) -> None:
        dev = teacher_cache.TeacherCache(self.where.cache / "dev")
        self.dev_features = student_features(self.net, dev.views[np.argsort(dev.origin[:, 1])])
        captions = text_vectors.captions(self.where, "dev").captions
        self.dev_texts = [text for five in captions for text in five]

    def run(self) -> None:
        """Tune until the time is up and write the state that is best on dev."""
        best = self._look("before")
        seconds, looked, step = 0.0, 0.0, 0
        while seconds < self.budget:
            began = time.time()
            share = seconds / self.budget
            for group in self.optimiser.param_groups:
                falling = 0.5 * (1 + math.cos(math.pi * share))
                group["lr"] = group["peak"] * min(share / WARM_UP, falling)
            loss = self._step()
            step += 1
            seconds += time.time() - began
            if seconds - looked > SECONDS_BETWEEN_LOOKS or seconds >= self.budget:
                looked = seconds
                best = max(best, self._look(f"{seconds / 60:.1f} min, loss {loss:.3f}", best))

    def _step(self) -> float:
        batch = self.rng.choice(len(self.rows), BATCH, replace=False)
        rows = self.rows[batch]
        chosen = self.pairs.choices[rows, self.rng.integers(pairs.CHOICES, size=BATCH)]
        ids, mask, wanted = self.corpus.draw()
        features = self.features[batch].float().to(self.device)
        vectors = self._vectors(functional.dropout(features, FEATURE_DROPOUT))
        found = self._texts(*text_net.pad([self.ids[k] for k in chosen]))
        kept = self._texts(ids, mask)
        group = torch.from_numpy(self.pairs.group[rows]).to(self.device)
        loss = contrast.info_nce(vectors, found, group=group, scale=self.log_scale.exp())
        loss = loss + TEACHER_WEIGHT * (
            self._miss(vectors, self.wanted_vectors[batch])
            + self._miss(found, self.wanted_texts[chosen])
            + self._miss(kept, wanted)
        )
        loss.backward()
        nn.utils.clip_grad_norm_(self.text.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return loss.item()

    def _vectors(self, features: torch.Tensor) -> torch.Tensor:
        return functional.normalize(self.head(features), dim=1)

    def _texts(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        with torch.autocast(self.device.type, torch.bfloat16):
            return self.text(ids.to(self.device), mask.to(self.device))

    def _miss(self, found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        return 1 - (found * wanted.to(self.device)).sum(1).mean()

    @torch.inference_mode()
    def _look(self, when: str, best: float = -1.0) -> float:
        self.text.eval()
        rates = contrast.hit_rates(
            self._vectors(self.dev_features.float().to(self.device)).cpu(),
            text_net.embed(self.text, self.corpus.tokenizer, self.dev_texts),
            per_picture=data.CAPTIONS_PER_PHOTO,
            ks=(1, 10),
        )
        self.text.train()
        shown = ", ".join(f"{name} {rate:.1f}" for name, rate in rates.items())
        log.info("tuning, %s: dev %s", when, shown)
        score = min(rates["t2i R@10"], rates["i2t R@10"])
        if score > best:
            net = copy.deepcopy(self.net)
            net.head.load_state_dict(self.head.state_dict())
            state = {"image": net.state_dict(), "text": self.text.state_dict(), "dev": rates}
            torch.save(state, self.where.work / CHECKPOINT)
        return score


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = data.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="time to tune for")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    Tuning(data.places(chosen), minutes=chosen.minutes, seed=chosen.seed).run()
