"""Opening what a user names: regular files only, and never a wait."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

from ..errors import CrossmodalError, InputError, TooLarge, UnreadableMedia

FilePath: TypeAlias = str | os.PathLike[str]
Source: TypeAlias = FilePath | bytes
"""A file's path, or a file's bytes."""

# A pipe that somebody puts in a file's place between the check and the opening cannot block us.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def shown(source: Source) -> str:
    """Return how messages name `source`: one line, whatever its name is."""
    return "the given bytes" if isinstance(source, bytes) else repr(os.fspath(source))


def open_source(source: Source) -> BinaryIO:
    """Return a stream over `source`, at its beginning. It is not buffered.

    Raises:
        UnreadableMedia: there is no such file, it is not a regular file, or it may not be read.
    """
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        _require_regular(Path(source).stat().st_mode)
        descriptor = os.open(source, _FLAGS)
        try:
            _require_regular(os.fstat(descriptor).st_mode)
            return os.fdopen(descriptor, "rb", buffering=0)
        except BaseException:
            os.close(descriptor)
            raise
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        if isinstance(error, CrossmodalError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableMedia(f"It cannot be opened: {reason}", cure="Check the path.") from error


def read_whole(stream: BinaryIO, *, head: bytes, max_bytes: int) -> bytes:
    """Return `head`, already read from `stream`, and all that follows it.

    Raises:
        TooLarge: there are more than `max_bytes`.
    """
    parts, left = [head], max_bytes + 1 - len(head)
    while left > 0 and (part := stream.read(min(left, 1 << 24))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise TooLarge(f"It has more than {max_bytes:,} bytes", cure="Raise max_bytes to read it.")
    return b"".join(parts)


@contextmanager
def naming(source: Source) -> Iterator[None]:
    """Put the name of `source` before the message of any input error raised within."""
    try:
        yield
    except InputError as error:
        named = type(error)(f"{shown(source)}: {error.problem}", cure=error.cure)
        raise named from error.__cause__


@contextmanager
def unreadable(problem: str, *, cure: str) -> Iterator[None]:
    """Turn whatever a foreign decoder raises within into `UnreadableMedia`.

    Decoders raise some twenty kinds of exception on broken bytes, most of them not documented.
    """
    try:
        yield
    except CrossmodalError:
        raise
    except Exception as error:
        raise UnreadableMedia(problem, cure=cure) from error


def _require_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something special")
        raise UnreadableMedia(f"It is {kind}, not a file", cure="Name a regular file.")
