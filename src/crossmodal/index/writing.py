"""Making an index and writing to it: who may, and how it begins and ends."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ..errors import StoreLocked
from .database import BUSY_SECONDS, check_folder, connect, create, is_index, on_disk, translated
from .lock import writer_lock


def make(folder: Path) -> None:
    """Make an empty index in `folder` unless there is one.

    Raises:
        StoreError: something else lives there, or the folder cannot be made.
    """
    check_folder(folder)
    with on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
    patience = time.monotonic() + BUSY_SECONDS
    while not is_index(folder):
        try:
            with writer_lock(folder):
                create(folder)
        except StoreLocked:  # another process is making it right now
            if time.monotonic() > patience:
                raise
            time.sleep(0.02)


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """Give the block a connection that writes, as the only writer.

    Raises:
        StoreLocked: another process, or another thread, is writing to it.
    """
    with writer_lock(folder), closing(connect(folder, write=True)) as connection:
        with translated(folder):
            yield connection
        with suppress(sqlite3.Error):  # readers may hold the log; it is emptied another time
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
