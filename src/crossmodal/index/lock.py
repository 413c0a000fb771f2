"""One writer at a time: a lock that the operating system gives back when its holder dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import StoreLocked
from .database import LOCK, on_disk

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 20  # past the text, which other processes may so still read

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Be the only writer of the index in `folder` for as long as the block runs.

    The lock file stays behind; the lock itself goes with the process, even when it is killed.

    Raises:
        StoreLocked: another process, or another thread, is writing to it.
    """
    with on_disk(folder):
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            _lock(descriptor)
        except OSError:
            raise StoreLocked(
                f"{_holder(descriptor)} is writing to the index {folder}",
                cure="Wait until it is done; searching works meanwhile.",
            ) from None
        with suppress(OSError):  # the number only serves the message above; a full disk may refuse
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    number = os.read(descriptor, 20).decode("ascii", "replace").strip()
    return f"Process {number}" if number else "Another process"
