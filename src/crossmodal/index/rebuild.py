"""Rebuilding: all known files are read anew, for other models or a newer shape of the tables.

A new index grows in a folder inside the old one's, which goes on answering; an interrupted
rebuild goes on there. Once it is whole, its pages take the place of the old ones in a single
transaction. Its numbers begin past the old ones, so that what readers remember stays true.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ..contracts import Encoder
from ..errors import StoreDamaged, StoreError, StoreMismatch
from ..modality import Modality
from ..settings import Settings
from . import scan
from .database import GRAPH_SUFFIX, connect, is_index, on_disk, transaction, translated
from .index import FORGET, Index
from .lock import writer_lock
from .progress import MOST_PROBLEMS, Building, Problem, Report, Summary
from .senses import Listener, Reading
from .store import File, Item, Store

STAGING = "rebuilding"
GONE = "It was not there when the index was rebuilt. It is read once it is back"
_NUMBERED = ("models", "entries", "vectors")


def rebuild(
    folder: str | os.PathLike[str],
    *,
    encoders: Mapping[Modality, Encoder],
    settings: Settings,
    listener: Listener | None = None,
    progress: Report | None = None,
    building: Building | None = None,
    reading: Reading | None = None,
) -> Summary:
    """Read and encode all files that the index in `folder` knows anew.

    Files that are not there just now (a drive that is not plugged in) stay known, as failed.

    Args:
        encoders, settings, listener, progress, building, reading: as of `Index`.

    Raises:
        StoreError: there is no index, or its folder cannot be used.
        StoreLocked: another process is writing to it.
        StoreMismatch: a newer version of Crossmodal made it.
    """
    place, start = Path(scan.absolute(folder)), time.monotonic()
    if not is_index(place):
        raise StoreError(f"There is no index at {place}", cure="Make one: crossmodal index FOLDER")
    with writer_lock(place), translated(place), on_disk(place):
        known, numbers = _known(place)
        staging = place / STAGING
        with _staged(staging, numbers, encoders, settings, listener) as index:
            here = [path for path in known if not scan.is_gone(path)]
            summary = index.add(
                *map(os.fsdecode, here), progress=progress, building=building, reading=reading
            )
            away = known.keys() - set(here)
            _carry(index.folder, known.keys(), away)
        _swap(place, staging)
        shutil.rmtree(staging, ignore_errors=True)
    lost = [Problem(Path(os.fsdecode(path)), f"{GONE}.") for path in sorted(away)]
    return replace(
        summary,
        failed=summary.failed + len(lost),
        problems=(*summary.problems, *lost)[:MOST_PROBLEMS],
        seconds=time.monotonic() - start,
    )


def _known(place: Path) -> tuple[dict[bytes, None], dict[str, int]]:
    """Return the paths that the old index knows, and the highest numbers that it has used."""
    with closing(connect(place, write=False, old=True)) as connection:
        paths = {path: None for (path,) in connection.execute("SELECT path FROM items ORDER BY id")}
        used = dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
        (models,) = connection.execute("SELECT coalesce(max(id), 0) FROM models").fetchone()
    return paths, {name: max(used.get(name, 0), models) for name in _NUMBERED}


def _staged(
    staging: Path,
    numbers: Mapping[str, int],
    encoders: Mapping[Modality, Encoder],
    settings: Settings,
    listener: Listener | None,
) -> Index:
    """Open the new index: the one that an interrupted rebuild began, if it is still of use."""

    def opened() -> Index:
        return Index(staging, encoders=encoders, settings=settings, listener=listener)

    try:
        index = opened()
    except (StoreMismatch, StoreDamaged):  # begun with other models, or by another version
        shutil.rmtree(staging)
        index = opened()
    with closing(connect(staging, write=True)) as sql, transaction(sql, write=True):
        for name, number in numbers.items():
            _begin_past(sql, name, number)
    return index


def _begin_past(connection: sqlite3.Connection, table: str, number: int) -> None:
    """Have the next row of `table` numbered past `number`."""
    cursor = connection.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, table)
    )
    if not cursor.rowcount:
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, number))


def _carry(staging: Path, known: Collection[bytes], away: Collection[bytes]) -> None:
    """Make the new index know what the old one knows: no more, and what is away as failed."""
    with closing(connect(staging, write=True)) as connection:
        store = Store(connection)
        for items in _items(store):
            with transaction(connection, write=True):
                for item in items:
                    if item.path not in known:
                        store.forget(item)
        with transaction(connection, write=True):
            for path in away:
                store.put_problem(File(path, -1, -1, b""), f"{GONE}.")


def _items(store: Store) -> Iterator[list[Item]]:
    after = b""
    while items := store.after(after, limit=FORGET):
        yield items
        after = items[-1].path


def _swap(place: Path, staging: Path) -> None:
    """Put the new index's pages in place of the old ones, all at once."""
    with closing(connect(staging, write=True)) as new:
        moved = _move_graphs(new, place, staging)
        with closing(connect(place, write=True, old=True)) as old:
            new.backup(old)
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in place.glob(f"*{GRAPH_SUFFIX}"):
        if path.name not in moved:
            path.unlink(missing_ok=True)


def _move_graphs(new: sqlite3.Connection, place: Path, staging: Path) -> set[str]:
    """Move the new index's graphs to where they will be looked for; return their names."""
    names = {name for (name,) in new.execute("SELECT file FROM graphs")}
    for name in names:
        if (staging / name).exists():  # else a swap was interrupted after this
            (staging / name).replace(place / name)
    return names
