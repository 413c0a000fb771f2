"""The pocket-answer network: what is asked, looked up in the cells of a picture.

The question's words are read by one transformer layer and pooled. Their summary, joined with the
question's and the picture's vectors, looks twice at the 36 cells of the picture's grid (stacked
attention, Yang et al. 2016) and names one of the known answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from crossmodal.translators.pocket_answer import LONGEST, question_words

DIM = 384  # of the pocket space
CELLS, CHANNELS = 36, 320  # of the picture's grid
WIDTH = 256
HEADS = 8
LOOKS = 2
MAX_WORDS = LONGEST
DROPOUT = 0.2
CELL_DROPOUT = 0.3
PADDING, UNKNOWN = "<pad>", "<unk>"


def encode(known: Sequence[str], questions: Sequence[str]) -> np.ndarray:
    """Word numbers `(N, MAX_WORDS) int64`, 0 behind the last one; 1 for unknown words."""
    numbers = {word: number for number, word in enumerate(known)}
    ids = np.zeros((len(questions), MAX_WORDS), np.int64)
    for row, question in enumerate(questions):
        found = [numbers.get(word, 1) for word in question_words(question)] or [1]
        ids[row, : len(found)] = found
    return ids


def attend(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, hidden: torch.Tensor | None
) -> torch.Tensor:
    """Multi-head attention of `query (B, Q, W)` over `(B, K, W)`; `hidden (B, 1, 1, K)`."""
    heads = [
        x.reshape(x.shape[0], x.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)
        for x in (query, keys, values)
    ]
    scores = heads[0] @ heads[1].transpose(2, 3) / (WIDTH // HEADS) ** 0.5
    scores = scores if hidden is None else scores + hidden
    return (scores.softmax(3) @ heads[2]).transpose(1, 2).reshape(query.shape)


class Layers(nn.Sequential):
    """A two-layer network behind a layer norm."""

    def __init__(self) -> None:
        super().__init__(
            nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(),
            nn.Dropout(DROPOUT), nn.Linear(2 * WIDTH, WIDTH), nn.Dropout(DROPOUT),
        )  # fmt: skip


class Reader(nn.Module):
    """A question's words to one summary `(B, W)`."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.table = nn.Embedding(count, WIDTH)
        self.places = nn.Parameter(torch.randn(MAX_WORDS, WIDTH) * 0.02)
        self.norm = nn.LayerNorm(WIDTH)
        self.into = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.layers = Layers()
        nn.init.normal_(self.table.weight, std=0.1)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        present = (ids > 0).float()
        hidden = ((1 - present) * -1e4)[:, None, None, :]
        x = self.table(ids) + self.places
        query, key, value = self.into(self.norm(x)).split(WIDTH, dim=2)
        x = x + self.out(attend(query, key, value, hidden))
        x = (x + self.layers(x)) * present[:, :, None]
        return x.sum(1) / present.sum(1, keepdim=True)


class Look(nn.Module):
    """One look at the picture's cells."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.ask = nn.Linear(WIDTH, WIDTH)
        self.cells = nn.Linear(WIDTH, 2 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.layers = Layers()

    def forward(self, x: torch.Tensor, grid: torch.Tensor) -> torch.Tensor:
        key, value = self.cells(grid).split(WIDTH, dim=2)
        seen = attend(self.ask(self.norm(x))[:, None], key, value, None)[:, 0]
        x = x + self.out(seen)
        return x + self.layers(x)


class AnswerNet(nn.Module):
    """Questions and pictures to the logits of the known answers, the first of which is "none"."""

    def __init__(self, *, known_words: int, answers: int) -> None:
        super().__init__()
        self.reader = Reader(known_words)
        self.of_text = nn.Linear(DIM, WIDTH)
        self.of_picture = nn.Linear(DIM, WIDTH)
        self.gate = nn.Linear(WIDTH, WIDTH)
        self.cells = nn.Linear(CHANNELS, WIDTH)
        self.cell_norm = nn.LayerNorm(WIDTH)
        self.cell_places = nn.Parameter(torch.randn(CELLS, WIDTH) * 0.02)
        self.looks = nn.ModuleList(Look() for _ in range(LOOKS))
        self.norm = nn.LayerNorm(WIDTH)
        self.dropout = nn.Dropout(DROPOUT)
        self.name = nn.Linear(WIDTH, answers)

    def forward(
        self, ids: torch.Tensor, text: torch.Tensor, vector: torch.Tensor, grid: torch.Tensor
    ) -> torch.Tensor:
        """Logits `(B, A)`.

        Args: question words `ids (B, MAX_WORDS)`, unit vectors `text` and `vector (B, 384)` of
        question and picture, and the picture's `grid (B, 36, 320)`.
        """
        cells = functional.dropout(grid, CELL_DROPOUT, self.training)
        cells = self.cell_norm(self.cells(cells)) + self.cell_places
        asked = self.reader(ids) + self.of_text(text * DIM**0.5)
        shown = self.of_picture(functional.dropout(vector * DIM**0.5, DROPOUT, self.training))
        x = asked + shown * torch.sigmoid(self.gate(asked))
        for look in self.looks:
            x = look(x, cells)
        return self.name(self.dropout(self.norm(x)))
