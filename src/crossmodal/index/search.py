"""Searching: candidates by vector and by words, judged exactly, as one ranking."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..contracts import Encoder
from ..errors import InputError, StoreError
from ..media import Audio, Media, Text, Video
from ..modality import IMAGE, VIDEO, Modality
from ..space import Vectors
from . import ranking, rows
from .curves import Shelf, curve
from .filters import Filters
from .hits import Judged, hits
from .moments import few_moments
from .nearest import Ask, Judge, Nearest
from .query import Query, text_of
from .ranking import Groups
from .results import Hit
from .rows import Row
from .word_search import WordSearch
from .words import content_words, subject

SPARE = 3  # candidates of each model beyond k, at first; then four times as many, and so on,
MOST_CANDIDATES = 16_384  # until there are enough of those that are alive and pass the filters
FEW = 1_000  # entries that pass the filters: so few, or this share, are all compared
FEW_SHARE = 0.01
MOST_JUDGES = 100  # kinds of query of which it is kept how they are judged
WIDER = 20  # times as many candidates at first, where filters will drop most of them


@dataclass(frozen=True, slots=True)
class Encoded:
    """The parts of a query that have vectors: one each, or as many as a film has moments.

    Attributes:
        kinds: P modalities, of what the parts are compared as.
        vectors: (V, dim) float32, unit rows, those of each part together.
        groups: which of the vectors belong to each part.
        weights: P, above 0 for what is wanted.
    """

    kinds: tuple[Modality, ...]
    vectors: NDArray[np.float32]
    groups: Groups
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Strange:
    """Vectors of files of one modality that a model made which is not in use."""

    maker: str
    stored: Modality
    alive: int

    def __str__(self) -> str:
        return (
            f"{self.alive:,} vectors of {self.stored} files are by {self.maker}, which is not in "
            "use: index the files again. They were not compared."
        )


def encode(query: Query, encoders: Mapping[Modality, Encoder]) -> Encoded:
    """Return the vectors of the parts of `query`; texts without an encoder have none.

    Raises:
        InputError: a part is of a modality that no encoder takes.
    """
    kinds, vectors, shares, weights = [], [], [], []
    for part in query.parts:
        kind = _kind(part.medium, encoders)
        encoder = encoders.get(kind)
        if encoder is not None:
            rows, share = _vectors(part.medium, encoder)
            kinds.append(kind)
            vectors.append(rows)
            shares.append(share)
            weights.append(part.weight)
        elif kind is not Modality.TEXT:
            known = ", ".join(encoders) or "nothing but words"
            raise InputError(f"No model is there to search by {kind}", cure=f"Search by {known}.")
    together = np.concatenate(vectors) if vectors else np.zeros((0, 0), np.float32)
    return Encoded(tuple(kinds), together, Groups.of(shares), tuple(weights))


def _kind(medium: Media, encoders: Mapping[Modality, Encoder]) -> Modality:
    """Return what `medium` is compared as: films as pictures, where their model only averages."""
    own, pictures = encoders.get(VIDEO), encoders.get(IMAGE)
    if not isinstance(medium, Video) or own is None or pictures is None:
        return medium.modality
    return IMAGE if pictures.card.name in own.card.parts else VIDEO


def _vectors(medium: Media, encoder: Encoder) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return (M, dim) unit vectors, and how much of `medium` each stands for."""
    if isinstance(medium, Video) and encoder.card.source is IMAGE:
        return few_moments(medium, encoder)
    return _vector(medium, encoder), np.ones(1)


def _vector(medium: Media, encoder: Encoder) -> NDArray[np.float32]:
    """Return (1, dim), unit length; of a sound the mean over windows like those that are stored."""
    if isinstance(medium, Text):
        medium = Text(subject(medium.content), language=medium.language)
    if not isinstance(medium, Audio):
        return encoder.encode([medium]).values
    from .sounds import few_windows

    values = encoder.encode(few_windows(medium)).values.mean(axis=0, keepdims=True)
    return Vectors(encoder.space, values).unit().values


