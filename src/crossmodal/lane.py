"""The two lanes: what a translation keeps."""

from __future__ import annotations

from enum import StrEnum


class Lane(StrEnum):
    """The words themselves (verbatim), or the meaning: what something shows or sounds like."""

    WORDS = "words"
    MEANING = "meaning"
