"""Walking folders: every file that was named or lies below a named folder, one at a time."""

# ruff: noqa: PTH116 - paths are plain strings here: a Path a file costs more than the walk itself

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .progress import Problem

Identity = tuple[int, int]  # (st_dev, st_ino): the same for all paths to one folder


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file: its absolute path, bytes and nanoseconds since 1970."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Root:
    """What a user named: a file or a folder, as it was when the call began."""

    path: str
    is_folder: bool
    identity: Identity

    def still_there(self) -> bool:
        """Return whether the path still leads to the same file or folder."""
        try:
            status = os.stat(self.path)
        except OSError:
            return False
        return _identity(status) == self.identity


def absolute(path: str | os.PathLike[str]) -> str:
    """Return the absolute path that `path` means, links in it kept, with no ".." in it."""
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111


def roots(paths: Iterable[str | os.PathLike[str]]) -> list[Root]:
    """Return what `paths` name.

    Raises:
        InputError: one of them is not there, or cannot be reached.
    """
    return [_root(absolute(path)) for path in paths]


def _root(path: str) -> Root:
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path!r} cannot be indexed: {reason(error)}",
            cure="Check the path. What the index knows below it is kept; to forget it: "
            "Index.remove, or crossmodal index PATH --forget.",
        ) from error
    return Root(path, stat.S_ISDIR(status.st_mode), _identity(status))


def walk(named: Iterable[Root], *, skip: Path) -> Iterator[Found | Problem]:
    """Yield each file, and a Problem for each thing that is in the way.

    Hidden files and folders are left out unless they are named. Links are followed; each folder
    is visited once, by its real path where that lies below a named one. Memory grows with the
    number of folders, not of files.

    Args:
        named: where to start.
        skip: a folder that is left out (the index's own).
    """
    visited = {_identity(os.stat(skip))}
    linked: list[str] = []
    for root in named:
        if root.is_folder:
            yield from _walk_folder(root.path, visited, linked)
        else:
            yield from _look(root.path)
    while linked:
        path = linked.pop()
        if not _leads_into(path):
            yield from _walk_folder(path, visited, linked)
        else:
            yield Problem(Path(path), "The link leads to a folder that holds it.")


def _walk_folder(top: str, visited: set[Identity], linked: list[str]) -> Iterator[Found | Problem]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            identity = _identity(os.stat(folder))
            if identity in visited:
                continue
            visited.add(identity)
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_symlink() and _is_folder(entry.path):
                        linked.append(entry.path)
                    else:
                        yield from _look(entry.path)
        except OSError as error:
            yield Problem(Path(folder), f"The folder cannot be read: {reason(error)}.")


def _look(path: str) -> Iterator[Found | Problem]:
    try:
        status = os.stat(path)
    except OSError as error:
        broken = os.path.islink(path) and isinstance(error, FileNotFoundError)  # noqa: PTH114
        why = "The link leads nowhere" if broken else f"It cannot be read: {reason(error)}"
        yield Problem(Path(path), f"{why}.")
        return
    if stat.S_ISREG(status.st_mode):
        yield Found(path, status.st_size, status.st_mtime_ns)
    else:
        yield Problem(Path(path), "It is not a regular file.")


def is_gone(path: bytes) -> bool:
    """Return whether no regular file is at `path`; a path that cannot be reached is not gone."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


def reason(error: Exception) -> str:
    """Return in a few words why the system refused."""
    return getattr(error, "strerror", None) or str(error)


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except OSError:
        return False


def _leads_into(link: str) -> bool:
    """Return whether the folder that `link` leads to holds the link itself."""
    target = os.path.realpath(link)
    above = os.path.realpath(os.path.dirname(link))  # noqa: PTH120
    return os.path.commonpath([target, above]) == target


def _identity(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino
