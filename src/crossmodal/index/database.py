"""Opening, making and speaking to the SQLite file, with its errors in the words of errors.py."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ..errors import StoreDamaged, StoreError, StoreFull, StoreLocked, StoreMismatch
from .schema import APPLICATION, TABLES, VERSION

FILE = "index.sqlite3"
LOCK = "lock"
NEW = "new-" + FILE  # being made; renamed to FILE once it is whole
GRAPH_SUFFIX = ".usearch"

REBUILD = "To read all its files anew: crossmodal index --rebuild"
BUSY_SECONDS = 10.0  # how long a statement waits for another process's commit
CACHE_KIB = 65_536

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_index(folder: Path) -> bool:
    """Return whether `folder` holds an index, whole or not."""
    return (folder / FILE).exists()


def check_folder(folder: Path) -> None:
    """Refuse to make an index where something else lives.

    Raises:
        StoreError: `folder` is a file, or holds files that are not an index's.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise StoreError(f"{folder} is not a folder", cure="Name a folder for the index.")
    names = [entry.name for entry in folder.iterdir()]
    strange = any(not (name == LOCK or name.startswith(NEW)) for name in names)
    if strange and not is_index(folder):  # asked last: another process may be making it just now
        raise StoreError(
            f"{folder} holds other files, and no index",
            cure="Name an empty folder, or one that does not exist yet.",
        )


def create(folder: Path) -> None:
    """Make an empty index in `folder` if there is none; the caller holds the writer's lock.

    It appears whole or not at all: it is made under another name, then renamed.
    """
    target, new = folder / FILE, folder / NEW
    if target.exists():
        return
    with on_disk(folder), translated(folder):
        for leftover in folder.glob(NEW + "*"):
            leftover.unlink()
        with closing(sqlite3.connect(new, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        new.replace(target)
        sync_folder(folder)


def connect(folder: Path, *, write: bool, old: bool = False) -> sqlite3.Connection:
    """Open the index in `folder`, to read or to write; with `old`, also one of an older version.

    The connection may pass between threads, one at a time. Without write access to the folder
    the file is read as it is, which asks that no other process writes to it meanwhile.

    Raises:
        StoreDamaged: the file is empty, cut short, or no database.
        StoreMismatch: another version of Crossmodal made it.
    """
    path = folder / FILE
    with on_disk(folder), translated(folder):
        if path.stat().st_size == 0:
            raise damaged(folder, "the file is empty")
        frozen = not os.access(folder, os.W_OK)
        address = path.absolute().as_uri() + ("?mode=ro&immutable=1" if frozen else "?mode=rw")
        connection = sqlite3.connect(
            address, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
        )
        try:
            _prepare(connection, folder, write=write, old=old)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, folder: Path, *, write: bool, old: bool) -> None:
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    if not write:
        connection.execute("PRAGMA query_only = ON")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise damaged(folder, f"{FILE} is not an index of Crossmodal")
    if version > VERSION or (version < VERSION and not old):
        raise StoreMismatch(
            f"The index {folder} has version {version}, this Crossmodal reads version {VERSION}",
            cure=REBUILD
            if version < VERSION
            else "Use the version of Crossmodal that made it, or index into a new folder.",
        )
    connection.execute("SELECT count(*) FROM models").fetchone()


@contextmanager
def transaction(connection: sqlite3.Connection, *, write: bool) -> Iterator[None]:
    """Run the block in one transaction: a snapshot to read, or all-or-nothing to write."""
    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turn errors of SQLite into the StoreError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translate(folder, error) from error


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Turn errors of the system into the StoreError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise full(folder) from error
        raise StoreError(
            f"The index {folder} cannot be used: {error}", cure="Check the folder and its rights."
        ) from error


def _translate(folder: Path, error: sqlite3.Error) -> StoreError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_SHORT_READ")):
        return damaged(folder, str(error))
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHM")):
        return full(folder)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreLocked(f"The index {folder} is busy", cure="Try again in a moment.")
    return StoreError(
        f"The index {folder} cannot be used: {error}",
        cure="Check that the folder exists and may be read and written.",
    )


def damaged(folder: Path, why: str) -> StoreDamaged:
    """Return the error for an index whose files cannot be read."""
    return StoreDamaged(
        f"The index {folder} is damaged: {why}",
        cure="Delete that folder and index again; your own files are not touched by this.",
    )


def full(folder: Path) -> StoreFull:
    """Return the error for a disk without space."""
    return StoreFull(
        f"No space is left for the index {folder}",
        cure="Free some space and index again; what was indexed so far is kept.",
    )


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` survive a power cut (a no-op where folders cannot be synced)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
