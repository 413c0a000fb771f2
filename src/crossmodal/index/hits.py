"""From judged entries to hits: one for each file, in the fused order, each with its reason."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..modality import Modality
from .query import Query
from .ranking import fuse, probability
from .results import Hit
from .rows import Row

_VERBS = {
    Modality.TEXT: "means much the same as",
    Modality.IMAGE: "looks like",
    Modality.AUDIO: "sounds like",
    Modality.VIDEO: "looks like",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry with its cosine and log-odds (None and minus infinity without a vector)."""

    row: Row
    score: float | None
    odds: float


def hits(
    query: Query,
    asked: Sequence[str],
    judged: Iterable[Judged],
    full: Sequence[int],
    near: Sequence[int],
    *,
    k: int,
) -> tuple[Hit, ...]:
    """Return up to `k` hits, best first.

    Args:
        asked: the query's content words.
        judged: candidate entries; those of `full` and `near` are among them.
        full, near: entries that hold all of these words, or all but one; best first.
    """
    entries = {one.row.entry: one for one in judged}
    best: dict[int, Judged] = {}  # of each item, the entry with the best vector
    for one in entries.values():
        item = one.row.item
        if item not in best or one.odds > best[item].odds:
            best[item] = one
    in_full, in_near = _first_of_items(full, entries), _first_of_items(near, entries)
    items = list(best)
    order = fuse(
        np.array([best[item].odds for item in items], np.float64),
        _ranks(items, in_full),
        _ranks(items, in_near),
    )
    chosen = [items[place] for place in order[:k].tolist()]
    return tuple(
        _hit(in_full.get(item, best[item]), query, asked if item in in_full else ())
        for item in chosen
    )


def _first_of_items(found: Sequence[int], entries: dict[int, Judged]) -> dict[int, Judged]:
    """Return by item the first of its entries among `found`, in that order."""
    first: dict[int, Judged] = {}
    for entry in found:
        first.setdefault(entries[entry].row.item, entries[entry])
    return first


def _ranks(items: Sequence[int], ranked: Iterable[int]) -> NDArray[np.int64]:
    """Return (N,): for each of `items` its place in `ranked` from 1, or 0."""
    places = {item: place for place, item in enumerate(ranked, 1)}
    return np.array([places.get(item, 0) for item in items], np.int64)


def _hit(one: Judged, query: Query, asked: Sequence[str]) -> Hit:
    row = one.row
    chance = None if one.score is None else float(probability(np.array(one.odds)))
    likely = chance is not None and chance >= 0.5
    reasons = [f"words: {', '.join(asked)}"] if asked else []
    if likely:
        reasons.append(f"{_VERBS[row.modality]} {query}")
    elif not asked:
        reasons.append("nearest, but not likely a match" if one.score is not None else "some words")
    return Hit(
        path=Path(os.fsdecode(row.path)),
        modality=row.modality,
        score=one.score,
        probability=chance,
        start=row.start,
        end=row.end,
        because="; ".join(reasons),
        text=row.text,
        words=bool(asked),
        size=row.size,
        changed=datetime.fromtimestamp(row.mtime_ns / 1e9, UTC).astimezone(),
    )
