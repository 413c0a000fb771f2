"""Saved spaces: what `align` learned, kept as files and found again as models.

A space is a folder: `space.json` (who encodes what, and the models' cards) and
`aligner.safetensors`. It may be copied to another machine as it is. There is no pickle in it.
"""

from __future__ import annotations

import json
import re
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..card import ModelCard
from ..errors import InputError, NameClash, StoreDamaged, StoreError, UnknownName
from ..modality import Modality
from ..settings import data_folder
from .edges import SpaceAligner
from .estimator import Estimator
from .estimator import load as load_estimator

FORMAT = 1
CARD, WEIGHTS = "space.json", "aligner.safetensors"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class SavedSpace:
    """One saved space.

    Attributes:
        encoders: the name of the model that encodes each modality into it.
        cards: of its aligners and encoders.
        report: what was measured when it was learned, see `aligning.Learned.report`.
    """

    name: str
    encoders: Mapping[Modality, str]
    cards: tuple[ModelCard, ...]
    report: Mapping[str, Any]


def folder() -> Path:
    """Where this user's spaces live."""
    return data_folder() / "spaces"


def check_name(name: str) -> str:
    """Return `name`, that of a space.

    Raises:
        InputError: it cannot be a folder's name everywhere.
    """
    if not NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot name a space",
            cure="Use small letters, digits, '.', '-' and '_', beginning with a letter or digit.",
        )
    return name


def save(space: SavedSpace, estimator: Estimator, *, replace_old: bool = False) -> Path:
    """Write `space` to its folder, which appears whole or not at all.

    Raises:
        NameClash: there is a space of that name, and it is not to be replaced.
    """
    target = folder() / check_name(space.name)
    if target.exists() and not replace_old:
        raise taken(space.name)
    fresh = target.with_name(f".{space.name}.new")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        estimator.save(fresh / WEIGHTS)
        document = {
            "format": FORMAT,
            "name": space.name,
            "encoders": dict(space.encoders),
            "cards": [card.to_json() for card in space.cards],
            "report": dict(space.report),
        }
        (fresh / CARD).write_text(json.dumps(document, indent=1) + "\n", "utf-8")
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error}", cure="Check the disk.") from error
    return target


def taken(name: str) -> NameClash:
    """Return the error that there is a space called `name` already."""
    return NameClash(
        f"There is a space called {name!r} already",
        cure=f"Choose another name, use --replace, or: crossmodal spaces remove {name}",
    )


def read(name: str, *, within: Path | None = None) -> SavedSpace:
    """Return the space called `name`.

    Args:
        within: the folder that holds spaces; None for this user's.

    Raises:
        UnknownName: there is none.
        StoreDamaged: its files cannot be read.
    """
    place = (within or folder()) / check_name(name)
    try:
        document = json.loads((place / CARD).read_text("utf-8"))
        if document["format"] > FORMAT:
            raise StoreDamaged(
                f"The space {name!r} was made by a newer version", cure="Update crossmodal."
            )
        cards = [ModelCard.from_json(row) for row in document["cards"]]
        encoders = {Modality(kind): model for kind, model in document["encoders"].items()}
    except FileNotFoundError:
        known = ", ".join(names()) or "none yet"
        raise UnknownName(
            f"There is no space {name!r}",
            cure=f"There are: {known}. Make one: crossmodal align PAIRS --save {name}",
        ) from None
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise StoreDamaged(
            f"The space {name!r} in {place} cannot be read ({error})",
            cure=f"Align again, or: crossmodal spaces remove {name}",
        ) from error
    placed = tuple(replace(card, options={**card.options, "folder": str(place)}) for card in cards)
    return SavedSpace(name, encoders, placed, document["report"])


def names() -> list[str]:
    """Return the names of this user's spaces."""
    with suppress(OSError):
        return sorted(place.name for place in folder().iterdir() if NAME.fullmatch(place.name))
    return []


def cards() -> Iterator[ModelCard]:
    """Yield the cards of all models of this user's spaces; a damaged space is warned about."""
    for name in names():
        try:
            yield from read(name).cards
        except StoreDamaged as error:
            warnings.warn(str(error), stacklevel=2)


def remove(name: str) -> Path:
    """Delete the space called `name`; indexes that were made with it stay.

    Raises:
        UnknownName: there is none.
    """
    place = folder() / check_name(name)
    if not place.is_dir():
        read(name)
    try:
        shutil.rmtree(place)
    except OSError as error:
        raise StoreError(f"{place} cannot be removed: {error}", cure="Check the disk.") from error
    return place


def load_aligner(card: ModelCard) -> SpaceAligner:
    """Return the aligner that `card` describes."""
    return SpaceAligner(card, load_estimator(Path(card.options["folder"]) / WEIGHTS))
