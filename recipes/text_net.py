"""The pocket-text network: a small transformer over an own BPE vocabulary."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from torch import nn
from torch.nn import functional

DIM = 384  # of the pocket space
VOCABULARY = 14_000
MAX_TOKENS = 64
WIDTH = 256
LAYERS = 3
HEADS = 4
PADDING, UNKNOWN = "[PAD]", "[UNK]"


def train_tokenizer(texts: list[str]) -> Tokenizer:
    """Byte-level BPE on lower-cased, NFKC-normalised text; any string can be encoded."""
    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PADDING, UNKNOWN],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def encode(tokenizer: Tokenizer, texts: list[str]) -> list[np.ndarray]:
    """Token numbers of each text, at most 64; an empty text has one token."""
    unknown = tokenizer.token_to_id(UNKNOWN)
    return [
        np.array(found.ids or [unknown], dtype=np.int64) for found in tokenizer.encode_batch(texts)
    ]


def pad(ids: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token numbers and mask `(B, T) int64`, padded with 0 to the longest."""
    longest = max(len(row) for row in ids)
    padded = torch.zeros(len(ids), longest, dtype=torch.int64)
    mask = torch.zeros(len(ids), longest, dtype=torch.int64)
    for k, row in enumerate(ids):
        padded[k, : len(row)] = torch.from_numpy(row)
        mask[k, : len(row)] = 1
    return padded, mask


class Block(nn.Module):
    """Attention and a two-layer network, each behind a layer norm and beside a skip."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.into = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.layers = nn.Sequential(
            nn.LayerNorm(WIDTH),
            nn.Linear(WIDTH, 4 * WIDTH),
            nn.GELU(),
            nn.Linear(4 * WIDTH, WIDTH),
        )

    def forward(self, x: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        b, t, _ = x.shape
        query, key, value = (
            part.reshape(b, t, HEADS, WIDTH // HEADS).transpose(1, 2)  # (B, heads, T, 64)
            for part in self.into(self.norm(x)).split(WIDTH, dim=2)
        )
        scores = query @ key.transpose(2, 3) / (WIDTH // HEADS) ** 0.5 + hidden
        mixed = (scores.softmax(3) @ value).transpose(1, 2).reshape(b, t, WIDTH)
        x = x + self.out(mixed)
        return x + self.layers(x)


class TextNet(nn.Module):
    """Token numbers and mask `(B, T)` to unit vectors `(B, 384)` of the pocket space."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Parameter(torch.randn(MAX_TOKENS, WIDTH) * 0.02)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, DIM))
        nn.init.normal_(self.tokens.weight, std=0.05)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.from_tokens(self.tokens(ids), mask)

    def from_tokens(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """As `forward`, from token vectors `(B, T, 256)`."""
        present = mask.to(self.places.dtype)
        hidden = ((1 - present) * -1e4)[:, None, None, :]
        x = tokens + self.places[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x, hidden)
        kept = self.norm(x) * present[:, :, None]
        pooled = kept.sum(1) / present.sum(1, keepdim=True).clamp(min=1)
        return functional.normalize(self.head(pooled).float(), dim=1)


def embed(net: TextNet, tokenizer: Tokenizer, texts: list[str]) -> torch.Tensor:
    """Unit vectors `(N, 384)` of any number of texts."""
    ids = encode(tokenizer, texts)
    order = np.argsort([len(row) for row in ids], kind="stable")
    device = net.places.device
    vectors = torch.empty(len(texts), DIM)
    with torch.inference_mode():
        for start in range(0, len(texts), 512):
            rows = order[start : start + 512]
            padded, mask = pad([ids[k] for k in rows])
            vectors[rows] = net(padded.to(device), mask.to(device)).cpu()
    return vectors


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of a file written by `Tokenizer.save`."""
    return Tokenizer.from_file(str(path))