class Searcher:
    """What is kept between searches: the vectors in memory, as of the last commit seen."""

    def __init__(self, folder: Path, *, encoders: Mapping[Modality, Encoder], prior: float) -> None:
        self._folder, self._encoders, self._prior = folder, encoders, prior
        self._version = -1  # of the data, by SQLite's count of other connections' commits
        self._models: dict[int, Shelf] = {}
        self._strange: list[Strange] = []
        self._nearest: dict[int, Nearest] = {}
        self._judges: dict[Hashable, tuple[NDArray[np.float64], Judge]] = {}
        self._words = WordSearch()

    def search(
        self,
        connection: sqlite3.Connection,
        query: Query,
        encoded: Encoded,
        filters: Filters,
        *,
        k: int,
        moments: bool,
    ) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
        """Return up to `k` hits, best first, and notes about what was not looked at.

        The caller holds a read transaction open.

        Raises:
            StoreError: there are vectors to look at, and no calibration for any of them.
        """
        self._refresh(connection)
        judged: list[Judged] = []
        asks, notes = self._asks(encoded, filters)
        notes += tuple(str(one) for one in self._strange if filters.takes(one.stored))
        for model, ask in asks.items():
            judged += self._by_vector(connection, model, ask, filters, k, moments=moments)
        asked = content_words(text_of(query.wanted))
        unwanted = [content_words(text_of([part])) for part in query.unwanted]
        full, near = self._words.find(connection, asked, unwanted, filters, k)
        if full or near:
            judged += self._by_entry(connection, [*full, *near], asks)
        return hits(query, asked, judged, full, near, k=k, moments=moments), notes

    def _refresh(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return
        makers = {encoder.card.id: modality for modality, encoder in self._encoders.items()}
        self._models, self._strange = {}, []
        for model, name, stored, alive in connection.execute(
            "SELECT id, name, modality, alive FROM models ORDER BY name, modality"
        ):
            if name in makers:
                self._models[model] = Shelf(makers[name], Modality(stored))
            elif alive:
                self._strange.append(Strange(name, Modality(stored), alive))
        for gone in self._nearest.keys() - self._models.keys():  # the index was rebuilt
            del self._nearest[gone]
        for model, shelf in self._models.items():
            if model not in self._nearest:
                dim = self._encoders[shelf.made].space.dim
                self._nearest[model] = Nearest(self._folder, model, dim)
        for nearest in self._nearest.values():
            nearest.refresh(connection)
        self._words.forget()
        self._version = version

    def _by_vector(
        self,
        connection: sqlite3.Connection,
        model: int,
        ask: Ask,
        filters: Filters,
        k: int,
        *,
        moments: bool,
    ) -> list[Judged]:
        """Return the best entries of one model: at least `k` different items, if it has them."""
        nearest = self._nearest[model]
        few = max(FEW, int(FEW_SHARE * nearest.alive))
        among = rows.allowed(connection, model, filters, limit=few) if filters.narrow else None
        count, dim = k + max(SPARE, k // 4), ask.parts.shape[1]
        if len(ask.parts) > 1:  # what is near to one part may be far from the whole
            count *= 4
        if filters.narrow and among is None:
            count *= WIDER
        while True:
            numbers, all_seen = nearest.best(connection, ask, count, among=among)
            found, values = rows.of_vectors(connection, self._folder, numbers, filters, dim=dim)
            enough = len(found if moments else {row.item for row in found}) >= k
            if all_seen or enough or count >= MOST_CANDIDATES:
                return _judge(found, values, ask, self._models[model].made)
            count *= 4

    def _by_entry(
        self,
        connection: sqlite3.Connection,
        entries: Sequence[int],
        asks: Mapping[int, Ask],
    ) -> list[Judged]:
        """Return entries that were found by words, with what their vectors say."""
        found = rows.of_entries(connection, entries)
        judged = [Judged(row, None, -np.inf) for row in found if row.model not in asks]
        for model, ask in asks.items():
            mine = [row for row in found if row.model == model]
            if mine:
                values = rows.unpacked(mine, self._folder, ask.parts.shape[1])
                judged += _judge(mine, values, ask, self._models[model].made)
        return judged

    def _asks(self, encoded: Encoded, filters: Filters) -> tuple[dict[int, Ask], tuple[str, ...]]:
        """Return what the vectors of each model are asked, and why some are asked nothing."""
        asks: dict[int, Ask] = {}
        missing: dict[str, StoreError] = {}
        if not any(weight > 0 for weight in encoded.weights):
            return asks, ()
        for model, shelf in self._models.items():
            if filters.takes(shelf.stored) and self._nearest[model].alive:
                try:
                    asks[model] = self._ask(encoded, shelf)
                except StoreError as error:
                    missing.setdefault(error.problem, error)
        if missing and not asks:
            raise next(iter(missing.values()))
        return asks, tuple(f"{problem}. They were not compared." for problem in missing)

    def _ask(self, encoded: Encoded, shelf: Shelf) -> Ask:
        """Return what the vectors on `shelf` are asked.

        Raises:
            StoreError: no card carries the calibration for a part of the query.
        """
        groups = encoded.groups
        key = (shelf, encoded.kinds, encoded.weights, groups)
        known = self._judges.get(key)
        if known is None:
            if len(self._judges) >= MOST_JUDGES:
                self._judges.clear()
            cards = {modality: encoder.card for modality, encoder in self._encoders.items()}
            curves = [curve(cards, kind, shelf) for kind in encoded.kinds]
            weights = np.array(encoded.weights)
            wanted = np.maximum(weights, 0)
            known = self._judges[key] = (
                (wanted / wanted.sum())[groups.owners],
                ranking.judge(curves, weights, prior=self._prior, groups=groups),
            )
        shares, judge = known
        return Ask(encoded.vectors, shares, judge, groups)


def _judge(
    found: Sequence[Row],
    values: NDArray[np.float32],
    ask: Ask,
    made: Modality,
) -> list[Judged]:
    """Return the entries `found`, whose vectors are `values` (N, dim), with what these say."""
    cosines = values @ ask.parts.T  # (N, V)
    scores, odds = ask.scores(cosines).tolist(), ask.judge(cosines).tolist()
    return [Judged(*one, made) for one in zip(found, scores, odds, strict=True)]
