"""The file of a graph: usearch's own bytes, then all that compares what it finds more closely.

    LEAD       zeros, after which usearch's short codes begin where a line of the cache does
    graph      as usearch writes it, over the short codes; its keys are positions below
    full       (count, dim) int8     the full codes of the vectors } each from where a line begins
    numbers    (count,) int64        their numbers, ascending      }
    axes       (dim, short) float32  } how vectors become codes, see codes.py
    steps      (dim,) float32        }
    footer     FOOTER: where the graph ends and `full` begins, the shape, the step of short codes,
               and MAGIC

It is mapped into memory, so that many readers share it and only what is touched is read: of a
search nearly half the time is waiting for memory, line by line.
"""

from __future__ import annotations

import mmap
import shutil
import struct
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from .codes import Codes

if TYPE_CHECKING:
    from usearch.index import Index as Links

CONNECTIVITY = 16  # links of each vector; twice as many at the bottom
EXPANSION_ADD = 256  # candidates while building
FOOTER = struct.Struct("<QQQIId8s")  # end, start, count, dim, short, short_step, MAGIC
MAGIC = b"CXMGRAF2"
LINE = 64  # bytes of the cache that are fetched together
LEAD = LINE - 8  # usearch writes the shape of the matrix of codes first, in 8 bytes
BLOCK = 8_192  # rows that are copied at a time

NARROW = 56  # vectors that are kept in view while searching, among NARROW_COUNT vectors,
NARROW_COUNT = 100_000
WIDENING = 0.6  # and more of them by this power of the number of vectors
COMPARED_SHARE = 2  # of those found, so many times what is asked for are compared by full codes,
COMPARED_LEAST = 24  # and never fewer than this


def width(count: int) -> int:
    """Return how many vectors to keep in view, to find 0.99 of the ten nearest among `count`.

    Measured by `python -m benchmarks.searching` at 100,000 and 1,000,000.
    """
    return int(NARROW * max(1.0, count / NARROW_COUNT) ** WIDENING)


class GraphFile:
    """A graph as it was written, mapped into memory.

    Raises:
        ValueError: the file is not whole.
        OSError, RuntimeError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as stream:
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        if len(self._map) < FOOTER.size:
            raise ValueError("it is too short")
        end, start, self.count, dim, short, step, magic = FOOTER.unpack(self._map[-FOOTER.size :])
        sizes = (_lines(self.count * dim), 8 * self.count, 4 * dim * short, 4 * dim)
        whole = LEAD <= end <= start and start + sum(sizes) + FOOTER.size == len(self._map)
        if magic != MAGIC or not whole:
            raise ValueError("it is not whole")
        places = np.cumsum([start, *sizes])
        self.full = self._array(np.int8, places[0], self.count * dim).reshape(-1, dim)
        self.numbers = self._array(np.int64, places[1], self.count)
        axes = self._array(np.float32, places[2], dim * short).reshape(dim, short)
        self.codes = Codes(axes, step, self._array(np.float32, places[3], dim))
        self.graph = memoryview(self._map)[LEAD:end]
        self._links = empty_links(short, width=width(self.count))
        self._links.view(self.graph)
        if len(self._links) != self.count:
            raise ValueError(f"it links {len(self._links)} vectors of {self.count}")

    def near(
        self, parts: NDArray[np.float32], wanted: NDArray[np.bool_], *, least: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return candidates near to the wanted parts, and about their cosines with all parts.

        Args:
            parts: (P, dim) unit vectors.
            wanted: (P,), at least one.
            least: so many of the nearest to each wanted part are to be among them.

        Returns:
            numbers (N,) of different vectors, and cosines (N, P).
        """
        count = min(max(COMPARED_SHARE * least, COMPARED_LEAST), self.count)
        shorts = self.codes.short(parts[wanted])
        keys = [self._links.search(one, count, threads=1).keys for one in shorts]
        places = keys[0] if len(keys) == 1 else np.unique(np.concatenate(keys))
        places = places.view(np.int64)
        return self.numbers[places], self.codes.cosines(self.full[places], parts)

    def _array(self, kind: type, start: int, count: int) -> NDArray:  # type: ignore[type-arg]
        return np.frombuffer(self._map, kind, count, start)


class GraphWriter:
    """Writes the graph at `path`, vector by vector, in memory that only the links take.

    A context: where it ends well the file is whole, and nothing else is left beside it.

    Args:
        path: what is there already is replaced.
        codes: how vectors become bytes.
        threads: cores that may be used.
    """

    def __init__(self, path: Path, codes: Codes, threads: int) -> None:
        self._path = path
        self._side, self._bare = (
            path.with_name(f"{path.name}-{part}") for part in ("codes", "links")
        )
        self._codes, self._threads = codes, threads
        self._links = empty_links(codes.axes.shape[1])
        self._numbers: list[NDArray[np.int64]] = []
        self._full: BinaryIO
        self.count = 0

    def go_on_from(self, before: GraphFile) -> None:
        """Take over all vectors of the graph `before`, which has the same codes."""
        self._links.load(before.graph)
        self._numbers.append(np.array(before.numbers))
        for start in range(0, before.count, BLOCK):
            self._full.write(before.full[start : start + BLOCK].tobytes())
        self.count = before.count

    def add(self, numbers: NDArray[np.int64], values: NDArray[np.float32]) -> None:
        """Add vectors: numbers (N,), ascending and past all others, and values (N, dim)."""
        keys = np.arange(self.count, self.count + len(numbers), dtype=np.uint64)
        self._links.add(keys, self._codes.short(values), threads=self._threads)
        self._numbers.append(numbers)
        self._full.write(self._codes.full(values).tobytes())
        self.count += len(numbers)

    def __enter__(self) -> Self:
        self._full = self._side.open("w+b")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with self._full:
                if kind is None:
                    self._finish()
        finally:
            self._side.unlink(missing_ok=True)
            self._bare.unlink(missing_ok=True)

    def _finish(self) -> None:
        self._links.save(str(self._bare))
        dim, short = self._codes.axes.shape
        with self._path.open("wb") as whole, self._bare.open("rb") as bare:
            whole.seek(LEAD)
            shutil.copyfileobj(bare, whole)
            end, start = whole.tell(), whole.seek(_lines(whole.tell()))
            self._full.seek(0)
            shutil.copyfileobj(self._full, whole)
            whole.seek(_lines(whole.tell()))
            whole.write(np.concatenate(self._numbers).tobytes())
            whole.write(self._codes.axes.tobytes())
            whole.write(self._codes.steps.tobytes())
            shape = (end, start, self.count, dim, short, self._codes.short_step)
            whole.write(FOOTER.pack(*shape, MAGIC))


def _lines(size: int) -> int:
    """Return `size` bytes in whole lines of the cache."""
    return size + -size % LINE


def empty_links(short: int, *, width: int = NARROW) -> Links:
    """Return a graph of no vectors, over short codes of `short` numbers."""
    from usearch.index import Index as Links  # few indexes are so large that they need it

    return Links(
        ndim=short,
        metric="ip",
        dtype="i8",
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD,
        expansion_search=width,
    )
