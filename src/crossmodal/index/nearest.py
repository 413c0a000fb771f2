"""The vectors of one model, ready to be searched: exactly while they are few, by graph above.

Nothing here has to know which vectors have died: their rows are gone, and the search drops them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from . import graph as graphs
from .graph import GraphRow, alive, blocks, graph_row, open_graph
from .graphfile import GraphFile
from .ranking import Groups
from .rows import values_of

STALE_SHARE = 0.25  # of the vectors in memory that may be dead before they are read anew
GRAPH_SHARE = (
    0.25  # of the vectors: who wants more is served faster, and exactly, by looking at all
)

Judge: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""From the cosines (N, V) of N entries with V vectors of a query to how good each is (N,)."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What one model's vectors are asked.

    Attributes:
        parts: (V, dim) float32, unit vectors of the query's parts.
        shares: (V,), how much the part of each counts of what to be near to; 0 for what is not
            wanted.
        judge: says how good cosines with the vectors are.
        groups: which vectors belong to one part.
    """

    parts: NDArray[np.float32]
    shares: NDArray[np.float64]
    judge: Judge
    groups: Groups

    def scores(self, cosines: NDArray[np.float32]) -> NDArray[np.floating]:
        """Return (N,): the mean cosine with what is wanted, of those (N, V) with the vectors."""
        mean: NDArray[np.floating] = cosines[:, 0]
        if len(self.shares) > 1:
            starts = self.groups.starts
            mean = np.maximum.reduceat(cosines, starts, axis=1) @ self.shares[starts]
        within: NDArray[np.floating] = np.minimum(np.maximum(mean, -1), 1)
        return within


class Nearest:
    """The vectors of one model, as of the last `refresh`."""

    def __init__(self, folder: Path, model: int, dim: int) -> None:
        self._folder, self._model, self._dim = folder, model, dim
        self._row: GraphRow | None = None
        self._graph: GraphFile | None = None
        self._streams = False  # too many for memory, and no graph that can be used
        self.alive = 0
        self._last: int
        self._numbers: NDArray[np.int64]  # (N,), ascending, all past the graph's newest
        self._values: NDArray[np.float32]  # (N, dim)
        self._clear(0)

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Take over what was committed since."""
        self.alive = alive(connection, self._model)
        row = graph_row(connection, self._model) if self.alive >= graphs.EXACT_LIMIT else None
        if row != self._row:
            self._row = row
            self._graph = open_graph(self._folder, row, self._dim) if row else None
            self._clear(row.newest if row and self._graph is not None else 0)
        self._streams = self._graph is None and self.alive >= graphs.EXACT_LIMIT
        if self._streams:
            self._clear(0)
            return
        self._read_on(connection)
        if len(self._numbers) > self._most():
            self._clear(row.newest if row and self._graph is not None else 0)
            self._read_on(connection)

    def _read_on(self, connection: sqlite3.Connection) -> None:
        """Read the vectors that are newer than those in memory."""
        new = list(blocks(connection, self._folder, self._model, self._dim, after=self._last))
        if new:
            self._numbers = np.concatenate([self._numbers, *(numbers for numbers, _ in new)])
            self._values = np.concatenate([self._values, *(values for _, values in new)])
            self._last = int(self._numbers[-1])

    def _most(self) -> float:
        """Return how many vectors in memory are so many that a good part of them must be dead."""
        if self._graph is None:
            return self.alive * (1 + STALE_SHARE) + graphs.TAIL_LEAST
        return 2 * max(graphs.TAIL_LEAST, graphs.TAIL_SHARE * self.alive)

    def best(
        self,
        connection: sqlite3.Connection,
        ask: Ask,
        count: int,
        *,
        among: NDArray[np.int64] | None,
    ) -> tuple[NDArray[np.int64], bool]:
        """Return the numbers of about the `count` best vectors, and whether there are no more.

        Args:
            among: the only ones to look at, ascending; None for all.
        """
        if among is not None:
            numbers, values = self._values_of(connection, among)
            return _top(numbers, values, ask, count), count >= len(numbers)
        many = self._graph is not None and count >= GRAPH_SHARE * self.alive
        if self._streams or many:
            return self._stream(connection, ask, count), count >= self.alive
        if self._graph is None:
            return _top(self._numbers, self._values, ask, count), count >= len(self._numbers)
        numbers, cosines = self._graph.near(ask.parts, ask.shares > 0, least=count)
        if len(self._numbers):
            numbers = np.concatenate([numbers, self._numbers])
            cosines = np.concatenate([cosines, self._values @ ask.parts.T])
        return _best(numbers, cosines, ask, count), count >= self.alive

    def _clear(self, start: int) -> None:
        self._last = start
        self._numbers = np.zeros(0, np.int64)
        self._values = np.zeros((0, self._dim), np.float32)

    def _values_of(
        self, connection: sqlite3.Connection, among: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        if self._graph is not None or self._streams:
            return values_of(connection, self._folder, among, dim=self._dim)
        here = np.isin(self._numbers, among)
        return self._numbers[here], self._values[here]

    def _stream(self, connection: sqlite3.Connection, ask: Ask, count: int) -> NDArray[np.int64]:
        """Compare every vector, a block at a time, in memory that does not grow with them."""
        numbers = np.zeros(0, np.int64)
        values = np.zeros((0, self._dim), np.float32)
        for more, block in blocks(connection, self._folder, self._model, self._dim, after=0):
            numbers = np.concatenate([numbers, more])
            values = np.concatenate([values, block])
            kept = np.isin(numbers, _top(numbers, values, ask, count))
            numbers, values = numbers[kept], values[kept]
        return numbers


def _top(
    numbers: NDArray[np.int64], values: NDArray[np.float32], ask: Ask, count: int
) -> NDArray[np.int64]:
    """Return the numbers of the `count` best of `values` (N, dim), in no order."""
    if count >= len(numbers):
        return numbers
    return _best(numbers, values @ ask.parts.T, ask, count)


def _best(
    numbers: NDArray[np.int64], cosines: NDArray[np.float32], ask: Ask, count: int
) -> NDArray[np.int64]:
    """Return the numbers of the `count` best by their `cosines` (N, P), in no order."""
    if count >= len(numbers):
        return numbers
    return numbers[np.argpartition(ask.judge(cosines), -count)[-count:]]
