"""From judged entries to hits: one for each file, in the fused order, each with its reason."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..modality import Modality
from .query import Query
from .ranking import LIKELY, fuse, probability
from .results import Hit
from .rows import Row

_MODALITIES = {str(modality): modality for modality in Modality}
_VERBS = {
    Modality.TEXT: "means much the same as",
    Modality.IMAGE: "looks like",
    Modality.AUDIO: "sounds like",
    Modality.VIDEO: "looks like",
}


class Judged(NamedTuple):
    """An entry with its cosine and log-odds (None and minus infinity without a vector).

    `made` is the modality of the encoder that made its vector.
    """

    row: Row
    score: float | None
    odds: float
    made: Modality | None = None


def hits(
    query: Query,
    asked: Sequence[str],
    judged: Sequence[Judged],
    full: Sequence[int],
    near: Sequence[int],
    *,
    k: int,
    moments: bool = False,
) -> tuple[Hit, ...]:
    """Return up to `k` hits, best first: one a file, or with `moments` one a moment.

    Args:
        asked: the query's content words.
        judged: candidate entries; those of `full` and `near` are among them.
        full, near: entries that hold all of these words, or all but one; best first.
    """
    best: dict[int, Judged] = {}  # of each item (or entry), the entry with the best vector
    for one in judged:
        item = one.row.entry if moments else one.row.item
        before = best.get(item)
        if before is None or one.odds > before.odds:
            best[item] = one
    if full or near:
        shown = _with_words(best, asked, judged, full, near, moments=moments)
    else:
        shown = ((one, ()) for one in sorted(best.values(), key=attrgetter("odds"), reverse=True))
    chosen = _apart(shown) if moments else shown
    sought = str(query)
    return tuple([_hit(one, sought, words) for one, words in islice(chosen, k)])


def _with_words(
    best: dict[int, Judged],
    asked: Sequence[str],
    judged: Iterable[Judged],
    full: Sequence[int],
    near: Sequence[int],
    *,
    moments: bool,
) -> Iterable[tuple[Judged, Sequence[str]]]:
    """Return what to show of each item in `best`, in the fused order, and which words it holds."""
    entries = {one.row.entry: one for one in judged}
    in_full = _firsts(full, entries, moments=moments)
    in_near = _firsts(near, entries, moments=moments)
    items = list(best)
    order = fuse(
        np.array([one.odds for one in best.values()], np.float64),
        _ranks(items, in_full),
        _ranks(items, in_near),
    )
    for place in order.tolist():
        item = items[place]
        yield _shown(in_full.get(item), best[item]), asked if item in in_full else ()


def _firsts(
    found: Sequence[int], entries: dict[int, Judged], *, moments: bool
) -> dict[int, Judged]:
    """Return by item (or entry) the first of its entries among `found`, in that order."""
    first: dict[int, Judged] = {}
    for entry in found:
        first.setdefault(entry if moments else entries[entry].row.item, entries[entry])
    return first


def _shown(by_words: Judged | None, best: Judged) -> Judged:
    """Return what to show: what holds the words, but of a file found by its name the best part."""
    if by_words is None or (by_words.score is None and by_words.row.text is None):
        return best
    return by_words


def _apart(
    ranked: Iterable[tuple[Judged, Sequence[str]]],
) -> Iterator[tuple[Judged, Sequence[str]]]:
    """Yield what is `ranked`, but for moments of which another in the same file holds the middle.

    So a shot, the sound in it and the words said there are one moment.
    """
    spans: dict[int, list[tuple[float, float]]] = {}
    for one, words in ranked:
        row = one.row
        others = spans.setdefault(row.item, [])
        if row.start is None or row.end is None:
            if others:
                continue  # the whole of a file of which a moment is there
            span = (-math.inf, -math.inf)
        else:
            span = (row.start, row.end)
        if any(_overlap(span, other) for other in others):
            continue
        others.append(span)
        yield one, words


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Return whether the middle of either lies in the other."""
    middles = (sum(one) / 2, sum(other) / 2)
    return other[0] <= middles[0] <= other[1] or one[0] <= middles[1] <= one[1]


def _ranks(items: Sequence[int], ranked: Iterable[int]) -> NDArray[np.int64]:
    """Return (N,): for each of `items` its place in `ranked` from 1, or 0."""
    places = {item: place for place, item in enumerate(ranked, 1)}
    return np.array([places.get(item, 0) for item in items], np.int64)


def _hit(one: Judged, sought: str, asked: Sequence[str]) -> Hit:
    row, score, odds, made = one
    modality = _MODALITIES[row.modality]
    chance = None if score is None else probability(odds)
    if chance is not None and chance >= LIKELY:
        reason = f"{_VERBS[made or modality]} {sought}"
    elif asked:
        reason = ""
    else:
        reason = "some words" if score is None else "nearest, but not likely a match"
    if asked:
        reason = f"words: {', '.join(asked)}" + (f"; {reason}" if reason else "")
    return Hit(
        os.fsdecode(row.path),
        modality,
        score,
        chance,
        row.start,
        row.end,
        reason,
        row.text,
        bool(asked),
        row.size,
        row.mtime_ns,
    )
