"""What a search returns: hits, best first, and whether anything matched at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from ..modality import Modality


class Hit(NamedTuple):
    """One file that was found, or one moment of it.

    Attributes:
        file: its full name, as the system writes it; `path` is the same as a Path.
        score: cosine with the query in [-1, 1], averaged by weight over what is wanted; None
            where the file has no vector and was found by its words alone. Scores of different
            modalities are not comparable, probabilities are.
        probability: that it matches, in [0, 1], as far as the vectors tell; None without one.
        start, end: where in the file: characters of a text, seconds of a sound or film; None for
            the whole of it.
        because: why it is here, in a few words.
        text: the passage of a text, or what is said in a sound or film.
        words: it holds every content word of the query, in its name or its text.
        size: bytes of the file.
        changed_ns: when the file was last changed, as it was indexed: nanoseconds since 1970.
    """

    file: str
    modality: Modality
    score: float | None
    probability: float | None
    start: float | None
    end: float | None
    because: str
    text: str | None
    words: bool
    size: int
    changed_ns: int

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return Path(self.file)

    @property
    def changed(self) -> datetime:
        """When the file was last changed, as it was indexed, in local time."""
        return datetime.fromtimestamp(self.changed_ns / 1e9).astimezone()

    @property
    def is_match(self) -> bool:
        """Whether it is more likely than not to match, or holds the query's words."""
        return self.words or (self.probability is not None and self.probability >= 0.5)

    @property
    def span(self) -> str:
        """The time in a sound or film, such as "0:00:08 to 0:00:12"; "" for anything else."""
        if self.modality in (Modality.TEXT, Modality.IMAGE) or self.start is None:
            return ""
        end = self.start if self.end is None else self.end
        return f"{clock(self.start)} to {clock(end)}"

    def to_json(self) -> dict[str, Any]:
        """Return the hit as plain values that `json.dumps` takes."""
        return {
            "path": self.file.encode("utf-8", "backslashreplace").decode(),
            "modality": str(self.modality),
            "score": self.score,
            "probability": self.probability,
            "start": self.start,
            "end": self.end,
            "because": self.because,
            "text": self.text,
        }


def clock(seconds: float) -> str:
    """Return `seconds` as hours, minutes and seconds: "1:02:03"."""
    whole = max(0, round(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


@dataclass(frozen=True, slots=True)
class Results:
    """Hits, best first.

    Attributes:
        query: the query in words.
        seconds: what the search took, the query's encoding included.
        notes: what was not looked at and why, a line each.
    """

    query: str
    hits: tuple[Hit, ...]
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def matches(self) -> int:
        """How many of the hits match; they come first."""
        return sum(hit.is_match for hit in self.hits)

    @property
    def nothing(self) -> bool:
        """Whether nothing that is indexed matches; the hits are then merely the nearest."""
        return self.matches == 0

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, number: int) -> Hit:
        return self.hits[number]

    def to_json(self) -> dict[str, Any]:
        """Return the results as plain values that `json.dumps` takes."""
        hits = [hit.to_json() for hit in self.hits]
        return {
            "query": self.query,
            "hits": hits,
            "matches": self.matches,
            "notes": list(self.notes),
            "seconds": self.seconds,
        }
