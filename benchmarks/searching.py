"""Search among many vectors, everything included, beside exact numpy, faiss and LanceDB.

    python -m benchmarks.searching [--size 100000] [--size 1000000]

The vectors are drawn from clusters of unequal size, as photos are taken. What Crossmodal does in
the time of a query: encode (here: look the vector up), search, fetch the rows from SQLite,
calibrate, look for the words, fuse. faiss and numpy return row numbers only; LanceDB returns rows.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import lancedb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crossmodal.calibration import Calibration
from crossmodal.card import Edge, ModelCard
from crossmodal.contracts import Prepared
from crossmodal.encoders.base import BaseEncoder
from crossmodal.index import Index
from crossmodal.index.database import transaction
from crossmodal.index.graph import tend
from crossmodal.index.store import Entry, File, Store
from crossmodal.index.writing import make, writing
from crossmodal.media import Media
from crossmodal.modality import IMAGE, TEXT, Modality
from crossmodal.settings import Settings
from crossmodal.space import Space

from .timing import latencies, table

DIM = 384
QUERIES = 500
K = 10
SPACE = Space("bench", "1", DIM)
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Data:
    """Unit vectors (N, DIM), unit queries (QUERIES, DIM), and the true K nearest (QUERIES, K)."""

    vectors: Matrix
    queries: Matrix
    truth: NDArray[np.int64]


def draw(size: int, *, seed: int = 0) -> Data:
    """Draw vectors and queries from 500 clusters whose sizes follow a power law."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(500, DIM)).astype(np.float32)
    weights = 1 / np.arange(1, 501)
    basis = random.normal(size=(60, DIM)).astype(np.float32)  # clusters are flat, as real ones are

    def sample(count: int) -> Matrix:
        cluster = random.choice(500, count, p=weights / weights.sum())
        inner = random.normal(size=(count, 60)).astype(np.float32) @ basis / 8
        noise = random.normal(size=(count, DIM)).astype(np.float32) / 3
        values = centres[cluster] + inner + noise
        return values / np.linalg.norm(values, axis=1, keepdims=True)

    vectors, queries = sample(size), sample(QUERIES)
    truth = np.stack([nearest(vectors, query) for query in queries])
    return Data(vectors, queries, truth)


def nearest(vectors: Matrix, query: Matrix) -> NDArray[np.int64]:
    """Return the rows of the K vectors nearest to `query`, the nearest first."""
    scores = vectors @ query
    best = np.argpartition(-scores, K)[:K]
    return best[np.argsort(-scores[best])]


class Replay(BaseEncoder):
    """An encoder whose n-th text has the n-th query's vector."""

    def __init__(self, modality: Modality, queries: Matrix) -> None:
        curve = Calibration(scale=20.0, bias=-8.0)
        super().__init__(
            ModelCard(
                name=f"replay-{modality}", version="1", edge=Edge.ENCODER, summary="A replay.",
                loader="", source=modality, space=SPACE,
                calibration={"image-text": curve, "text-text": curve, "image-image": curve},
            )
        )  # fmt: skip
        self._queries = queries

    def _prepare(self, medium: Media) -> Prepared:
        return self._queries[int(str(medium))]

    def _run(self, batch: Sequence[Prepared]) -> Matrix:
        return np.stack(batch)


@dataclass(frozen=True)
class System:
    """A built peer: `search` takes a query's number and returns row numbers."""

    name: str
    search: Callable[[int], Sequence[int]]
    build_seconds: float
    bytes_on_disk: int


def crossmodal_system(data: Data, folder: Path) -> System:
    place = folder / "index.cm"
    start = time.perf_counter()
    encoder = Replay(IMAGE, data.queries)
    make(place)
    with writing(place) as connection:
        store = Store(connection)
        with transaction(connection, write=True):
            store.set_space(SPACE)
        for first in range(0, len(data.vectors), 10_000):
            with transaction(connection, write=True):
                for row in range(first, min(first + 10_000, len(data.vectors))):
                    digest = row.to_bytes(16, "little")
                    file = File(os.fsencode(f"/photos/{letters(row)}.jpg"), 1000, row, digest)
                    entry = Entry(vector=data.vectors[row], maker=encoder.card.id)
                    store.put(file, modality=IMAGE, entries=[entry])
        tend(connection, place, {IMAGE: encoder}, threads=os.cpu_count() or 1)
    seconds = time.perf_counter() - start
    encoders = {IMAGE: encoder, TEXT: Replay(TEXT, data.queries)}
    index = Index(place, encoders=encoders, settings=Settings())

    def search(query: int) -> list[int]:
        return [number(hit.path.stem) for hit in index.search(str(query), k=K).hits]

    return System("Crossmodal, all included", search, seconds, size_of(place))


