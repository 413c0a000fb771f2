"""The pocket-scribe network: a small transformer that writes a sentence from one vector.

The vector becomes a few memory slots that every word attends to, beside the words before it. So
one graph serves the first word and all others, and a step needs no more than the last word and the
keys and values of those before.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

DIM = 384  # of the pocket space
WIDTH = 192
LAYERS = 3
HEADS = 4
SLOTS = 4  # what the vector becomes: so many memory slots a layer
MAX_WORDS = 28  # of a sentence, its end included
RAREST = 7  # a word that fewer texts have is left out of the vocabulary
DROPOUT = 0.1
END, UNKNOWN = "</s>", "<unk>"  # 0 starts and ends a sentence, 1 is never written
SPECIAL = (END, UNKNOWN)
WORD = re.compile(r"[a-z0-9]+(?:['’-][a-z0-9]+)*|,")


def words(text: str) -> list[str]:
    """Words in lower case, and commas that stand between words."""
    found = WORD.findall(text.lower().replace("’", "'").replace(" 's", "'s"))
    while found and found[-1] == ",":
        found.pop()
    return found


def vocabulary(texts: Sequence[str]) -> list[str]:
    """Every word that at least RAREST texts have, the special ones first."""
    counts = Counter(word for text in texts for word in set(words(text)))
    common = sorted(word for word, count in counts.items() if count >= RAREST)
    return [*SPECIAL, *common]


def save_vocabulary(known: Sequence[str], path: Path) -> None:
    """As the package reads it: a JSON list, the number of a word being its place."""
    path.write_text(json.dumps(list(known)) + "\n", "utf-8")


def encode(known: dict[str, int], texts: Sequence[str]) -> np.ndarray:
    """Word numbers `(N, MAX_WORDS) int16`: the words, the end, and -1 after it."""
    ids = np.full((len(texts), MAX_WORDS), -1, np.int16)
    for row, text in enumerate(texts):
        numbers = [known.get(word, 1) for word in words(text)][: MAX_WORDS - 1]
        ids[row, : len(numbers)] = numbers
        ids[row, len(numbers)] = 0
    return ids


class Block(nn.Module):
    """Attention over memory and words so far, and a two-layer network, each beside a skip."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.into = nn.Linear(WIDTH, 3 * WIDTH)
        self.recall = nn.Linear(WIDTH, 2 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.layers = nn.Sequential(
            nn.LayerNorm(WIDTH),
            nn.Linear(WIDTH, 4 * WIDTH),
            nn.GELU(),
            nn.Dropout(DROPOUT),
            nn.Linear(4 * WIDTH, WIDTH),
        )
        self.dropout = nn.Dropout(DROPOUT)

    def forward(
        self, x: torch.Tensor, memory: torch.Tensor, past: torch.Tensor, hidden: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Words `x (B, T, W)`, `memory (B, S, W)`, `past (B, 2, P, W)`; `hidden (T, S + P + T)`.

        Returns: as `x`, and the keys and values of these words `(B, 2, T, W)`.
        """
        query, key, value = self.into(self.norm(x)).split(WIDTH, dim=2)
        kept_key, kept_value = self.recall(memory).split(WIDTH, dim=2)
        keys = torch.cat([kept_key, past[:, 0], key], 1)  # (B, S + P + T, W)
        values = torch.cat([kept_value, past[:, 1], value], 1)
        scores = _heads(query) @ _heads(keys).transpose(2, 3) / (WIDTH // HEADS) ** 0.5 + hidden
        mixed = (scores.softmax(3) @ _heads(values)).transpose(1, 2).reshape(x.shape)
        x = x + self.dropout(self.out(mixed))
        return x + self.dropout(self.layers(x)), torch.stack([key, value], 1)


def _heads(x: torch.Tensor) -> torch.Tensor:
    """`(B, T, W)` as `(B, heads, T, W / heads)`."""
    return x.reshape(x.shape[0], x.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)


class ScribeNet(nn.Module):
    """Unit vectors `(B, 384)` and the words so far to the logits of the next word."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.table = nn.Embedding(count, WIDTH)
        self.places = nn.Embedding(MAX_WORDS, WIDTH)
        self.slots = nn.Linear(DIM, SLOTS * WIDTH)
        self.memory_norm = nn.LayerNorm(WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.bias = nn.Parameter(torch.zeros(count))
        self.dropout = nn.Dropout(DROPOUT)
        nn.init.normal_(self.table.weight, std=0.05)
        nn.init.normal_(self.places.weight, std=0.02)

    def memory(self, vector: torch.Tensor) -> torch.Tensor:
        """What the words attend to, `(B, S, W)`."""
        slots = self.slots(vector * DIM**0.5).reshape(vector.shape[0], SLOTS, WIDTH)
        return self.memory_norm(slots)

    def forward(self, vector: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        """Logits `(B, T, V)` of the words that follow `ids (B, T)`; a sentence starts with 0."""
        length = ids.shape[1]
        places = torch.arange(length, device=ids.device)
        later = torch.full((length, length), -1e4, device=ids.device).triu(1)
        hidden = functional.pad(later, (SLOTS, 0))
        nothing = vector.new_zeros(len(ids), 2, 0, WIDTH)
        x, memory = self.dropout(self.table(ids) + self.places(places)), self.memory(vector)
        for block in self.blocks:
            x, _ = block(x, memory, nothing, hidden)
        return self._logits(x)

    def step(
        self, vector: torch.Tensor, ids: torch.Tensor, place: torch.Tensor, past: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The next word after `ids (B, 1)`, which stand at `place (1,)`.

        Args: `past (B, layers, 2, P, W)`, keys and values of the words before.
        Returns: log probabilities `(B, V)`, keys and values of this word `(B, layers, 2, 1, W)`.
        """
        x, memory = self.table(ids) + self.places(place), self.memory(vector)
        seen = []
        for number, block in enumerate(self.blocks):
            x, now = block(x, memory, past[:, number], x.new_zeros(()))
            seen.append(now)
        return self._logits(x)[:, 0].log_softmax(1), torch.stack(seen, 1)

    def _logits(self, x: torch.Tensor) -> torch.Tensor:
        return functional.linear(self.norm(x), self.table.weight, self.bias)


class Stepping(nn.Module):
    """A ScribeNet whose `forward` is one step, as it is exported."""

    def __init__(self, net: ScribeNet) -> None:
        super().__init__()
        self.net = net

    def forward(
        self, vector: torch.Tensor, ids: torch.Tensor, place: torch.Tensor, past: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return self.net.step(vector, ids, place, past)
