"""What the writer does to the rows: items with their entries, vectors and words, always together.

Every method here runs inside the caller's transaction, so that an item is there whole or not.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..modality import Modality
from ..space import Space
from .passages import Passage
from .words import name_words, spaced

Stored = np.dtype("<f2")  # how the numbers of a vector are kept


@dataclass(frozen=True, slots=True)
class Item:
    """One row of `items`: see schema.py."""

    id: int
    path: bytes
    modality: Modality | None
    size: int
    mtime_ns: int
    hash: bytes | None
    model: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class File:
    """What a file was when it was read."""

    path: bytes
    size: int
    mtime_ns: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found of an item: its passage (None for the whole) and its vector, or none."""

    passage: Passage | None = None
    vector: NDArray[np.float32] | None = None  # (dim,), unit length


_ITEM = "id, path, modality, size, mtime_ns, hash, model, problem"


class Store:
    """The rows of an index, through a connection that may write."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def space(self) -> Space | None:
        """Return the space of all vectors here; None before the first is known."""
        row = self._sql.execute("SELECT name, version, dim FROM space").fetchone()
        return Space(*row) if row else None

    def set_space(self, space: Space) -> None:
        """Say which space all vectors here live in; it never changes after."""
        self._sql.execute("INSERT INTO space VALUES (1, ?, ?, ?)", _columns(space))

    def model(self, name: str) -> int:
        """Return the number of the model `name` (name@version), known or new."""
        self._sql.execute("INSERT OR IGNORE INTO models (name) VALUES (?)", (name,))
        (number,) = self._sql.execute("SELECT id FROM models WHERE name = ?", (name,)).fetchone()
        return int(number)

    def at(self, path: bytes) -> Item | None:
        """Return the item of the file at `path`."""
        return next(self._items("path = ?", path), None)

    def with_hash(self, digest: bytes, *, limit: int) -> list[Item]:
        """Return up to `limit` readable items whose content has that hash."""
        return list(self._items("hash = ? AND problem IS NULL LIMIT ?", digest, limit))

    def below(self, folder: bytes, *, after: bytes = b"", limit: int) -> list[Item]:
        """Return up to `limit` items below `folder`, in order of path, past the path `after`."""
        low, high = path_range(folder)
        return list(
            self._items("path > ? AND path < ? ORDER BY path LIMIT ?", max(low, after), high, limit)
        )

    def put(
        self, file: File, *, modality: Modality | None, model: int | None, entries: Sequence[Entry]
    ) -> None:
        """Keep what was read of a file, in place of anything kept of it before."""
        item = self._put_item(file, modality, model, None)
        name = name_words(file.path)
        for entry in entries:
            number = self._put_entry(item, entry.passage, name)
            if entry.vector is not None and model is not None:
                self._put_vector(number, model, entry.vector.astype(Stored).tobytes())

    def put_problem(self, file: File, problem: str) -> None:
        """Remember why a file could not be read, so that it is not tried again unchanged."""
        self._put_item(file, None, None, problem)

    def touch(self, item: Item, file: File) -> None:
        """Note the new time of a file whose content is as it was."""
        self._sql.execute(
            "UPDATE items SET size = ?, mtime_ns = ? WHERE id = ?",
            (file.size, file.mtime_ns, item.id),
        )

    def move(self, item: Item, file: File) -> None:
        """Note that the content of `item` is now at `file`."""
        self._forget_path(file.path)
        rows = self._entry_rows(item.id)
        for number, text in rows:
            self._drop_words(number, name_words(item.path), text)
            self._add_words(number, name_words(file.path), text)
        self._sql.execute(
            "UPDATE items SET path = ?, size = ?, mtime_ns = ? WHERE id = ?",
            (file.path, file.size, file.mtime_ns, item.id),
        )

    def copy(self, item: Item, file: File) -> None:
        """Keep `file`, whose content is that of `item`."""
        new = self._put_item(file, item.modality, item.model, None)
        name = name_words(file.path)
        rows = self._sql.execute(
            'SELECT id, start, "end", text FROM entries WHERE item = ? ORDER BY id', (item.id,)
        ).fetchall()
        for old, start, end, text in rows:
            passage = None if text is None else Passage(int(start), int(end), text)
            number = self._put_entry(new, passage, name)
            self._sql.execute(
                "INSERT INTO vectors (entry, model, value) "
                "SELECT ?, model, value FROM vectors WHERE entry = ?",
                (number, old),
            )

    def forget(self, item: Item) -> None:
        """Drop an item with all that belongs to it."""
        for number, text in self._entry_rows(item.id):
            self._drop_words(number, name_words(item.path), text)
        self._sql.execute("DELETE FROM items WHERE id = ?", (item.id,))

    def _items(self, where: str, *values: object) -> Iterator[Item]:
        for row in self._sql.execute(f"SELECT {_ITEM} FROM items WHERE {where}", values):  # noqa: S608
            number, path, modality, *rest = row
            yield Item(number, path, Modality(modality) if modality else None, *rest)

    def _entry_rows(self, item: int) -> list[tuple[int, str | None]]:
        return self._sql.execute("SELECT id, text FROM entries WHERE item = ?", (item,)).fetchall()

    def _forget_path(self, path: bytes) -> None:
        before = self.at(path)
        if before is not None:
            self.forget(before)

    def _put_item(
        self, file: File, modality: Modality | None, model: int | None, problem: str | None
    ) -> int:
        self._forget_path(file.path)
        cursor = self._sql.execute(
            "INSERT INTO items (path, modality, size, mtime_ns, hash, model, problem) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (file.path, modality, file.size, file.mtime_ns, file.hash, model, problem),
        )
        return _number(cursor)

    def _put_entry(self, item: int, passage: Passage | None, name: str) -> int:
        values = (passage.start, passage.end, passage.text) if passage else (None, None, None)
        cursor = self._sql.execute(
            'INSERT INTO entries (item, start, "end", text) VALUES (?, ?, ?, ?)', (item, *values)
        )
        number = _number(cursor)
        self._add_words(number, name, values[2])
        return number

    def _put_vector(self, entry: int, model: int, value: bytes) -> None:
        self._sql.execute(
            "INSERT INTO vectors (entry, model, value) VALUES (?, ?, ?)", (entry, model, value)
        )

    def _add_words(self, entry: int, name: str, text: str | None) -> None:
        self._sql.execute(
            "INSERT INTO words (rowid, name, text) VALUES (?, ?, ?)",
            (entry, name, spaced(text or "")),
        )

    def _drop_words(self, entry: int, name: str, text: str | None) -> None:
        """Take an entry's words out; FTS5 keeps no copy and needs the very words that went in."""
        self._sql.execute(
            "INSERT INTO words (words, rowid, name, text) VALUES ('delete', ?, ?, ?)",
            (entry, name, spaced(text or "")),
        )


def path_range(folder: bytes) -> tuple[bytes, bytes]:
    """Return (low, high) such that low < path < high holds for the paths below `folder`."""
    separator = os.fsencode(os.sep)
    low = folder.rstrip(separator) + separator
    return low, low[:-1] + bytes([low[-1] + 1])


def _columns(space: Space) -> tuple[str, str, int]:
    return space.name, space.version, space.dim


def _number(cursor: sqlite3.Cursor) -> int:
    return int(cursor.lastrowid or 0)
