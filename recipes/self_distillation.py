"""Teach the picture network to say at one look what four looks agree on.

The mean of what the tuned network says of a view, its mirror image and both at a larger side finds
more than any one of these looks does. Here the network learns to say as much at once (Hinton et
al. 2015, with itself as the teacher), beside the contrast with captions. The text network stays as
it is, and so does the space. Views are cut anew, at the side that ships.

`python -m recipes.self_distillation` goes on from what `tuning` left, and writes what is exported.
"""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from recipes import (
    contrast,
    data,
    image_net,
    looks_cache,
    pairs,
    scribe_export,
    teacher_cache,
    text_corpus,
    text_net,
    tuning,
)

BATCH = 320  # pictures, each with one text
PHOTOS = 256  # of these: views of captioned photos
ABROAD_SHARE = 0.3  # of the texts: German, French or Czech
HEAD_RATE, TAIL_RATE, WARM_UP = 2e-4, 7.5e-5, 0.04
AGREED_WEIGHT = 4.0
AVERAGE = 0.99  # of the weights, a step
MINUTES_BETWEEN_LOOKS = 2.5
CHECKPOINT = "pocket-distilled.pt"

log = logging.getLogger(__name__)


class Lessons:
    """Views with a text and the vector to learn, all of them made beforehand."""

    def __init__(self, where: data.Places, net: image_net.ImageNet, text: nn.Module, seed: int):
        self.rng = np.random.default_rng(seed)
        self.cache = teacher_cache.TeacherCache(where.cache / "train")
        self.pairs = pairs.training_pairs(where.data, self.cache)
        tokenizer = text_net.load_tokenizer(where.export / "pocket-text.tokenizer.json")
        self.texts = text_net.embed(text, tokenizer, self.pairs.texts)
        photos = self.cache.of("flickr8k")
        self.others = np.setdiff1d(np.arange(self.cache.done), photos)
        self.other_vectors = _vectors(net, self.cache, self.others)
        self.row = np.empty(self.cache.origin[photos, 1].max() + 1, np.int64)  # one of each photo
        self.row[self.cache.origin[photos, 1]] = photos
        stamp = scribe_export.digest(where.work / tuning.CHECKPOINT)
        images = data.flickr8k(where.data, "train").images
        folder = where.cache / f"looks-{stamp[:12]}"
        looks_cache.build(folder, copy.deepcopy(net), images, self.cache.scale)
        self.looks = looks_cache.Looks(folder, self.cache.scale)

    def draw(self) -> tuple[Sequence[torch.Tensor], torch.Tensor, torch.Tensor, torch.Tensor]:
        """Middle maps, photos' and others', vectors to learn, text vectors, groups."""
        photos = self.rng.choice(len(self.row), PHOTOS, replace=False)
        rounds = self.rng.integers(len(self.looks.vectors), size=PHOTOS)
        beside = self.rng.choice(len(self.others), BATCH - PHOTOS, replace=False)
        rows = np.concatenate([self.row[photos], self.others[beside]])
        maps = (
            self.looks.maps(rounds, photos, self.rng.integers(2, size=PHOTOS)),
            self.cache.maps(self.others[beside]),
        )
        agreed = torch.from_numpy(self.looks.vectors[rounds, photos]).float()
        wanted = torch.cat([agreed, self.other_vectors[beside]])
        group = torch.from_numpy(self.pairs.group[rows])
        return maps, wanted, self.texts[self._texts(rows)], group

    def _texts(self, rows: np.ndarray) -> np.ndarray:
        choices, abroad = self.pairs.choices[rows], self.pairs.abroad[rows]
        places = np.arange(len(rows))
        return np.where(
            self.rng.random(len(rows)) < ABROAD_SHARE,
            abroad[places, self.rng.integers(abroad.shape[1], size=len(rows))],
            choices[places, self.rng.integers(choices.shape[1], size=len(rows))],
        )


@torch.no_grad()  # not inference_mode: what it gives is learned from
def _vectors(
    net: image_net.ImageNet, cache: teacher_cache.TeacherCache, rows: np.ndarray
) -> torch.Tensor:
    """What the network says of rows of the cache: `(N, 384)`."""
    found = []
    for start in range(0, len(rows), 256):
        with torch.autocast("cpu", torch.bfloat16):
            found.append(net.from_middle(cache.maps(rows[start : start + 256])).vector)
    return torch.cat(found)


