"""Train pocket-answer: questions about photos, built from the captions of training photos.

`python -m recipes.pocket_answer` trains and exports. `--blind` trains the same network without
the pictures, for what the questions alone give away; it is measured and not exported.
"""

from __future__ import annotations

import copy
import json
import logging
import math
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from crossmodal.translators.pocket_answer import question_words
from recipes import (
    answer_net,
    data,
    picture_cache,
    pocket_scribe,
    question_builder,
    question_pairs,
    scribe_export,
)

BATCH = 192
RATE, WARM_UP = 1e-3, 0.05
SMOOTHING = 0.05
AVERAGE = 0.995  # of the weights, a step
SEEDS = (0, 1, 2)  # of the pairs: other wordings, other photos asked in vain
RAREST_ANSWER, RAREST_WORD = 5, 3
CLOSED_SHARE, ABSENT_SHARE = 0.25, 0.08  # of a batch: yes or no; nothing there to tell of
NONSENSE_SHARE = 0.02  # questions of random words, which have no answer
FORGOTTEN = 0.06  # share of a question's words that are taken for unknown
CHECKPOINT, BLIND = "pocket-answer.pt", "blind-answer.pt"

log = logging.getLogger(__name__)


class Lessons:
    """The pairs as arrays: words, text vectors, photos, and the answers that count as right."""

    def __init__(self, where: data.Places, *, seed: int, blind: bool) -> None:
        self.rng, self.blind = np.random.default_rng(seed), blind
        found = question_pairs.pairs(where.data, "train", seeds=SEEDS)
        counts = Counter(answer for pair in found for answer in pair.answers)
        common = sorted(
            a for a, n in counts.items() if n >= RAREST_ANSWER and a != question_builder.NONE
        )
        self.answers = [question_builder.NONE, *common]
        numbers = {answer: number for number, answer in enumerate(self.answers)}
        found = [pair for pair in found if any(answer in numbers for answer in pair.answers)]
        words = Counter(word for pair in found for word in set(question_words(pair.question)))
        common = sorted(word for word, count in words.items() if count >= RAREST_WORD)
        self.words = [answer_net.PADDING, answer_net.UNKNOWN, *common]
        questions = sorted({pair.question for pair in found})
        place = {question: row for row, question in enumerate(questions)}
        self.ids = answer_net.encode(self.words, questions)
        self.texts = pocket_scribe.text_vectors(where, questions, "questions")
        self.question = np.array([place[pair.question] for pair in found])
        self.photo = np.array([pair.photo for pair in found])
        self.right = [[numbers[a] for a in pair.answers if a in numbers] for pair in found]
        kinds = np.array([pair.kind for pair in found])
        closed, absent = kinds == "yes or no", kinds == question_builder.ABSENT
        self.groups = [np.flatnonzero(g) for g in (closed, absent, ~closed & ~absent)]
        seen = picture_cache.seen(where, "train")
        self.vectors, self.grids = np.array(seen.vectors), seen.grids
        log.info("%d pairs, %d answers, %d words", len(found), len(self.answers), len(self.words))

    def draw(self) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
        """Inputs of the network, and the number of a right answer."""
        counts = round(CLOSED_SHARE * BATCH), round(ABSENT_SHARE * BATCH)
        sizes = (*counts, BATCH - sum(counts))
        rows = np.concatenate(
            [self.rng.choice(g, size) for g, size in zip(self.groups, sizes, strict=True)]
        )
        asked = self.question[rows]
        ids, texts = self.ids[asked].copy(), self.texts[asked]
        ids[(self.rng.random(ids.shape) < FORGOTTEN) & (ids > 0)] = 1
        wanted = np.array([self._one(self.right[row]) for row in rows])
        mad = self.rng.random(BATCH) < NONSENSE_SHARE
        ids[mad] = np.where(ids[mad] > 0, self.rng.integers(1, len(self.words), ids[mad].shape), 0)
        texts[mad] = self.texts[self.rng.integers(len(self.texts), size=int(mad.sum()))]
        wanted[mad] = 0
        view = self.rng.integers(self.vectors.shape[1], size=BATCH)
        vectors, grids = self._shown(self.photo[rows], view)
        given = (torch.from_numpy(ids), torch.from_numpy(texts), vectors, grids)
        return given, torch.from_numpy(wanted)

    def _one(self, right: list[int]) -> int:
        """One of the answers that count, mostly the commonest."""
        return right[min(int(self.rng.geometric(0.6)) - 1, len(right) - 1)]

    def _shown(self, photos: np.ndarray, views: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        if self.blind:
            cells = (len(photos), answer_net.CELLS, answer_net.CHANNELS)
            return torch.zeros(len(photos), answer_net.DIM), torch.zeros(cells)
        grids = torch.from_numpy(self.grids[photos, views]).float()
        return torch.from_numpy(self.vectors[photos, views]), grids


def train(where: data.Places, *, minutes: float, seed: int, blind: bool) -> None:
    """Train until the time is up, and save the average of the weights."""
    torch.manual_seed(seed)
    lessons, device = Lessons(where, seed=seed, blind=blind), data.device()
    net = answer_net.AnswerNet(known_words=len(lessons.words), answers=len(lessons.answers))
    net.to(device)
    average, losses, steps, began = copy.deepcopy(net), [], 0, time.time()
    optimiser = torch.optim.AdamW(net.parameters(), weight_decay=0.05)
    while (done := (time.time() - began) / (60 * minutes)) < 1:
        falling = 0.5 * (1 + math.cos(math.pi * done))
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(done / WARM_UP, max(falling, 0.02))
        given, wanted = lessons.draw()
        with torch.autocast(device.type, torch.bfloat16):
            logits = net(*(part.to(device) for part in given)).float()
        loss = functional.cross_entropy(logits, wanted.to(device), label_smoothing=SMOOTHING)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        steps += 1
        losses.append(loss.item())
        keep = min(AVERAGE, (1 + steps) / (10 + steps))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
                slow.lerp_(fast, 1 - keep)
        if steps % 100 == 0:
            log.info("%.0f %%: %d steps, loss %.3f", 100 * done, steps, np.mean(losses[-100:]))
    state = {"net": average.state_dict(), "words": lessons.words, "answers": lessons.answers}
    torch.save(state, where.work / (BLIND if blind else CHECKPOINT))


def load(path: Path) -> tuple[answer_net.AnswerNet, list[str], list[str]]:
    """The network of a checkpoint, its words and its answers."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    net = answer_net.AnswerNet(known_words=len(state["words"]), answers=len(state["answers"]))
    net.load_state_dict(state["net"])
    return net.eval(), state["words"], state["answers"]


def export(checkpoint: Path, path: Path) -> None:
    """Write the ONNX file at `path`, and the words and answers beside it."""
    net, words, answers = load(checkpoint)
    ids = torch.ones(3, answer_net.MAX_WORDS, dtype=torch.int64)
    vectors, grid = (
        torch.randn(2, 3, answer_net.DIM),
        torch.randn(3, answer_net.CELLS, answer_net.CHANNELS),
    )
    batch = {0: scribe_export.DYNAMIC}
    scribe_export.to_onnx(
        net, (ids, vectors[0], vectors[1], grid), path,
        ("ids", "text", "vector", "grid"), ("logits",), (batch, batch, batch, batch),
    )  # fmt: skip
    known = json.dumps({"words": words, "answers": answers}) + "\n"
    path.with_suffix(".vocabulary.json").write_text(known, "utf-8")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = data.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=9.0, help="time to train for")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--blind", action="store_true", help="without pictures, to compare")
    chosen = parser.parse_args()
    places = data.places(chosen)
    train(places, minutes=chosen.minutes, seed=chosen.seed, blind=chosen.blind)
    name = "blind-answer" if chosen.blind else "pocket-answer"
    folder = places.work if chosen.blind else places.export
    export(places.work / (BLIND if chosen.blind else CHECKPOINT), folder / f"{name}.onnx")
