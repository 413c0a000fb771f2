"""Train pocket-scribe: a vector of the pocket space to a sentence.

First on text alone: a caption is written from its own vector, with noise on it, so that what is
learned of writing comes from far more sentences than there are photos with captions (Nukrai et al.
2022, "CapDec"). Then on the vectors of training photos and their captions, text still mixed in, so
that sounds and films, which no photo shows, can be written of too.

`python -m recipes.pocket_scribe` trains and exports; with `--text-minutes 0` it goes on from the
last checkpoint, with pictures alone.
"""

from __future__ import annotations

import copy
import json
import logging
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from recipes import caption_texts, data, measure, picture_cache, scribe_export, scribe_net

BATCH = 96
POOL = 16  # batches that are drawn together and sorted by length, so that little is padding
TEXTS_BESIDE = 0.25  # of a batch once pictures are shown
NOISE = 0.9  # length of the noise on a text's vector, on average
PICTURE_NOISE = 0.3
RATE, LATE_RATE = 1.5e-3, 1e-3
WARM_UP = 0.05
SMOOTHING = 0.1
AVERAGE = 0.995  # of the weights, a step
CHECKPOINT = "pocket-scribe.pt"

log = logging.getLogger(__name__)


def towers(where: data.Places) -> measure.TextModel:
    """The text tower as it ships."""
    return measure.TextModel(
        where.export / "pocket-text.onnx", where.export / "pocket-text.tokenizer.json"
    )


def text_vectors(where: data.Places, texts: list[str], name: str) -> np.ndarray:
    """Vectors `(N, 384) float32` of `texts`, kept on disk for the tower that made them."""
    text = towers(where)
    stamp = scribe_export.digest(text.path)
    path = where.cache / f"text-{name}-{len(texts)}-{stamp[:12]}.npy"
    if not path.exists():
        log.info("encoding %d texts", len(texts))
        np.save(path, text.embed(texts))
    return np.load(path)


