"""What the writer does to the rows: items with their entries, vectors and words, always together.

Every method here runs inside the caller's transaction, so that an item is there whole or not.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..modality import Modality
from ..space import Space
from .words import name_words, spaced

STORED = np.dtype("<i2")  # how the numbers of a vector are kept: as finely as float16 does,
ONE = 32_767  # with this for 1, and read in a sixth of the time


@dataclass(frozen=True, slots=True)
class Item:
    """One row of `items`: see schema.py."""

    id: int
    path: bytes
    modality: Modality | None
    size: int
    mtime_ns: int
    hash: bytes | None
    makers: frozenset[str]
    problem: str | None


@dataclass(frozen=True, slots=True)
class File:
    """What a file was when it was read.

    `streamed`: it is read in blocks, so that its size says nothing of the memory that it takes.
    """

    path: bytes
    size: int
    mtime_ns: int
    hash: bytes
    streamed: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found of an item.

    Attributes:
        start, end: characters of a text, seconds of a sound or film; None for the whole.
        text: the words there: a passage, or what is said.
        vector: (dim,), unit length; None where there is none.
        maker: name@version of the model that made it.
    """

    start: float | None = None
    end: float | None = None
    text: str | None = None
    vector: NDArray[np.float32] | None = None
    maker: str = ""


def packed(vector: NDArray[np.float32]) -> bytes:
    """Return a unit vector (dim,) as it is stored."""
    stored: NDArray[np.int16] = np.rint(vector.clip(-1, 1) * ONE).astype(STORED)
    return stored.tobytes()


