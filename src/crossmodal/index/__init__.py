"""The index: media on disk, found by what they mean and by the words they hold."""

from __future__ import annotations

from .index import Index, Info
from .progress import Building, Outcome, Problem, Progress, Report, Summary
from .query import Part, Query
from .rebuild import rebuild
from .results import Hit, Results
from .senses import Listener, Reading

__all__ = [
    "Building",
    "Hit",
    "Index",
    "Info",
    "Listener",
    "Outcome",
    "Part",
    "Problem",
    "Progress",
    "Query",
    "Reading",
    "Report",
    "Results",
    "Summary",
    "rebuild",
]