class Dev:
    """The photos and captions to choose by."""

    def __init__(self, where: data.Places, net: image_net.ImageNet, text: nn.Module) -> None:
        dev = data.flickr8k(where.data, "dev")
        tokenizer = text_net.load_tokenizer(where.export / "pocket-text.tokenizer.json")
        captions = [text_corpus.clean(caption) for five in dev.captions for caption in five]
        self.maps = tuning.middle_maps(net, dev.images, side=image_net.SIDE)
        self.texts = text_net.embed(text, tokenizer, captions)

    @torch.inference_mode()
    def rates(self, net: image_net.ImageNet) -> dict[str, float]:
        """Recall at 1, 5 and 10, both ways."""
        net.eval()
        device = net.head.mean.device
        vectors = [
            net.from_middle(maps.float().to(device)).vector.cpu() for maps in self.maps.split(100)
        ]
        return contrast.hit_rates(
            torch.cat(vectors), self.texts, per_picture=data.CAPTIONS_PER_PHOTO, ks=(1, 5, 10)
        )


def load(where: data.Places) -> dict:
    """The weights of both networks, as they are exported."""
    return torch.load(where.work / CHECKPOINT, map_location="cpu", weights_only=True)


def run(where: data.Places, *, minutes: float, seed: int) -> None:
    """Learn until the time is up; the average of the weights that is best on dev is written."""
    torch.manual_seed(seed)
    tuned = where.work / tuning.CHECKPOINT
    state = torch.load(tuned, map_location="cpu", weights_only=True)
    net, text = image_net.ImageNet(where.teachers), text_net.TextNet().eval()
    net.load_state_dict(state["image"])
    text.load_state_dict(state["text"])
    net.eval().to(memory_format=torch.channels_last)
    lessons, dev = Lessons(where, net, text, seed), Dev(where, net, text)
    average, optimiser, log_scale = _prepared(net.to(data.device()))
    best, seconds, looked, step = 0.0, 0.0, 0.0, 0
    log.info("before: dev %s", dev.rates(net))
    while seconds < 60 * minutes:
        began, share = time.time(), seconds / (60 * minutes)
        for group in optimiser.param_groups:
            falling = 0.5 * (1 + math.cos(math.pi * share))
            group["lr"] = group["peak"] * min(share / WARM_UP, falling)
        _step(net, lessons, optimiser, log_scale)
        _follow(average, net, min(AVERAGE, (1 + step) / (10 + step)))
        step += 1
        seconds += time.time() - began
        if seconds - looked > 60 * MINUTES_BETWEEN_LOOKS or seconds >= 60 * minutes:
            looked, rates = seconds, dev.rates(average)
            log.info("%.1f min, %d views: dev %s", seconds / 60, step * BATCH, rates)
            if sum(rates.values()) > best:
                best = sum(rates.values())
                found = {"image": average.state_dict(), "text": state["text"], "dev": rates}
                tuning.save(found, where.work / CHECKPOINT)


def _prepared(
    net: image_net.ImageNet,
) -> tuple[image_net.ImageNet, torch.optim.Optimizer, nn.Parameter]:
    """The average of the weights to come, the optimiser, and the scale of the cosines."""
    tail = net.tail()
    for parameter in tail:
        parameter.requires_grad_(True)
    log_scale = nn.Parameter(torch.tensor(tuning.LOG_SCALE, device=net.head.mean.device))
    groups = [
        {"params": [*net.head.parameters(), log_scale], "peak": HEAD_RATE},
        {"params": tail, "peak": TAIL_RATE},
    ]
    return copy.deepcopy(net), torch.optim.AdamW(groups, weight_decay=0.05), log_scale


def _step(
    net: image_net.ImageNet,
    lessons: Lessons,
    optimiser: torch.optim.Optimizer,
    log_scale: nn.Parameter,
) -> None:
    maps, wanted, texts, group = lessons.draw()
    net.head.train()
    device = log_scale.device
    with torch.autocast(device.type, torch.bfloat16):
        vectors = torch.cat([net.from_middle(some.to(device)).vector for some in maps])
    loss = contrast.info_nce(
        vectors, texts.to(device), group=group.to(device), scale=log_scale.exp()
    )
    loss = loss + AGREED_WEIGHT * (1 - (vectors * wanted.to(device)).sum(1).mean())
    loss.backward()
    nn.utils.clip_grad_norm_(net.tail(), 1.0)
    optimiser.step()
    optimiser.zero_grad()


@torch.no_grad()
def _follow(average: image_net.ImageNet, net: image_net.ImageNet, keep: float) -> None:
    """Let the average take a step towards the weights."""
    for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
        if fast.requires_grad:
            slow.lerp_(fast, 1 - keep)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = data.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=12.0, help="time to learn for")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    run(data.places(chosen), minutes=chosen.minutes, seed=chosen.seed)
