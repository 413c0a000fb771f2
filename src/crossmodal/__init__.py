"""Crossmodal connects and converts between text, image, audio and video.

    import crossmodal as cm

    index = cm.Index("media.cm")
    index.add("~/Pictures")
    index.search("dog on a beach", k=10)
    cm.classify("x.jpg", ["cat", "dog"])

Importing this package loads nothing else: each name below is fetched when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .card import ModelCard
    from .errors import CrossmodalError
    from .index.query import Query
    from .media import Audio, Image, Text, Video
    from .modality import AUDIO, IMAGE, TEXT, VIDEO, Modality
    from .settings import Settings
    from .space import Space, Vectors
    from .verbs import Index, classify, embed, load, models
    from .workbench import Workbench

__version__ = "0.1.0"

_HOMES = {
    "AUDIO": "modality",
    "Audio": "media",
    "CrossmodalError": "errors",
    "IMAGE": "modality",
    "Image": "media",
    "Index": "verbs",
    "Modality": "modality",
    "ModelCard": "card",
    "Query": "index.query",
    "Settings": "settings",
    "Space": "space",
    "TEXT": "modality",
    "Text": "media",
    "VIDEO": "modality",
    "Vectors": "space",
    "Video": "media",
    "Workbench": "workbench",
    "classify": "verbs",
    "embed": "verbs",
    "load": "verbs",
    "models": "verbs",
}

__all__ = [
    "AUDIO",
    "IMAGE",
    "TEXT",
    "VIDEO",
    "Audio",
    "CrossmodalError",
    "Image",
    "Index",
    "Modality",
    "ModelCard",
    "Query",
    "Settings",
    "Space",
    "Text",
    "Vectors",
    "Video",
    "Workbench",
    "classify",
    "embed",
    "load",
    "models",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{home}", __name__), name)
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
