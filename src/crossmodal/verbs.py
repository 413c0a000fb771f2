"""The package's verbs, over one workbench that is made when first needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from .card import ModelCard
from .index import Index as _Index
from .learn.zero_shot import Classification
from .media import Media
from .space import Vectors
from .workbench import Input, Workbench


@cache
def workbench() -> Workbench:
    """The workbench that the verbs share, with the user's own settings."""
    return Workbench()


def Index(folder: str | Path | None = None) -> _Index:  # noqa: N802 - reads as a class in user code
    """Open, or create, the index in `folder`; see `Workbench.index`."""
    return workbench().index(folder)


def load(path: str | Path) -> Media:
    """Return what the file at `path` holds; see `Workbench.load`."""
    return workbench().load(path)


def embed(items: Sequence[Input]) -> Vectors:
    """Return one unit vector for each of `items`; see `Workbench.embed`."""
    return workbench().embed(items)


def classify(
    item: Media | Path | str, labels: Iterable[str], *, templates: Sequence[str] = ()
) -> Classification:
    """Recognise `item` as one of `labels`, or as none; see `Workbench.classify`."""
    return workbench().classify(item, labels, templates=templates)


def models() -> list[ModelCard]:
    """Return the cards of all known models, by name."""
    return workbench().models()