_ITEM = "id, path, modality, size, mtime_ns, hash, makers, problem"


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

    def model(self, name: str, modality: Modality) -> int:
        """Return the number of the model `name` (name@version) for files of `modality`."""
        self._sql.execute(
            "INSERT OR IGNORE INTO models (name, modality) VALUES (?, ?)", (name, modality)
        )
        (number,) = self._sql.execute(
            "SELECT id FROM models WHERE name = ? AND modality = ?", (name, modality)
        ).fetchone()
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

    def after(self, path: bytes, *, limit: int) -> list[Item]:
        """Return up to `limit` items, in order of path, past `path`."""
        return list(self._items("path > ? ORDER BY path LIMIT ?", path, limit))

    def put(
        self,
        file: File,
        *,
        modality: Modality,
        makers: Iterable[str] = (),
        entries: Sequence[Entry],
        note: str = "",
    ) -> None:
        """Keep what was read of a file, in place of anything kept of it before.

        Args:
            makers: names of the models that looked at it, whether they made vectors or not.
            note: what of it could not be read.
        """
        item = self._put_item(file, modality, makers, note=note or None)
        name = name_words(file.path)
        numbers: dict[str, int] = {}
        for entry in entries:
            number = self._put_entry(item, entry.start, entry.end, entry.text, name)
            if entry.vector is not None:
                if entry.maker not in numbers:
                    numbers[entry.maker] = self.model(entry.maker, modality)
                model = numbers[entry.maker]
                self._put_vector(number, model, packed(entry.vector))

    def put_problem(self, file: File, problem: str) -> None:
        """Remember why a file could not be read, so that it is not tried again unchanged."""
        self._put_item(file, None, (), problem=problem)

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
        for number, start, text in rows:
            self._drop_words(number, name_words(item.path), start, text)
            self._add_words(number, name_words(file.path), start, text)
        self._sql.execute(
            "UPDATE items SET path = ?, size = ?, mtime_ns = ? WHERE id = ?",
            (file.path, file.size, file.mtime_ns, item.id),
        )

    def copy(self, item: Item, file: File) -> None:
        """Keep `file`, whose content is that of `item`."""
        (note,) = self._sql.execute("SELECT note FROM items WHERE id = ?", (item.id,)).fetchone()
        new = self._put_item(file, item.modality, item.makers, note=note)
        name = name_words(file.path)
        rows = self._sql.execute(
            'SELECT id, start, "end", text FROM entries WHERE item = ? ORDER BY id', (item.id,)
        ).fetchall()
        for old, start, end, text in rows:
            number = self._put_entry(new, start, end, text, name)
            self._sql.execute(
                "INSERT INTO vectors (entry, model, value) "
                "SELECT ?, model, value FROM vectors WHERE entry = ?",
                (number, old),
            )

    def forget(self, item: Item) -> None:
        """Drop an item with all that belongs to it."""
        for number, start, text in self._entry_rows(item.id):
            self._drop_words(number, name_words(item.path), start, text)
        self._sql.execute("DELETE FROM items WHERE id = ?", (item.id,))

    def _items(self, where: str, *values: object) -> Iterator[Item]:
        for row in self._sql.execute(f"SELECT {_ITEM} FROM items WHERE {where}", values):  # noqa: S608
            number, path, modality, size, mtime_ns, digest, makers, problem = row
            kind = Modality(modality) if modality else None
            names = frozenset(makers.split())
            yield Item(number, path, kind, size, mtime_ns, digest, names, problem)

    def _entry_rows(self, item: int) -> list[tuple[int, float | None, str | None]]:
        return self._sql.execute(
            "SELECT id, start, text FROM entries WHERE item = ?", (item,)
        ).fetchall()

    def _forget_path(self, path: bytes) -> None:
        before = self.at(path)
        if before is not None:
            self.forget(before)

    def _put_item(
        self,
        file: File,
        modality: Modality | None,
        makers: Iterable[str],
        *,
        problem: str | None = None,
        note: str | None = None,
    ) -> int:
        self._forget_path(file.path)
        names = " ".join(sorted(makers))
        cursor = self._sql.execute(
            "INSERT INTO items (path, modality, size, mtime_ns, hash, makers, problem, note) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (file.path, modality, file.size, file.mtime_ns, file.hash, names, problem, note),
        )
        return _number(cursor)

    def _put_entry(
        self, item: int, start: float | None, end: float | None, text: str | None, name: str
    ) -> int:
        cursor = self._sql.execute(
            'INSERT INTO entries (item, start, "end", text) VALUES (?, ?, ?, ?)',
            (item, start, end, text),
        )
        number = _number(cursor)
        self._add_words(number, name, start, text)
        return number

    def _put_vector(self, entry: int, model: int, value: bytes) -> None:
        self._sql.execute(
            "INSERT INTO vectors (entry, model, value) VALUES (?, ?, ?)", (entry, model, value)
        )

    def _add_words(self, entry: int, name: str, start: float | None, text: str | None) -> None:
        if _has_words(start, text):
            self._sql.execute(
                "INSERT INTO words (rowid, name, text) VALUES (?, ?, ?)",
                (entry, name, spaced(text or "")),
            )

    def _drop_words(self, entry: int, name: str, start: float | None, text: str | None) -> None:
        """Take an entry's words out; FTS5 keeps no copy and needs the very words that went in."""
        if _has_words(start, text):
            self._sql.execute(
                "INSERT INTO words (words, rowid, name, text) VALUES ('delete', ?, ?, ?)",
                (entry, name, spaced(text or "")),
            )


def _has_words(start: float | None, text: str | None) -> bool:
    """Return whether an entry is in the index of words: a stretch of time without text is not."""
    return start is None or text is not None


def path_range(folder: bytes) -> tuple[bytes, bytes]:
    """Return (low, high) such that low < path < high holds for the paths below `folder`."""
    separator = os.fsencode(os.sep)
    low = folder.rstrip(separator) + separator
    return low, low[:-1] + bytes([low[-1] + 1])


def _columns(space: Space) -> tuple[str, str, int]:
    return space.name, space.version, space.dim


def _number(cursor: sqlite3.Cursor) -> int:
    return int(cursor.lastrowid or 0)
