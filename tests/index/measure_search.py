"""Measure searching 100,000 vectors of 384 numbers: recall@10 against exact, and time, all in.

    PYTHONPATH=src python tests/index/measure_search.py FOLDER [--count N]

FOLDER keeps the index between runs. The vectors are clustered and uneven: 2,000 clusters whose
sizes fall as 1/rank, each as wide as it likes, with a spectrum that falls as 1/sqrt(rank). The
time is all that `Index.search` does but for the query's network: graph, rows, calibration, words.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossmodal.calibration import Calibration
from crossmodal.card import Edge, ModelCard
from crossmodal.contracts import Prepared
from crossmodal.encoders.base import BaseEncoder
from crossmodal.index import Index
from crossmodal.index.database import transaction
from crossmodal.index.graph import tend
from crossmodal.index.store import Entry, File, Store
from crossmodal.index.writing import writing
from crossmodal.media import Media, Text
from crossmodal.modality import IMAGE, TEXT, Modality
from crossmodal.settings import Settings
from crossmodal.space import Space

DIM, QUERIES, K = 384, 300, 10
SPACE = Space("measured", "1", DIM)
NOUNS = ["dog", "cat", "beach", "sea", "tree", "car", "street", "child", "boat", "snow", "hill"]
NOUNS += ["bridge", "train", "flower", "horse"]


def clustered(count: int, *, seed: int) -> NDArray[np.float32]:
    """Return (count, DIM) unit vectors of the mixture, the same mixture for every seed."""
    fixed, random = np.random.default_rng(0), np.random.default_rng(seed)
    centres = fixed.standard_normal((2000, DIM)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    widths = (0.3 + fixed.random(2000)) * 0.9
    share = 1 / np.arange(1, 2001)
    spectrum = np.arange(1, DIM + 1) ** -0.5
    spectrum /= np.linalg.norm(spectrum)
    which = random.choice(2000, count, p=share / share.sum())
    noise = random.standard_normal((count, DIM), np.float32) * spectrum.astype(np.float32)
    vectors = centres[which] + widths[which, None].astype(np.float32) * noise
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class Given(BaseEncoder):
    """An encoder of texts that name one of the given vectors where their language should be."""

    def __init__(self, modality: Modality, vectors: NDArray[np.float32]) -> None:
        curve = Calibration(20.0, -8.0)
        super().__init__(
            ModelCard(
                name=f"given-{modality}",
                version="1",
                edge=Edge.ENCODER,
                summary="",
                loader="",
                source=modality,
                space=SPACE,
                calibration={"image-text": curve},
            )
        )
        self._vectors = vectors

    def _prepare(self, medium: Media) -> Prepared:
        assert isinstance(medium, Text)
        return self._vectors[int(medium.language or 0)]

    def _run(self, batch: Sequence[Prepared]) -> NDArray[np.float32]:
        return np.stack(batch)


def fill(folder: Path, encoders: dict[Modality, Given], vectors: NDArray[np.float32]) -> None:
    """Write the rows and the graph that adding so many photos would write."""
    random = np.random.default_rng(3)
    with writing(folder) as connection:
        store = Store(connection)
        start = time.perf_counter()
        with transaction(connection, write=True):
            store.set_space(SPACE)
            model = store.model(encoders[IMAGE].card.id)
            for number, vector in enumerate(vectors):
                name = " ".join(random.choice(NOUNS, 2))
                path = f"/photos/{2000 + number % 25}/{name} {number}.jpg".encode()
                file = File(path, 10_000 + number, number, number.to_bytes(16, "big"))
                store.put(file, modality=IMAGE, model=model, entries=[Entry(vector=vector)])
        print(f"rows written in {time.perf_counter() - start:.1f} s")
        start = time.perf_counter()
        tend(connection, folder, encoders, threads=Settings().workers)
        print(f"graph built in {time.perf_counter() - start:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    options = parser.parse_args()
    vectors, asked = clustered(options.count, seed=1), clustered(QUERIES, seed=2)
    encoders = {IMAGE: Given(IMAGE, asked), TEXT: Given(TEXT, asked)}
    with Index(options.folder, encoders=encoders, settings=Settings()) as index:
        if not len(index):
            fill(options.folder, encoders, vectors)
        stored = vectors.astype(np.float16).astype(np.float32)
        truth = np.argsort(-(asked @ stored.T), axis=1)[:, :K]
        index.search("warm", k=K)
        for title, words, filters in (
            ("no word matches", "zzz", {}),
            ("about 800 word matches", "dog beach", {}),
            ("below one folder of 25", "zzz", {"under": "/photos/2003"}),
        ):
            seconds, work, recall = [], [], []
            for number in range(QUERIES):
                start, used = time.perf_counter(), time.process_time()
                hits = index.search(Text(words, language=str(number)), k=K, **filters)
                seconds.append(time.perf_counter() - start)
                work.append(time.process_time() - used)
                found = {int(hit.path.stem.split()[-1]) for hit in hits}
                recall.append(len(found & set(truth[number].tolist())) / K)
            p50, p95 = 1e3 * np.quantile(seconds, (0.5, 0.95))
            known = f", recall@{K} {np.mean(recall):.4f}" if words == "zzz" and not filters else ""
            print(
                f"{title}: p50 {p50:.2f} ms (processor {1e3 * np.median(work):.2f} ms), "
                f"p95 {p95:.2f} ms{known}"
            )


if __name__ == "__main__":
    main()
