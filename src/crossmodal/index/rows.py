"""What a search reads: entries with their items and vectors, by number, by filter and by words.

What is put into the SQL here is text of this package; all that comes from outside is bound.
"""

# ruff: noqa: S608

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .filters import Filters
from .graph import unpack
from .words import expression as expression_of


class Row(NamedTuple):
    """An entry with what a hit shows of its item, and its vector: `value`, that `model` made."""

    entry: int
    start: float | None
    end: float | None
    text: str | None
    item: int
    path: bytes
    modality: str
    size: int
    mtime_ns: int
    model: int | None
    value: bytes | None


_ROW = (
    'e.id, e.start, e."end", e.text, i.id, i.path, i.modality, i.size, i.mtime_ns, v.model, v.value'
)


def allowed(
    connection: sqlite3.Connection, model: int, filters: Filters, *, limit: int
) -> NDArray[np.int64] | None:
    """Return the numbers, ascending, of the vectors that pass; None where more than `limit` do."""
    where, values = filters.where()
    rows = connection.execute(
        "SELECT v.id FROM items i CROSS JOIN entries e ON e.item = i.id "
        f"CROSS JOIN vectors v ON v.entry = e.id WHERE v.model = ? AND {where} LIMIT ?",
        (model, *values, limit + 1),
    ).fetchall()
    if len(rows) > limit:
        return None
    return np.sort(np.array([number for (number,) in rows], np.int64))


def of_vectors(
    connection: sqlite3.Connection,
    folder: Path,
    numbers: NDArray[np.int64],
    filters: Filters,
    *,
    dim: int,
) -> tuple[list[Row], NDArray[np.float32]]:
    """Return the entries of those vectors that are alive and pass, and their vectors (N, dim)."""
    where, bound = filters.where()
    rows = connection.execute(
        f"SELECT {_ROW} FROM json_each(?) j CROSS JOIN vectors v ON v.id = j.value "
        "CROSS JOIN entries e ON e.id = v.entry CROSS JOIN items i ON i.id = e.item "
        f"WHERE {where}",
        (json.dumps(numbers.tolist()), *bound),
    ).fetchall()
    found = list(map(Row._make, rows))
    return found, unpacked(found, folder, dim)


def unpacked(rows: Sequence[Row], folder: Path, dim: int) -> NDArray[np.float32]:
    """Return the vectors (N, dim) of `rows`, which all have one."""
    return unpack([row.value for row in rows if row.value is not None], folder, dim)


def values_of(
    connection: sqlite3.Connection, folder: Path, numbers: NDArray[np.int64], *, dim: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return those of the vectors that are alive: numbers (N,) and values (N, dim)."""
    rows = connection.execute(
        "SELECT v.id, v.value FROM json_each(?) j CROSS JOIN vectors v ON v.id = j.value",
        (json.dumps(numbers.tolist()),),
    ).fetchall()
    values = unpack([value for _, value in rows], folder, dim)
    return np.array([number for number, _ in rows], np.int64), values


def holds_word(connection: sqlite3.Connection, word: str) -> bool:
    """Return whether any entry holds `word`."""
    sql = "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1"
    return connection.execute(sql, (expression_of([word]),)).fetchone() is not None


def with_words(
    connection: sqlite3.Connection, expression: str, filters: Filters, *, limit: int
) -> list[int]:
    """Return the entries that the FTS5 `expression` finds and that pass, best first (BM25)."""
    if filters == Filters():
        sql = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?"
        return [entry for (entry,) in connection.execute(sql, (expression, limit))]
    where, values = filters.where()
    rows = connection.execute(
        "SELECT e.id FROM words CROSS JOIN entries e ON e.id = words.rowid "
        f"CROSS JOIN items i ON i.id = e.item WHERE words MATCH ? AND {where} "
        "ORDER BY bm25(words) LIMIT ?",
        (expression, *values, limit),
    ).fetchall()
    return [entry for (entry,) in rows]


def of_entries(connection: sqlite3.Connection, entries: Sequence[int]) -> list[Row]:
    """Return those entries, also such as have no vector."""
    rows = connection.execute(
        f"SELECT {_ROW} FROM json_each(?) j "
        "CROSS JOIN entries e ON e.id = j.value CROSS JOIN items i ON i.id = e.item "
        "LEFT JOIN vectors v ON v.entry = e.id",
        (json.dumps(list(entries)),),
    ).fetchall()
    return list(map(Row._make, rows))
