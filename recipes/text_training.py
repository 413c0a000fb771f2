"""Training of the text student: a small transformer learns the teacher's vectors of short texts.

The teacher's vector of a text is MiniLM's, moved by the text head into the pocket space. The
learning rate follows the clock; run again to go on after a stop.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass

import numpy as np
import torch

from recipes import contrast, data, minilm, teacher_heads, text_corpus, text_net, text_vectors

BATCH = 256
LEARNING_RATE = 1.5e-3
WARM_UP = 0.05
WEIGHT_DECAY = 0.01
RELATION_SCALE = 20.0
RELATION_WEIGHT = 0.3
MINUTES_BETWEEN_LOOKS = 3
CHECKPOINT = "pocket-text.pt"
TOKENIZER = "pocket-text.tokenizer.json"

log = logging.getLogger(__name__)


@dataclass
class Progress:
    """How far training is."""

    seconds: float = 0.0
    steps: int = 0
    texts: int = 0


class Lessons:
    """Batches of texts of like length, with the teacher's vectors."""

    def __init__(self, where: data.Places, heads: teacher_heads.Heads, *, seed: int) -> None:
        texts, vectors = text_vectors.corpus(where)
        path = where.export / TOKENIZER
        if not path.exists():
            text_net.train_tokenizer(texts.texts).save(str(path))
        self.tokenizer = text_net.load_tokenizer(path)
        self.ids = text_net.encode(self.tokenizer, texts.texts)
        self.meaning = texts.meaning
        self.targets = heads.texts(vectors)
        self.rng = np.random.default_rng(seed)
        self.waiting: list[np.ndarray] = []

    def draw(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Token numbers and mask `(B, T)` and the wanted unit vectors `(B, 384)`."""
        if not self.waiting:
            self.waiting = self._epoch()
        rows = self.waiting.pop()
        ids, mask = text_net.pad([self.ids[k] for k in rows])
        return ids, mask, self.targets[self.meaning[rows]]

    def _epoch(self) -> list[np.ndarray]:
        order = self.rng.permutation(len(self.ids))
        batches = []
        for pool in np.array_split(order, max(1, len(order) // (BATCH * 32))):
            pool = pool[np.argsort([len(self.ids[k]) for k in pool], kind="stable")]
            batches += np.array_split(pool, len(pool) // BATCH)
        self.rng.shuffle(batches)
        return batches


class Training:
    """The student, its optimiser and its progress."""

    def __init__(self, where: data.Places, *, minutes: float, seed: int) -> None:
        torch.manual_seed(seed)
        self.where, self.budget = where, 60 * minutes
        self.device = data.device()
        heads = teacher_heads.load(where.work)
        self.lessons = Lessons(where, heads, seed=seed)
        self.held_out = HeldOut(where, heads)
        self.net = text_net.TextNet().to(self.device)
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True
        )
        self.progress = Progress()
        self._resume(seed)

    def run(self) -> None:
        """Train until the time is up; look at held-out texts and save every few minutes."""
        looked = time.time()
        mean = 0.0
        while self.progress.seconds < self.budget:
            began = time.time()
            loss = self._step()
            mean = 0.98 * mean + 0.02 * loss if mean else loss
            self.progress.seconds += time.time() - began
            if self.progress.steps % 200 == 0:
                log.info("step %d: loss %.4f", self.progress.steps, mean)
            if time.time() - looked > 60 * MINUTES_BETWEEN_LOOKS:
                self._look()
                looked = time.time()
        self._look()

    def _step(self) -> float:
        share = min(1.0, self.progress.seconds / self.budget)
        for group in self.optimiser.param_groups:
            group["lr"] = LEARNING_RATE * _rate(share)
        ids, mask, wanted = self.lessons.draw()
        wanted = wanted.to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16):
            found = self.net(ids.to(self.device), mask.to(self.device))
        loss = 1 - (found * wanted).sum(1).mean()
        relation = contrast.relational(found, wanted, wanted, scale=RELATION_SCALE)
        (loss + RELATION_WEIGHT * relation).backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.progress.steps += 1
        self.progress.texts += len(ids)
        return loss.item()

    def _look(self) -> None:
        figures = self.held_out.figures(self.net, self.lessons.tokenizer)
        shown = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        minutes = self.progress.seconds / 60
        log.info("%.1f min, %d texts: held out %s", minutes, self.progress.texts, shown)
        state = {
            "net": self.net.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "progress": vars(self.progress),
            "held_out": figures,
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
        if "progress" not in state:  # as `warm_start` writes it
            log.info("going on from the shipped weights")
            return
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress = Progress(**state["progress"])
        self.lessons.rng = np.random.default_rng([seed, self.progress.steps])
        log.info("going on after %.1f minutes", self.progress.seconds / 60)


class HeldOut:
    """Texts that training never sees."""

    def __init__(self, where: data.Places, heads: teacher_heads.Heads) -> None:
        dev = text_vectors.captions(where, "dev")
        self.captions = [text for five in dev.captions for text in five]
        self.wanted = heads.texts(dev.vectors.reshape(-1, minilm.DIM))
        self.multi = text_corpus.held_out_multi30k(where.data)

    def figures(self, net: text_net.TextNet, tokenizer: text_net.Tokenizer) -> dict[str, float]:
        """Mean cosine with the teacher, and recall at 1 of a sentence's translation."""
        net.eval()
        found = text_net.embed(net, tokenizer, self.captions)
        figures = {"agreement": (found * self.wanted).sum(1).mean().item()}
        english = text_net.embed(net, tokenizer, self.multi["en"])
        for language in text_corpus.LANGUAGES:
            other = text_net.embed(net, tokenizer, self.multi[language])
            rates = contrast.hit_rates(english, other, per_picture=1, ks=(1,))
            figures[f"{language} to en R@1"] = rates["t2i R@1"]
            figures[f"en to {language} R@1"] = rates["i2t R@1"]
        net.train()
        return figures


def _rate(share: float) -> float:
    """Linear warm-up, then a cosine to zero."""
    if share < WARM_UP:
        return 0.02 + 0.98 * share / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (share - WARM_UP) / (1 - WARM_UP)))
