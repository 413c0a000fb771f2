"""The nearest-neighbour graph (HNSW, Malkov & Yashunin 2018): a file derived from the vectors.

Each row of `models` has its own, since the scores of different modalities are not comparable.
A graph holds the vectors up to some number; newer ones, the tail, are searched exactly beside it,
and vectors that have died since drop out when their rows are fetched. The writer extends a graph
when its tail has grown, and makes it anew when too many of its vectors are dead. A graph that is
missing or not what was written is not used: search is exact, and the next writer makes it anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..contracts import Encoder
from ..modality import Modality
from .codes import Codes
from .database import GRAPH_SUFFIX, damaged, sync_folder, transaction
from .graphfile import GraphFile, GraphWriter
from .progress import Building
from .store import ONE, STORED

log = logging.getLogger(__name__)

EXACT_LIMIT = 50_000  # vectors of a model; below, every vector is compared with the query
TAIL_LEAST = 5_000  # vectors newer than the graph that are worth extending it for,
TAIL_SHARE = 0.1  # or this share of all, whichever is more
DEAD_SHARE = 0.2  # of a graph's vectors: with more it is made anew

BLOCK = 8_192  # vectors that are read at a time
SAMPLE = 20_000  # at most, that codes are learned from


@dataclass(frozen=True, slots=True)
class GraphRow:
    """One row of `graphs`: see schema.py."""

    file: str
    newest: int
    count: int
    size: int
    mtime_ns: int
    digest: bytes


def graph_row(connection: sqlite3.Connection, model: int) -> GraphRow | None:
    """Return what is known of the graph of `model`."""
    row = connection.execute(
        "SELECT file, newest, count, size, mtime_ns, digest FROM graphs WHERE model = ?", (model,)
    ).fetchone()
    return GraphRow(*row) if row else None


def alive(connection: sqlite3.Connection, model: int) -> int:
    """Return how many vectors of `model` there are."""
    (count,) = connection.execute("SELECT alive FROM models WHERE id = ?", (model,)).fetchone()
    return int(count)


def blocks(
    connection: sqlite3.Connection, folder: Path, model: int, dim: int, *, after: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Yield the numbers (N,) and values (N, dim) of the vectors of `model` past number `after`."""
    while True:
        rows = connection.execute(
            "SELECT id, value FROM vectors WHERE model = ? AND id > ? ORDER BY id LIMIT ?",
            (model, after, BLOCK),
        ).fetchall()
        if not rows:
            return
        numbers = np.array([number for number, _ in rows], np.int64)
        yield numbers, unpack([value for _, value in rows], folder, dim)
        after = int(numbers[-1])


def unpack(values: list[bytes], folder: Path, dim: int) -> NDArray[np.float32]:
    """Return stored vectors as (N, dim), of unit length but for rounding.

    Raises:
        StoreDamaged: one of them has another length.
    """
    if {*map(len, values)} - {dim * STORED.itemsize}:
        raise damaged(folder, "a vector has a wrong length")
    vectors = np.frombuffer(b"".join(values), STORED).reshape(-1, dim).astype(np.float32)
    vectors *= 1 / ONE
    return vectors


def open_graph(folder: Path, row: GraphRow, dim: int) -> GraphFile | None:
    """Return the graph of `row`, mapped into memory; None where it is not what was written.

    A file that has its size and time is taken for whole; one that was copied is read through.
    """
    path = folder / row.file
    try:
        status = path.stat()
        if status.st_size != row.size:
            raise ValueError(f"it has {status.st_size} bytes, {row.size} were written")
        if status.st_mtime_ns != row.mtime_ns and _digest(path) != row.digest:
            raise ValueError("its bytes have changed")
        graph = GraphFile(path)
        if graph.full.shape[1] != dim:
            raise ValueError("it is of an older form")
    except (OSError, ValueError, RuntimeError) as error:
        log.warning("%s cannot be used, search is exact and slower: %s", path, error)
        return None
    return graph


