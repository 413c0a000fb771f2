"""Recognising: which of several classes a medium is of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..learn.zero_shot import Classification, zero_shot
from ..media import Media
from ..modality import TEXT
from .base import Bench


class Recognising(Bench):
    """The verbs that classify."""

    def classify(
        self, item: Media | Path | str, labels: Iterable[str], *, templates: Sequence[str] = ()
    ) -> Classification:
        """Recognise `item` as one of `labels`, or as none of them, from their words alone.

        Args:
            item: a medium, or the path of a file.
            labels: class names or descriptions, each different.
            templates: sentences with one {} for the label; () for those of `zero_shot`.

        Raises:
            InputError: no labels, two equal ones, an empty one, or a file that cannot be read.
        """
        medium = self._file(item)
        encoder, names = self.encoder(medium.modality), self.encoder(TEXT)
        return zero_shot(medium, list(labels), encoder=encoder, names=names, templates=templates)
