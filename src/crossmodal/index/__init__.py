"""The index: media on disk, found by what they mean and by the words they hold."""

from __future__ import annotations

from .index import Index, Info
from .progress import Outcome, Problem, Progress, Summary
from .query import Part, Query
from .results import Hit, Results
from .senses import Listener

__all__ = [
    "Hit",
    "Index",
    "Info",
    "Listener",
    "Outcome",
    "Part",
    "Problem",
    "Progress",
    "Query",
    "Results",
    "Summary",
]
