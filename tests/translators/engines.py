"""The engines as tests use them: loaded once, from the cards in the package."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal.card import ModelCard
from crossmodal.media import Audio, Media, Text
from crossmodal.translators.reading import Reader
from crossmodal.translators.speech_recognition import SpeechRecogniser
from crossmodal.translators.speech_synthesis import SpeechSynthesiser, SynthesisOptions

FOLDER = files("crossmodal.sources") / "engines"


def card(name: str) -> ModelCard:
    return ModelCard.from_json(json.loads((FOLDER / f"{name}.card.json").read_text("utf-8")))


@cache
def _loaded(name: str) -> Any:
    module, _, function = card(name).loader.partition(":")
    return getattr(import_module(module), function)(card(name))


def recogniser() -> SpeechRecogniser:
    return _loaded("pocketsphinx")


def synthesiser() -> SpeechSynthesiser:
    return _loaded("espeak-ng")


def reader() -> Reader:
    return _loaded("rapidocr")


def alike(one: Media, other: Media) -> bool:
    """Return whether two sounds of the synthesiser, whose pitch trembles, are the same words."""
    assert isinstance(one, Audio)
    assert isinstance(other, Audio)
    if abs(one.duration - other.duration) > 0.02:
        return False
    return bool(np.abs(_colour(one) - _colour(other)).max() < 5)


def _colour(sound: Audio) -> NDArray[np.float64]:
    """Return the mean power of `sound` in 16 bands, in dB."""
    power = np.abs(np.fft.rfft(sound.samples.astype(np.float64))) ** 2
    bands = np.array_split(power[: len(power) // 2], 16)
    return np.array([10 * np.log10(band.mean() + 1e-6) for band in bands])


# Of all voices, the one that PocketSphinx understands best.
SPEAKING = SynthesisOptions(language="en-us", voice="klatt4", rate=160)


@cache
def spoken(words: str) -> Audio:
    (sound,) = synthesiser().translate([Text(words)], options=SPEAKING)
    assert isinstance(sound, Audio)
    return sound
