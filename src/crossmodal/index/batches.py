"""Batches: prepared files wait here until a network has enough of them to work on at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ..modality import Modality
from .networks import Networks, Row
from .reading import Ready
from .scan import Found
from .store import Entry


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file whose pieces went through the network, or the error that it met there."""

    found: Found
    ready: Ready
    entries: tuple[Entry, ...] = ()
    error: Exception | None = None


class Batches:
    """What waits for each modality's network."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._waiting: dict[Modality, list[tuple[Found, Ready]]] = {}

    def add(self, found: Found, ready: Ready) -> None:
        """Let one file wait for its network."""
        self._waiting.setdefault(ready.modality, []).append((found, ready))

    def due(self, *, everything: bool) -> list[Callable[[], list[Encoded]]]:
        """Return the encoding of each full batch, to be called in any thread.

        Args:
            everything: of those that are not full as well.
        """
        due = [
            modality
            for modality, files in self._waiting.items()
            if everything or _is_due(files, self._networks.size)
        ]
        return [partial(self._encode, modality, self._waiting.pop(modality)) for modality in due]

    def _encode(self, modality: Modality, files: list[tuple[Found, Ready]]) -> list[Encoded]:
        prepared = [piece for _, ready in files for _, piece in ready.pieces if piece is not None]
        rows = iter(self._networks.rows(modality, prepared) if prepared else ())
        maker = self._networks.name(modality) if prepared else ""
        return [
            _encoded(
                found,
                ready,
                [None if piece is None else next(rows) for _, piece in ready.pieces],
                maker,
            )
            for found, ready in files
        ]


def _is_due(files: Sequence[tuple[Found, Ready]], size: int) -> bool:
    """Return whether `files` fill a batch, or one of them has nothing to wait for."""
    pieces = sum(len(ready.pieces) for _, ready in files)
    return pieces >= size or any(ready.entries for _, ready in files)


def _encoded(
    found: Found, ready: Ready, rows: Sequence[Row | Exception | None], maker: str
) -> Encoded:
    for row in rows:
        if isinstance(row, Exception):
            return Encoded(found, ready, error=row)
    entries = tuple(
        Entry(passage.start, passage.end, passage.text, row, maker)
        if passage
        else Entry(vector=row, maker=maker)
        for (passage, _), row in zip(ready.pieces, rows, strict=True)
        if not isinstance(row, Exception)
    )
    return Encoded(found, ready, entries + ready.entries)
