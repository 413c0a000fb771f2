"""The package's verbs, over one workbench that is made when first needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .card import ModelCard
from .index import Index as _Index
from .lane import Lane
from .learn.zero_shot import Classification
from .media import Audio, Image, Media, Text
from .modality import Modality
from .routing import Route
from .space import Vectors
from .workbench import Input, Workbench

if TYPE_CHECKING:
    from .translators.cues import CueRules, Report


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


def describe(item: Media | Path | str) -> Text:
    """Say in a sentence what a picture, sound or film shows; see `Workbench.describe`."""
    return workbench().describe(item)


def transcribe(
    item: Media | Path | str, *, language: str = "en", phrases: Sequence[str] = ()
) -> Text:
    """Write down what is said in a sound or film; see `Workbench.transcribe`."""
    return workbench().transcribe(item, language=language, phrases=phrases)


def subtitle(
    item: Media | Path | str, *, language: str = "en", rules: CueRules | None = None
) -> tuple[Text, Report]:
    """Return what is said as subtitles that can be read; see `Workbench.subtitle`."""
    return workbench().subtitle(item, language=language, rules=rules)


def speak(
    words: str | Text, *, language: str = "", voice: str = "", rate: int = 175, pitch: int = 50
) -> Audio:
    """Say `words` aloud; see `Workbench.speak`."""
    return workbench().speak(words, language=language, voice=voice, rate=rate, pitch=pitch)


def read(item: Image | Path | str) -> Text:
    """Return the writing in a picture; see `Workbench.read`."""
    return workbench().read(item)


def translate(
    item: Media | Path | str, *, to: Modality | str, keep: Lane | str | None = None
) -> Media:
    """Return `item` in another modality; see `Workbench.translate`."""
    return workbench().translate(item, to=to, keep=keep)


def route(
    source: Modality | str, target: Modality | str, *, keep: Lane | str | None = None
) -> Route:
    """Return the route from one modality to another; see `Workbench.route`."""
    return workbench().route(source, target, keep=keep)
