"""What files are read with: the networks, the ear for speech, and the limits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

from ..codecs import Limits
from ..errors import CrossmodalError
from ..media import Audio, Segment
from ..modality import AUDIO, IMAGE, TEXT, VIDEO, Modality
from .networks import Networks

Reading: TypeAlias = Callable[[Path, float], None]
"""Told of a sound or film that is being read, and up to which second it has been."""


class Listener(Protocol):
    """Writes down what is said. Thread-safe."""

    @property
    def name(self) -> str:
        """name@version of the recogniser."""
        ...

    def __call__(self, blocks: Iterable[Audio]) -> Iterator[Segment]:
        """Yield what is said in `blocks`, consecutive parts of one sound, as it is recognised."""
        ...


class Notes:
    """What of one file could not be read, in lines that do not name it."""

    def __init__(self, path: str) -> None:
        self._prefix = f"{path!r}: "
        self._lines: list[str] = []

    def add(self, line: str) -> None:
        """Note `line`, once."""
        words = " ".join(line.removeprefix(self._prefix).split())
        words = words[:1].upper() + words[1:]
        if words not in self._lines:
            self._lines.append(words)

    def __str__(self) -> str:
        return " ".join(self._lines)


@dataclass(frozen=True, slots=True)
class Senses:
    """What files are read with.

    Attributes:
        listener: writes down the speech in sounds and films; None leaves it out.
        stop: once set, sounds and films that are being read are given up.
        reading: told, in the threads that read, how far a sound or film has been read.
    """

    networks: Networks
    limits: Limits
    listener: Listener | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    reading: Reading | None = None

    def makers(self, modality: Modality) -> frozenset[str]:
        """Return the names of all models that look at files of `modality`."""
        names = {self.networks.name(kind) for kind in self._looking(modality)}
        if modality in (AUDIO, VIDEO) and self.listener is not None:
            names.add(self.listener.name)
        return frozenset(names)

    def sees(self) -> bool:
        """Return whether the pictures of films are looked at."""
        return {IMAGE, VIDEO} <= self.networks.encoders.keys()

    def hears(self) -> bool:
        """Return whether sounds are listened to."""
        return AUDIO in self.networks.encoders or self.listener is not None

    def go_on(self, path: Path, seconds: float) -> None:
        """Tell how far `path` has been read.

        Raises:
            CrossmodalError: reading is to stop.
        """
        if self.stop.is_set():
            raise CrossmodalError("Reading it was stopped", cure="Index it again.")
        if self.reading is not None:
            self.reading(path, seconds)

    def _looking(self, modality: Modality) -> set[Modality]:
        known = self.networks.encoders.keys()
        kinds = {modality} if modality is not VIDEO else {IMAGE} if self.sees() else set()
        if modality in (AUDIO, VIDEO):
            kinds |= {AUDIO} if self.listener is None else {AUDIO, TEXT}
        return kinds & known