class Lessons:
    """Vectors with the words that they stand for."""

    def __init__(self, where: data.Places, *, seed: int, known: list[str] | None = None) -> None:
        self.rng = np.random.default_rng(seed)
        self.texts = caption_texts.texts(where.data)
        self.known = known or scribe_net.vocabulary(self.texts)
        numbers = {word: number for number, word in enumerate(self.known)}
        self.text_ids = scribe_net.encode(numbers, self.texts)
        self.text_vectors = text_vectors(where, self.texts, "captions")
        self.numbers = numbers

    def show(self, where: data.Places) -> None:
        """Add the training photos."""
        photos = data.flickr8k(where.data, "train")
        five = caption_texts.photo_captions(photos)
        ids = scribe_net.encode(self.numbers, [text for texts in five for text in texts])
        self.photo_ids = ids.reshape(len(five), data.CAPTIONS_PER_PHOTO, -1)
        self.photo_vectors = np.array(picture_cache.seen(where, "train").vectors)

    def batches(self, *, pictures: bool) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Endless batches of vectors and words, each of sentences of about one length."""
        while True:
            vectors, ids = (self.mixed if pictures else self.text)(POOL * BATCH)
            order = (ids >= 0).sum(1).argsort()
            for rows in torch.randperm(POOL):
                chosen = order[BATCH * rows : BATCH * (rows + 1)]
                yield vectors[chosen], ids[chosen]

    def text(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """`vectors (B, 384)` with noise, `ids (B, T)`."""
        rows = self.rng.integers(len(self.texts), size=count)
        return self._noisy(self.text_vectors[rows], NOISE), torch.from_numpy(self.text_ids[rows])

    def mixed(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """As `text`, most of them photos with one of their captions."""
        beside = round(TEXTS_BESIDE * count)
        vectors, ids = self.text(beside)
        photos = self.rng.integers(len(self.photo_ids), size=count - beside)
        view = self.rng.integers(self.photo_vectors.shape[1], size=len(photos))
        one = self.rng.integers(data.CAPTIONS_PER_PHOTO, size=len(photos))
        shown = self._noisy(self.photo_vectors[photos, view], PICTURE_NOISE)
        told = torch.from_numpy(self.photo_ids[photos, one])
        return torch.cat([vectors, shown]), torch.cat([ids, told])

    def _noisy(self, vectors: np.ndarray, length: float) -> torch.Tensor:
        found = torch.from_numpy(np.asarray(vectors, np.float32))
        amount = length * 2 * torch.rand(len(found), 1)  # from none to twice the mean
        noise = torch.randn(found.shape) * amount / scribe_net.DIM**0.5
        return functional.normalize(found + noise, dim=1)


class Training:
    """The network, its average, its optimiser."""

    def __init__(self, where: data.Places, *, seed: int) -> None:
        torch.manual_seed(seed)
        self.where, self.device = where, data.device()
        self.lessons = Lessons(where, seed=seed)
        self.net = scribe_net.ScribeNet(len(self.lessons.known)).to(self.device)
        self.optimiser = torch.optim.AdamW(self.net.parameters(), weight_decay=0.02)
        self.average = copy.deepcopy(self.net)
        self.steps = 0

    def run(self, *, minutes: float, pictures: bool) -> None:
        """Train on text alone or with pictures, until the time is up, and save."""
        rate = LATE_RATE if pictures else RATE
        batches = self.lessons.batches(pictures=pictures)
        losses = []
        for done in _clock(60 * minutes):
            for group in self.optimiser.param_groups:
                falling = 0.5 * (1 + math.cos(math.pi * done))
                group["lr"] = rate * min(done / WARM_UP, max(falling, 0.02))
            losses.append(self.step(*next(batches)))
            if self.steps % 100 == 0:
                told = "pictures" if pictures else "text"
                mean = float(np.mean(losses[-100:]))
                log.info("%s, %.0f %%: %d steps, loss %.3f", told, 100 * done, self.steps, mean)
        self.save()

    def resume(self) -> None:
        """Go on from the last checkpoint."""
        net, _ = load(self.where.work / CHECKPOINT)
        self.net.load_state_dict(net.state_dict())
        self.average.load_state_dict(net.state_dict())
        self.steps = 1000  # the average starts where it was left

    def step(self, vectors: torch.Tensor, ids: torch.Tensor) -> float:
        """Learn to write `ids` from `vectors`."""
        ids = ids[:, : int((ids >= 0).sum(1).max())].long().to(self.device)
        told = functional.pad(ids.clamp(min=0)[:, :-1], (1, 0))  # starts with the end's number
        self.net.train()
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = self.net(vectors.to(self.device), told)
        wanted = ids.masked_fill(ids == scribe_net.SPECIAL.index(scribe_net.UNKNOWN), -1)
        loss = functional.cross_entropy(
            logits.flatten(0, 1).float(), wanted.flatten(), ignore_index=-1,
            label_smoothing=SMOOTHING,
        )  # fmt: skip
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.steps += 1
        keep = min(AVERAGE, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            pairs = zip(self.average.parameters(), self.net.parameters(), strict=True)
            for slow, fast in pairs:
                slow.lerp_(fast, 1 - keep)
        return loss.item()

    def save(self) -> None:
        """Write the average and the words that it knows."""
        state = {"net": self.average.state_dict(), "words": self.lessons.known}
        torch.save(state, self.where.work / CHECKPOINT)


def _clock(seconds: float) -> Iterator[float]:
    """Yield the share of `seconds` that has passed, until all has."""
    began = time.time()
    while (done := (time.time() - began) / seconds) < 1:
        yield done


def load(path: Path) -> tuple[scribe_net.ScribeNet, list[str]]:
    """The network of a checkpoint and its words."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    net = scribe_net.ScribeNet(len(state["words"]))
    net.load_state_dict(state["net"])
    return net.eval(), state["words"]


def export(where: data.Places) -> None:
    """Write `export/pocket-scribe.onnx` and `export/pocket-scribe.words.json`."""
    net, known = load(where.work / CHECKPOINT)
    scribe_export.export(net, where.export / "pocket-scribe.onnx")
    words = json.dumps(known) + "\n"
    (where.export / "pocket-scribe.words.json").write_text(words, "utf-8")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = data.parser(__doc__)
    parser.add_argument("--text-minutes", type=float, default=7.0, help="time for text alone")
    parser.add_argument("--picture-minutes", type=float, default=8.0, help="time with pictures")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    places = data.places(chosen)
    training = Training(places, seed=chosen.seed)
    if chosen.text_minutes > 0:
        training.run(minutes=chosen.text_minutes, pictures=False)
    else:
        training.resume()
    if chosen.picture_minutes > 0:
        training.lessons.show(places)
        training.run(minutes=chosen.picture_minutes, pictures=True)
    export(places)