def letters(row: int) -> str:
    """Return `row` with a letter for each digit: a name that no query's words find."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(row))


def number(name: str) -> int:
    """Return the row that `letters` made `name` of."""
    return int("".join(str(ord(letter) - ord("a")) for letter in name))


def numpy_system(data: Data, _folder: Path) -> System:
    def search(number: int) -> NDArray[np.int64]:
        return nearest(data.vectors, data.queries[number])

    return System("numpy, exact", search, 0.0, data.vectors.nbytes)


def faiss_system(data: Data, folder: Path) -> System:
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    start = time.perf_counter()
    graph = faiss.IndexHNSWSQ(DIM, faiss.ScalarQuantizer.QT_fp16, 24, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = 128
    graph.train(data.vectors[:1000])
    graph.add(data.vectors)
    seconds = time.perf_counter() - start
    faiss.write_index(graph, str(folder / "faiss"))
    graph.hnsw.efSearch = 400

    def search(number: int) -> NDArray[np.int64]:
        return graph.search(data.queries[number : number + 1], K)[1][0]

    return System("faiss HNSW (fp16)", search, seconds, size_of(folder / "faiss"))


def lancedb_system(data: Data, folder: Path) -> System:
    start = time.perf_counter()
    rows = pa.table(
        {
            "row": np.arange(len(data.vectors)),
            "path": [f"/photos/{row}.jpg" for row in range(len(data.vectors))],
            "vector": pa.FixedSizeListArray.from_arrays(data.vectors.reshape(-1), DIM),
        }
    )
    photos = lancedb.connect(folder / "lance").create_table("photos", rows)
    photos.create_index(metric="cosine", index_type="IVF_HNSW_SQ", num_partitions=1, m=24,
                        ef_construction=128)  # fmt: skip
    seconds = time.perf_counter() - start

    def search(number: int) -> list[int]:
        found = photos.search(data.queries[number]).metric("cosine").ef(400).refine_factor(4)
        return [row["row"] for row in found.select(["row", "path", "_distance"]).limit(K).to_list()]

    return System("LanceDB (IVF_HNSW_SQ, refined)", search, seconds, size_of(folder / "lance"))


def size_of(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def recall(system: System, data: Data) -> float:
    """Return the share of the true K nearest that `system` finds."""
    found = (len({*system.search(n)} & {*data.truth[n]}) for n in range(QUERIES))
    return sum(found) / (QUERIES * K)


BUILDERS = (crossmodal_system, numpy_system, faiss_system, lancedb_system)


def measure(size: int) -> None:
    data = draw(size)
    with tempfile.TemporaryDirectory() as name:
        systems = [build(data, Path(name)) for build in BUILDERS]
        recalls = [recall(system, data) for system in systems]
        times = [np.empty(0)] * len(systems)
        for part in range(5):  # interleaved, so that a busy moment hits all alike

            def call(number: int, part: int = part) -> int:
                return (number + 100 * part) % QUERIES

            for place, system in enumerate(systems):
                new = latencies(lambda n, s=system, c=call: s.search(c(n)), calls=100)  # type: ignore[misc]
                times[place] = np.concatenate([times[place], new])
    ours = 1000 / float(times[0].mean())
    rows = []
    for system, found, spent in zip(systems, recalls, times, strict=True):
        rate = 1000 / float(spent.mean())
        p50, p99 = np.percentile(spent, (50, 99))
        rows.append(
            (system.name, f"{found:.4f}", f"{rate:,.0f}", f"{ours / rate:.2g}x", f"{p50:.2f}",
             f"{p99:.2f}", f"{system.bytes_on_disk / 1e6:,.0f}", f"{system.build_seconds:,.0f}")
        )  # fmt: skip
    head = (
        "system",
        "recall@10",
        "queries/s",
        "Crossmodal is",
        "p50 ms",
        "p99 ms",
        "MB",
        "build s",
    )
    table(f"Search among {size:,} vectors of {DIM} numbers, k = {K}", head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, action="append", help="vectors; may be repeated")
    for size in parser.parse_args().size or [100_000]:
        measure(size)


if __name__ == "__main__":
    main()
