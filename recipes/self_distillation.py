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
import time
from collections.abc import Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

from recipes import (
    contrast,
    data,
    dev_photos,
    image_net,
    looks_cache,
    pairs,
    scribe_export,
    teacher_cache,
    text_net,
    tuning,
)

BATCH = 320  # pictures, each with one text
PHOTOS = 256  # of these: views of captioned photos
ABROAD_SHARE = 0.3  # of the texts: German, French or Czech
HEAD_RATE, TAIL_RATE = 2e-4, 7.5e-5
AGREED_WEIGHT = 4.0
CHECKPOINT = "pocket-distilled.pt"

log = logging.getLogger(__name__)


class Lessons:
    """Views with a text and the vector to learn, all of them made beforehand."""

    def __init__(
        self,
        where: data.Places,
        net: image_net.ImageNet,
        text: text_net.TextNet,
        tokenizer: Tokenizer,
        *,
        seed: int,
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.cache = teacher_cache.TeacherCache(where.cache / "train")
        self.pairs = pairs.training_pairs(where.data, self.cache)
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
        texts = self.pairs.draw(rows, self.rng, abroad=ABROAD_SHARE)
        return maps, wanted, self.texts[texts], group


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
    tokenizer = text_net.load_tokenizer(where.export / "pocket-text.tokenizer.json")
    dev = dev_photos.DevPhotos(where, net, tokenizer)
    log.info("one look: dev %s", dev_photos.shown(dev.rates(net, text)))
    four = looks_cache.looks_at_whole(copy.deepcopy(net), dev.images)
    log.info("four looks: dev %s", dev_photos.shown(dev.rates_of(four, text)))
    lessons = Lessons(where, net, text, tokenizer, seed=seed)
    average, optimiser, log_scale = _prepared(net.to(data.device()))
    best, seconds, looked, step = 0.0, 0.0, 0.0, 0
    while seconds < 60 * minutes:
        began = time.time()
        tuning.set_rates(optimiser, seconds / (60 * minutes))
        _step(net, lessons, optimiser, log_scale)
        tuning.follow(average, net, step)
        step += 1
        seconds += time.time() - began
        if seconds - looked > 60 * tuning.MINUTES_BETWEEN_LOOKS or seconds >= 60 * minutes:
            looked, rates = seconds, dev.rates(average, text)
            shown = dev_photos.shown(rates)
            log.info("%.1f min, %d views: dev %s", seconds / 60, step * BATCH, shown)
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


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = data.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=12.0, help="time to learn for")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    run(data.places(chosen), minutes=chosen.minutes, seed=chosen.seed)