def tend(
    connection: sqlite3.Connection,
    folder: Path,
    encoders: Mapping[Modality, Encoder],
    *,
    threads: int,
    building: Building | None = None,
) -> None:
    """Make the graphs of those models anew or extend them, where that is worth it.

    Args:
        building: told how many vectors of how many a graph has while it is made.
    """
    for encoder in encoders.values():
        rows = connection.execute(
            "SELECT id, alive FROM models WHERE name = ?", (encoder.card.id,)
        ).fetchall()
        for model, count in rows:
            if count >= EXACT_LIMIT:
                work = Work(connection, folder, model, count, encoder.space.dim, threads, building)
                _tend(work)


@dataclass(frozen=True, slots=True)
class Work:
    """What making the graph of `model`, which has `count` vectors, takes."""

    connection: sqlite3.Connection
    folder: Path
    model: int
    count: int
    dim: int
    threads: int
    building: Building | None


def _tend(work: Work) -> None:
    row = graph_row(work.connection, work.model)
    graph = open_graph(work.folder, row, work.dim) if row else None
    if row is None or graph is None:
        _write(work, None, after=0)
        return
    (tail,) = work.connection.execute(
        "SELECT count(*) FROM vectors WHERE model = ? AND id > ?", (work.model, row.newest)
    ).fetchone()
    if row.count - (work.count - tail) > DEAD_SHARE * row.count:
        _write(work, None, after=0)
    elif tail > max(TAIL_LEAST, TAIL_SHARE * work.count):
        _write(work, graph, after=row.newest)


def _write(work: Work, before: GraphFile | None, *, after: int) -> None:
    """Make the graph of all vectors: those past `after`, and those of the graph `before`.

    It is only an aid: where it cannot be written, the index goes on without it.
    """
    new = work.folder / f"new{GRAPH_SUFFIX}"
    name = _next_name(work.folder, work.model)
    try:
        with GraphWriter(new, before.codes if before else _learn(work), work.threads) as writer:
            newest = _fill(writer, work, before, after=after)
        with new.open("r+b") as stream:
            os.fsync(stream.fileno())
        new.replace(work.folder / name)
        sync_folder(work.folder)
    except (OSError, RuntimeError) as error:
        new.unlink(missing_ok=True)
        log.warning("%s could not be written, search is exact and slower: %s", new, error)
        return
    path = work.folder / name
    status, digest = path.stat(), _digest(path)
    previous = graph_row(work.connection, work.model)
    with transaction(work.connection, write=True):
        work.connection.execute(
            "INSERT OR REPLACE INTO graphs VALUES (?, ?, ?, ?, ?, ?, ?)",
            (work.model, name, newest, writer.count, status.st_size, status.st_mtime_ns, digest),
        )
    _drop_old(work.folder, work.model, keep={name, previous.file if previous else name})


def _fill(writer: GraphWriter, work: Work, before: GraphFile | None, *, after: int) -> int:
    """Put all vectors into the graph, and return the number of the newest."""
    if before is not None:
        writer.go_on_from(before)
    newest = after
    for numbers, values in blocks(work.connection, work.folder, work.model, work.dim, after=after):
        writer.add(numbers, values)
        newest = int(numbers[-1])
        if work.building is not None:
            work.building(writer.count, max(work.count, writer.count))
    return newest


def _learn(work: Work) -> Codes:
    """Return codes that suit the vectors, by a sample from all over them."""
    rows = work.connection.execute(
        "SELECT value FROM vectors WHERE model = ? AND id % ? = 0 LIMIT ?",
        (work.model, 1 + work.count // SAMPLE, SAMPLE),
    ).fetchall()
    return Codes.learn(unpack([value for (value,) in rows], work.folder, work.dim))


def _next_name(folder: Path, model: int) -> str:
    numbers = [int(path.stem.rpartition("-")[2]) for path in _files(folder, model)]
    return f"model{model}-{max(numbers, default=0) + 1}{GRAPH_SUFFIX}"


def _drop_old(folder: Path, model: int, *, keep: set[str]) -> None:
    """Delete graphs that no reader opens any more; the last but one may just be being opened."""
    for path in _files(folder, model):
        if path.name not in keep:
            try:
                path.unlink()
            except OSError as error:  # Windows keeps a mapped file; it goes the next time
                log.info("%s cannot be deleted yet: %s", path, error)


def _files(folder: Path, model: int) -> list[Path]:
    return [
        path
        for path in folder.glob(f"model{model}-*{GRAPH_SUFFIX}")
        if path.stem.rpartition("-")[2].isdigit()
    ]


def _digest(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).digest()
