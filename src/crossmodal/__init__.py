"""Crossmodal connects and converts between text, image, audio and video.

    import crossmodal as cm

    index = cm.Index("media.cm")
    index.add("~/Pictures")
    index.search("dog on a beach", k=10)
    cm.classify("x.jpg", ["cat", "dog"])
    cm.describe("cat.jpg")
    cm.ask("street.jpg", "What colour is the car?")
    cm.transcribe("talk.mp3").to_srt()
    cm.speak("Good morning").save("morning.wav")
    cm.draw("an astronaut riding a horse").save("horse.png")
    cm.translate("cat.jpg", to="audio")
    cm.route("image", "audio").explain()

Importing this package loads nothing else: each name below is fetched when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .card import ModelCard
    from .errors import CrossmodalError
    from .index.query import Query
    from .lane import Lane
    from .media import Audio, Image, Text, Video
    from .modality import AUDIO, IMAGE, TEXT, VIDEO, Modality
    from .routing import Route
    from .settings import Settings
    from .space import Space, Vectors
    from .verbs import (
        Index,
        align,
        animate,
        ask,
        burn,
        classify,
        describe,
        draw,
        embed,
        evaluate,
        load,
        models,
        read,
        route,
        sound,
        speak,
        subtitle,
        transcribe,
        translate,
    )
    from .workbench import Workbench

__version__ = "0.1.0"

_HOMES = {
    "AUDIO": "modality",
    "IMAGE": "modality",
    "TEXT": "modality",
    "VIDEO": "modality",
    "Audio": "media",
    "CrossmodalError": "errors",
    "Image": "media",
    "Index": "verbs",
    "Lane": "lane",
    "Modality": "modality",
    "ModelCard": "card",
    "Query": "index.query",
    "Route": "routing",
    "Settings": "settings",
    "Space": "space",
    "Text": "media",
    "Vectors": "space",
    "Video": "media",
    "Workbench": "workbench",
    "align": "verbs",
    "animate": "verbs",
    "ask": "verbs",
    "burn": "verbs",
    "classify": "verbs",
    "describe": "verbs",
    "draw": "verbs",
    "embed": "verbs",
    "evaluate": "verbs",
    "load": "verbs",
    "models": "verbs",
    "read": "verbs",
    "route": "verbs",
    "sound": "verbs",
    "speak": "verbs",
    "subtitle": "verbs",
    "transcribe": "verbs",
    "translate": "verbs",
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
    "Lane",
    "Modality",
    "ModelCard",
    "Query",
    "Route",
    "Settings",
    "Space",
    "Text",
    "Vectors",
    "Video",
    "Workbench",
    "align",
    "animate",
    "ask",
    "burn",
    "classify",
    "describe",
    "draw",
    "embed",
    "evaluate",
    "load",
    "models",
    "read",
    "route",
    "sound",
    "speak",
    "subtitle",
    "transcribe",
    "translate",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{home}", __name__), name)
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
