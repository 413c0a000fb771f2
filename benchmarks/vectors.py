"""Vectors to search among: of real captions by pocket-text, or drawn where there is no data folder.

The data folder is CROSSMODAL_DATA, or ../shared/data. Encoding takes minutes, so its result is
kept in runs/. More vectors than there are texts are made of real ones: a + (b - c) / 2 of three,
which keeps to the directions in which real ones differ.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from crossmodal.media import Text
from crossmodal.modality import TEXT
from crossmodal.workbench import Workbench

DATA = Path(os.environ.get("CROSSMODAL_DATA", "../shared/data"))
CACHE = Path("runs/benchmarks")
DIM = 384
QUERIES = 500
K = 10
MOST_TEXTS = 100_000
BATCH = 32
DRAWN = 32_000  # vectors that are drawn at a time
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Data:
    """What is searched, for what, and what is to be found.

    Attributes:
        source: where the vectors come from, in words.
        vectors: (N, DIM), of unit length.
        texts: the QUERIES queries in words, and `queries`: (QUERIES, DIM), in vectors.
        truth: (QUERIES, K), the rows of the true K nearest.
    """

    source: str
    vectors: Matrix
    texts: list[str]
    queries: Matrix
    truth: NDArray[np.int64]


def data(size: int) -> Data:
    """Return `size` vectors, queries that are not among them, and the truth."""
    if DATA.is_dir():
        source, vectors, texts, queries = of_captions(size)
    else:
        source, vectors, texts, queries = drawn(size)
    truth = np.stack([nearest(vectors, query) for query in queries])
    return Data(source, vectors, texts, queries, truth)


def nearest(vectors: Matrix, query: Matrix) -> NDArray[np.int64]:
    """Return the rows of the K vectors nearest to `query`, the nearest first."""
    scores = vectors @ query
    best = np.argpartition(-scores, K)[:K]
    return best[np.argsort(-scores[best])]


def of_captions(size: int) -> tuple[str, Matrix, list[str], Matrix]:
    texts, values = encoded()
    asked, queries = texts[:QUERIES], values[:QUERIES]
    base = values[QUERIES:]
    if size <= len(base):
        return "texts by pocket-text", base[:size], asked, queries
    random = np.random.default_rng(0)
    vectors = np.empty((size, DIM), np.float32)
    vectors[: len(base)] = base
    for start in range(len(base), size, DRAWN):
        rows = vectors[start : start + DRAWN]
        one, plus, minus = random.integers(0, len(base), (3, len(rows)))
        rows[:] = unit(base[one] + (base[plus] - base[minus]) / 2)
    return "texts by pocket-text, and sums of them", vectors, asked, queries


def encoded() -> tuple[list[str], Matrix]:
    """Return up to MOST_TEXTS + QUERIES different texts in random order, and their vectors."""
    encoder = Workbench().encoder(TEXT)
    texts = sentences()
    place = CACHE / f"{encoder.card.id}-{len(texts)}.npy"
    if not place.exists():
        print(f"encoding {len(texts):,} texts, once", flush=True)
        pieces = [encoder.prepare(Text(text)) for text in texts]
        order = sorted(range(len(texts)), key=lambda row: len(pieces[row]))
        values = np.empty((len(texts), DIM), np.float16)
        for start in range(0, len(texts), BATCH):
            rows = order[start : start + BATCH]
            values[rows] = encoder.encode_prepared([pieces[row] for row in rows]).values
        place.parent.mkdir(parents=True, exist_ok=True)
        np.save(place, values)
    return texts, unit(np.load(place).astype(np.float32))


def sentences() -> list[str]:
    columns = (
        ("captions", "text"),
        ("multi30k", "en"),
        ("flickr8k", "captions"),
        ("wordnet_nouns", "names"),
    )
    texts: list[str] = []
    for name, column in columns:
        for value in pq.read_table(DATA / f"{name}.parquet", columns=[column])[column].to_pylist():
            texts += [value] if isinstance(value, str) else value
    texts = [text for text in dict.fromkeys(texts) if text.strip()]
    order = np.random.default_rng(0).permutation(len(texts))[: MOST_TEXTS + QUERIES]
    return [texts[row] for row in order]


def drawn(size: int) -> tuple[str, Matrix, list[str], Matrix]:
    """Draw from 500 clusters whose sizes follow a power law, as photos are taken."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(500, DIM)).astype(np.float32)
    weights = 1 / np.arange(1, 501)
    basis = random.normal(size=(60, DIM)).astype(np.float32)  # clusters are flat, as real ones are

    def sample(count: int) -> Matrix:
        cluster = random.choice(500, count, p=weights / weights.sum())
        inner = random.normal(size=(count, 60)).astype(np.float32) @ basis / 8
        noise = random.normal(size=(count, DIM)).astype(np.float32) / 3
        return unit(centres[cluster] + inner + noise)

    vectors = np.empty((size, DIM), np.float32)
    for start in range(0, size, DRAWN):
        vectors[start : start + DRAWN] = sample(min(DRAWN, size - start))
    texts = [f"query {row}" for row in range(QUERIES)]
    return "drawn at random", vectors, texts, sample(QUERIES)


def unit(values: Matrix) -> Matrix:
    return values / np.linalg.norm(values, axis=1, keepdims=True)
