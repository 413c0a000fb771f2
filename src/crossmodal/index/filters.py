"""Which items a search looks at: by modality, place, time and size, as conditions in SQL."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from ..errors import InputError
from ..modality import Modality
from .scan import absolute
from .store import path_range

Moment: TypeAlias = datetime | float
"""A time: a datetime (local unless it says otherwise), or seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that an item must meet, all of them.

    Attributes:
        modalities: which kinds; None for all.
        under: a folder that it lies below, or the file itself.
        newer, older: its file was last changed after, before (nanoseconds since 1970).
        larger, smaller: its file has more, fewer bytes.
    """

    modalities: frozenset[Modality] | None = None
    under: bytes | None = None
    newer: int | None = None
    older: int | None = None
    larger: int | None = None
    smaller: int | None = None

    @classmethod
    def of(
        cls,
        *,
        modalities: Collection[str] | str | None,
        under: str | os.PathLike[str] | None,
        newer: Moment | None,
        older: Moment | None,
        larger: int | None,
        smaller: int | None,
    ) -> Filters:
        """Return the filters that the arguments of `search` ask for.

        Raises:
            InputError: a modality is unknown, or there is none.
        """
        named = [modalities] if isinstance(modalities, str) else modalities
        kinds = None if named is None else frozenset(Modality.parse(name) for name in named)
        if kinds is not None and not kinds:
            raise InputError("No modality to search in", cure="Name at least one, or leave it out.")
        return cls(
            modalities=kinds,
            under=None if under is None else os.fsencode(absolute(under)),
            newer=None if newer is None else _nanoseconds(newer),
            older=None if older is None else _nanoseconds(older),
            larger=larger,
            smaller=smaller,
        )

    def takes(self, modality: Modality) -> bool:
        """Whether items of `modality` are looked at."""
        return self.modalities is None or modality in self.modalities

    @property
    def narrow(self) -> bool:
        """Whether anything but the modality is asked for."""
        parts = (self.under, self.newer, self.older, self.larger, self.smaller)
        return parts != (None,) * len(parts)

    def where(self) -> tuple[str, list[object]]:
        """Return a condition on `items i` (always true without filters) and its values."""
        terms: list[str] = ["i.problem IS NULL"]
        values: list[object] = []
        if self.modalities is not None:
            terms.append(f"i.modality IN ({', '.join('?' * len(self.modalities))})")
            values += sorted(self.modalities)
        if self.under is not None:
            terms.append("(i.path = ? OR (i.path > ? AND i.path < ?))")
            values += [self.under, *path_range(self.under)]
        for column, sign, value in (
            ("mtime_ns", ">", self.newer),
            ("mtime_ns", "<", self.older),
            ("size", ">", self.larger),
            ("size", "<", self.smaller),
        ):
            if value is not None:
                terms.append(f"i.{column} {sign} ?")
                values.append(value)
        return " AND ".join(terms), values


def _nanoseconds(moment: Moment) -> int:
    seconds = moment.timestamp() if isinstance(moment, datetime) else moment
    return int(seconds * 1e9)
