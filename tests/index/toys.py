"""Small real encoders, one space of 16 numbers, without any network: they compute what they say.

A picture's vector is its mean colour less grey in the first three numbers. A text's is the mean
of its words: a colour's word lies where that colour lies, any other word somewhere by its hash.
A sound lies where the colour of its pitch lies (see PITCHES). Films are seen by their pictures.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage

from crossmodal.calibration import Calibration
from crossmodal.card import Edge, ModelCard
from crossmodal.codecs import video
from crossmodal.contracts import Encoder, Prepared
from crossmodal.encoders.base import BaseEncoder
from crossmodal.encoders.film import FilmEncoder
from crossmodal.errors import InputError
from crossmodal.media import Audio, Image, Media, Text
from crossmodal.modality import AUDIO, IMAGE, TEXT, VIDEO, Modality
from crossmodal.space import Space

SPACE = Space("toy", "1", 16)
CURVE = Calibration(scale=20.0, bias=-8.0)
PAIRS = dict.fromkeys(
    ("image-text", "image-image", "text-text", "audio-text", "audio-image", "audio-audio"), CURVE
)
COLOURS = {
    "red": (220, 20, 20),
    "green": (20, 200, 20),
    "blue": (20, 20, 220),
    "yellow": (220, 210, 20),
    "cyan": (20, 210, 210),
    "magenta": (210, 20, 210),
}
PITCHES = {"red": 400, "green": 800, "blue": 1600, "yellow": 3200}  # Hz


def colour_vector(colour: Sequence[float]) -> NDArray[np.float32]:
    vector = np.zeros(SPACE.dim, np.float32)
    vector[:3] = np.asarray(colour, np.float32) - np.mean(colour)
    norm = np.linalg.norm(vector)
    if norm < 1:  # grey
        vector[3], norm = 1, 1
    return vector / norm


def word_vector(word: str) -> NDArray[np.float32]:
    if word in COLOURS:
        return colour_vector(COLOURS[word])
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big")
    vector = np.zeros(SPACE.dim, np.float32)
    vector[4:] = np.random.default_rng(seed).standard_normal(SPACE.dim - 4) * 0.3
    return vector


class Counting(BaseEncoder):
    """Counts the media that went through, and fails on those that hold a poison."""

    def __init__(self, card: ModelCard) -> None:
        super().__init__(card)
        self.encoded = self.prepared = 0
        self._counter = threading.Lock()

    def _prepare(self, medium: Media) -> Prepared:
        with self._counter:
            self.prepared += 1
        return self._vector(medium)

    def _run(self, batch: Sequence[Prepared]) -> NDArray[np.float32]:
        if any(row[0] > 1e3 for row in batch):
            raise RuntimeError("the network met a poison")
        self.encoded += len(batch)
        return np.stack(batch).astype(np.float32)

    def _vector(self, medium: Media) -> NDArray[np.float32]:
        raise NotImplementedError


class ToyImages(Counting):
    def _vector(self, medium: Media) -> NDArray[np.float32]:
        assert isinstance(medium, Image)
        if medium.size == (13, 13):
            return np.full(SPACE.dim, 1e4, np.float32)
        return colour_vector(medium.pixels.mean(axis=(0, 1)))


class ToySounds(Counting):
    def _vector(self, medium: Media) -> NDArray[np.float32]:
        assert isinstance(medium, Audio)
        spectrum = np.abs(np.fft.rfft(medium.samples))
        pitch = spectrum.argmax() * medium.rate / max(1, len(medium.samples))
        colour = min(PITCHES, key=lambda colour: abs(np.log((pitch + 1) / PITCHES[colour])))
        return colour_vector(COLOURS[colour])


class ToyTexts(Counting):
    def _vector(self, medium: Media) -> NDArray[np.float32]:
        assert isinstance(medium, Text)
        words = "".join(c if c.isalnum() else " " for c in medium.content.lower()).split()
        if not words:
            raise InputError("The text is empty")
        return np.mean([word_vector(word) for word in words], axis=0)


def card(modality: Modality, *, version: str = "1", space: Space = SPACE) -> ModelCard:
    return ModelCard(
        name=f"toy-{modality}",
        version=version,
        edge=Edge.ENCODER,
        summary="",
        loader="",
        source=modality,
        space=space,
        calibration=PAIRS,
        options={"side": 8} if modality is IMAGE else {},
    )


def toys(*, version: str = "1", space: Space = SPACE) -> dict[Modality, Encoder]:
    return {
        IMAGE: ToyImages(card(IMAGE, version=version, space=space)),
        TEXT: ToyTexts(card(TEXT, version=version, space=space)),
    }


def all_toys(*, version: str = "1", space: Space = SPACE) -> dict[Modality, Encoder]:
    """Return toys of all four modalities."""
    toy = toys(version=version, space=space)
    film = FilmEncoder(card(VIDEO, version=version, space=space), toy[IMAGE])
    return {**toy, AUDIO: ToySounds(card(AUDIO, version=version, space=space)), VIDEO: film}


def tone(*parts: tuple[str, float], rate: int = 16_000) -> Audio:
    """Return a sound of parts, each the pitch of a colour (silence for "") for some seconds."""
    pieces = []
    for colour, seconds in parts:
        time = np.arange(round(seconds * rate)) / rate
        loud = 0.4 if colour else 0.0
        pieces.append(loud * np.sin(2 * np.pi * PITCHES.get(colour, 1) * time))
    return Audio(np.concatenate(pieces).astype(np.float32), rate)


def film(
    path: Path, *parts: tuple[str, float], fps: float = 10, sound: Audio | None = None
) -> Path:
    """Write a film of parts, each in one colour for some seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = [
        Image(np.full((48, 64, 3), COLOURS[colour], np.uint8))
        for colour, seconds in parts
        for _ in range(round(seconds * fps))
    ]
    video.write(path, frames, fps=fps, audio=sound)
    return path


def picture(path: Path, colour: str | Sequence[int], *, seed: int = 0, side: int = 12) -> Path:
    """Write a picture of one colour, its content made its own by `seed`."""
    mean = np.array(COLOURS[colour] if isinstance(colour, str) else colour)
    noise = np.random.default_rng(seed).integers(-12, 13, (side, side, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    PILImage.fromarray((mean + noise).clip(0, 255).astype(np.uint8)).save(path)
    return path
