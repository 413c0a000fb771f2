"""What is searched for: one medium, or several with weights; some may be unwanted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from ..errors import InputError
from ..media import Audio, Image, Media, Text, Video
from .words import subject

SHOWN_CHARACTERS = 60  # of a text, in the description of a query


@dataclass(frozen=True, slots=True)
class Part:
    """A medium to be like (`weight` > 0), or not to be like (`weight` < 0)."""

    medium: Media
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not math.isfinite(self.weight) or self.weight == 0:
            raise InputError(
                f"A part of a query has the weight {self.weight}",
                cure="Use a number above 0, or below 0 for what is not wanted.",
            )
        if isinstance(self.medium, Text) and not self.medium.content.strip():
            raise InputError("The query is empty", cure="Write at least one word.")

    def __str__(self) -> str:
        if isinstance(self.medium, Text):
            words = " ".join(self.medium.content.split())
            short = words[:SHOWN_CHARACTERS] + "…" if len(words) > SHOWN_CHARACTERS else words
            return f"“{short}”"
        return f"the {_NOUNS[type(self.medium)]}"


@dataclass(frozen=True)
class Query:
    """Parts that a hit is to be like, all of them together, and parts that it is not to be like."""

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if not any(part.weight > 0 for part in self.parts):
            raise InputError(
                "The query says only what is not wanted" if self.parts else "The query is empty",
                cure="Add a text, picture, sound or film to search for.",
            )

    @classmethod
    def of(
        cls,
        *,
        texts: str | Iterable[str | Text] = (),
        images: Iterable[Image] = (),
        sounds: Iterable[Audio] = (),
        films: Iterable[Video] = (),
        without: str | Iterable[str | Media] = (),
    ) -> Query:
        """Return the query for what is like all of these, each as much as the others.

        Args:
            texts, images, sounds, films: what to be like.
            without: what not to be like.
        """
        wanted: list[str | Media] = [*_several(texts), *images, *sounds, *films]
        return cls(
            (
                *(Part(_medium(thing)) for thing in wanted),
                *(Part(_medium(thing), -1.0) for thing in _several(without)),
            )
        )

    @cached_property
    def wanted(self) -> tuple[Part, ...]:
        """The parts that a hit is to be like."""
        return tuple([part for part in self.parts if part.weight > 0])

    @cached_property
    def unwanted(self) -> tuple[Part, ...]:
        """The parts that a hit is not to be like."""
        return tuple([part for part in self.parts if part.weight < 0])

    @cached_property
    def words(self) -> str:
        """The query in words."""
        like = " and ".join([str(part) for part in self.wanted])
        unlike = " or ".join([str(part) for part in self.unwanted])
        return f"{like} without {unlike}" if unlike else like

    def __str__(self) -> str:
        return self.words


Asked: TypeAlias = str | Media | Query
"""What `search` takes: words, a medium, or a query of several parts."""


def as_query(asked: Asked) -> Query:
    """Return `asked` as a Query."""
    return asked if isinstance(asked, Query) else Query((Part(_medium(asked)),))


def text_of(parts: Iterable[Part]) -> str:
    """Return what those `parts` that are texts ask for, as one text."""
    texts = (part.medium.content for part in parts if isinstance(part.medium, Text))
    return " ".join(subject(text) for text in texts)


def _medium(thing: str | Media) -> Media:
    return Text(thing) if isinstance(thing, str) else thing


def _several(things: str | Iterable[str | Media]) -> Iterable[str | Media]:
    return (things,) if isinstance(things, str) else things


_NOUNS: dict[type, str] = {Image: "picture", Audio: "sound", Video: "film"}
