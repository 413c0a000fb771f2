"""What adding files reports: each file's outcome as it is safe on disk, and the sum of it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

MOST_PROBLEMS = 1_000  # that a Summary lists; all are counted


class Outcome(StrEnum):
    """What became of a file."""

    ADDED = "added"  # new, read and encoded
    UPDATED = "updated"  # its content or the model had changed: read and encoded again
    MOVED = "moved"  # known content at a new place, gone from the old one
    COPIED = "copied"  # known content at a second place
    UNCHANGED = "unchanged"
    REMOVED = "removed"  # gone from disk, forgotten
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file or folder could not be indexed, in one line."""

    path: Path
    error: str


@dataclass(frozen=True, slots=True)
class Progress:
    """One file is dealt with, and what became of it is committed to disk.

    Attributes:
        found: files seen so far; the walk goes on while files are read, so this grows.
        done: files dealt with so far, this one included.
    """

    path: Path
    outcome: Outcome
    found: int
    done: int


Report: TypeAlias = Callable[[Progress], None]
"""Told of each file."""

Building: TypeAlias = Callable[[int, int], None]
"""Told, while a graph of the vectors is made, how many it has and how many it will have."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What one call of `add` did: numbers of files, and the problems met.

    `problems` holds the first MOST_PROBLEMS, files that failed earlier and have not changed since
    included; `failed` counts them all. `partials` are files that were indexed but for a part that
    could not be read, each with what that is; they are counted as added or updated.
    """

    added: int = 0
    updated: int = 0
    moved: int = 0
    copied: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: int = 0
    problems: tuple[Problem, ...] = ()
    partials: tuple[Problem, ...] = ()
    seconds: float = 0.0


@dataclass(slots=True)
class Tally:
    """Counts outcomes as they happen."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    partials: list[Problem] = field(default_factory=list)

    def fail(self, problem: Problem) -> None:
        """Count one failure and keep what it was."""
        self.counts[Outcome.FAILED] += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    def summary(self, *, seconds: float) -> Summary:
        """Return the counts so far."""
        counts = {str(outcome): self.counts[outcome] for outcome in Outcome}
        return Summary(
            **counts,
            problems=tuple(self.problems),
            partials=tuple(self.partials[:MOST_PROBLEMS]),
            seconds=seconds,
        )
