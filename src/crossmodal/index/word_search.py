"""Which entries hold the words of a query."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from . import rows
from .filters import Filters
from .words import NEAR_WORDS, expression

WORD_HITS = 50  # at least, that take part in the ranking by words
MOST_KNOWN = 10_000  # words of which it is remembered whether any entry holds them


class WordSearch:
    """Finds entries by words, and remembers between commits which words there are."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}

    def forget(self) -> None:
        """Forget which words there are: entries have come or gone."""
        self._known.clear()

    def find(
        self,
        connection: sqlite3.Connection,
        asked: Sequence[str],
        unwanted: Sequence[Sequence[str]],
        filters: Filters,
        k: int,
    ) -> tuple[list[int], list[int]]:
        """Return entries that hold all words `asked`, and all but one; best first (BM25).

        A word that nothing holds rules out the first, and a second such word both: so what most
        queries find out about a folder of photos takes no more than two look-ups.

        Args:
            asked: different content words.
            unwanted: groups of words; what holds all of one group is left out.
            filters: that entries pass.
            k: hits that are wanted.
        """
        spare = 1 if len(asked) >= NEAR_WORDS else 0
        held: list[str] = []
        for place, word in enumerate(asked):
            if self._holds(connection, word):
                held.append(word)
            elif place - len(held) >= spare:
                return [], []
        most = max(WORD_HITS, 4 * k)
        if len(held) < len(asked):
            words = expression(held, without=unwanted)
            return [], rows.with_words(connection, words, filters, limit=most)
        full = near = list[int]()
        if asked:
            words = expression(asked, without=unwanted)
            full = rows.with_words(connection, words, filters, limit=most)
        if spare and len(full) < k:
            words = expression(asked, without=unwanted, spare=1)
            near = rows.with_words(connection, words, filters, limit=most)
        return full, near

    def _holds(self, connection: sqlite3.Connection, word: str) -> bool:
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[word] = rows.holds_word(connection, word)
        return known
