"""Sounds as timed entries: what is heard, some seconds at a time, and what is said.

A sound is read once, in blocks, so that its length costs no memory but for the entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ..codecs import audio
from ..contracts import Encoder, Prepared
from ..errors import InputError
from ..media import Audio, Segment, Text
from ..modality import AUDIO, TEXT
from .moments import Moments
from .networks import Networks
from .senses import Listener, Notes, Senses
from .store import Entry

RATE = 16_000  # samples a second, for models that do not ask for another rate
BLOCK = 30.0  # seconds that are decoded at once
WINDOW = 5.0  # seconds that one vector stands for
OVERLAP = 1.0  # seconds: what lasts no longer is whole in one of the windows
FEW = 24  # windows that stand for a sound that is searched with
SILENCE = 1e-3  # of full scale (-60 dB): a window that stays below has no vector

SAID_TOGETHER = 15.0  # seconds of speech, at most, that make one entry
PAUSE = 2.0  # seconds without speech that end it


def hear(path: Path, *, senses: Senses, notes: Notes) -> list[Entry]:
    """Return the timed entries of the sound at `path`, or of the soundtrack of a film.

    Args:
        notes: told what could not be read.

    Raises:
        InputError: it has no sound track, or nothing of it can be decoded.
    """
    encoder = senses.networks.encoders.get(AUDIO)
    windows = Windows(senses.networks, encoder, notes) if encoder else None
    blocks = _Blocks(path, windows, rate=rate_of(encoder), senses=senses, notes=notes)
    said = _said(senses.listener, blocks, notes) if senses.listener else []
    for _ in blocks:  # what the listener has left; all of it where there is none
        pass
    heard = windows.entries() if windows else []
    return [*heard, *_spoken(said, senses.networks)]


def rate_of(encoder: Encoder | None) -> int:
    """Return the samples a second that `encoder` asks for."""
    return int(encoder.card.options.get("rate", RATE)) if encoder else RATE


def few_windows(sound: Audio) -> list[Audio]:
    """Return up to FEW windows, evenly spaced, that stand for a whole sound; it may be short."""
    cutter = Cutter()
    windows = [window for _, window in (*cutter.add(sound), *cutter.finish())] or [sound]
    places = np.linspace(0, len(windows) - 1, min(FEW, len(windows))).round().astype(int)
    return [windows[place] for place in places]


class _Blocks:
    """The sound at `path` in blocks, each of which is cut into windows on its way."""

    def __init__(
        self, path: Path, windows: Windows | None, *, rate: int, senses: Senses, notes: Notes
    ) -> None:
        self._blocks = self._read(path, windows, rate, senses, notes)
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[Audio]:
        return self._blocks

    def _read(
        self, path: Path, windows: Windows | None, rate: int, senses: Senses, notes: Notes
    ) -> Iterator[Audio]:
        most, seconds = senses.limits.max_seconds, 0.0
        try:
            for block in audio.stream(path, rate=rate, seconds=BLOCK, on_partial=notes.add):
                senses.go_on(path, seconds)
                if seconds >= most:
                    notes.add(f"Only its first {most:,.0f} seconds are indexed (max_seconds).")
                    break
                seconds += block.duration
                if windows is not None:
                    windows.add(block)
                yield block
        except Exception as error:
            self.error = error
            raise
        if windows is not None:
            windows.finish()


def _said(listener: Listener, blocks: _Blocks, notes: Notes) -> list[Segment]:
    """Return what is said in `blocks`; a listener that fails leaves it at what it had."""
    said: list[Segment] = []
    try:
        said.extend(listener(blocks))
    except Exception as error:  # whatever it is, the sound itself is still good
        if blocks.error is not None:
            raise
        notes.add(f"Its speech could not be written down: {error}.")
    return said


def _spoken(said: Sequence[Segment], networks: Networks) -> list[Entry]:
    """Return an entry for each stretch of speech, with the vector of its words."""
    encoder = networks.encoders.get(TEXT)
    stretches = list(_together(said))
    ready: list[tuple[int, Prepared]] = []
    for place, segment in enumerate(stretches):
        try:
            if encoder is not None:
                ready.append((place, encoder.prepare(Text(segment.text))))
        except InputError:  # no words that it knows
            continue
    rows = networks.rows(TEXT, [prepared for _, prepared in ready]) if ready else []
    vectors = {
        place: row
        for (place, _), row in zip(ready, rows, strict=True)
        if not isinstance(row, Exception)
    }
    maker = networks.name(TEXT) if vectors else ""
    return [
        Entry(segment.start, segment.end, segment.text, vectors.get(place), maker)
        for place, segment in enumerate(stretches)
    ]


def _together(said: Sequence[Segment]) -> Iterator[Segment]:
    """Yield `said` with what follows without a pause put together."""
    held: Segment | None = None
    for segment in said:
        if not segment.text.strip():
            continue
        near = held and segment.start - held.end < PAUSE
        if held and near and segment.end - held.start <= SAID_TOGETHER:
            held = Segment(held.start, segment.end, f"{held.text} {segment.text}")
            continue
        if held:
            yield held
        held = Segment(segment.start, segment.end, segment.text)
    if held:
        yield held


class Windows:
    """What an encoder hears in consecutive blocks of one sound."""

    def __init__(self, networks: Networks, encoder: Encoder, notes: Notes) -> None:
        self._networks, self._encoder, self._notes = networks, encoder, notes
        self._cutter = Cutter()
        self._times: list[tuple[float, float]] = []  # of what waits for the network
        self._waiting: list[Prepared] = []
        self._moments = Moments()

    def add(self, block: Audio) -> None:
        """Listen to the next block."""
        for start, window in self._cutter.add(block):
            self._take(start, window)

    def finish(self) -> None:
        """Listen to what is left at the end."""
        for start, window in self._cutter.finish():
            self._take(start, window)
        self._encode()

    def entries(self) -> list[Entry]:
        """Return what was heard, as entries in order of time."""
        maker = self._encoder.card.id
        return [
            Entry(moment.start, moment.end, None, moment.vector, maker)
            for moment in self._moments.found
        ]

    def _take(self, start: float, window: Audio) -> None:
        if not len(window.samples) or np.abs(window.samples).max() < SILENCE:
            return
        self._times.append((start, start + window.duration))
        self._waiting.append(self._encoder.prepare(window))
        if len(self._waiting) >= self._networks.size:
            self._encode()

    def _encode(self) -> None:
        rows = self._networks.rows(AUDIO, self._waiting)
        for (start, end), row in zip(self._times, rows, strict=True):
            if isinstance(row, Exception):
                self._notes.add(f"Its sound from {start:.0f} to {end:.0f} s: {row}.")
            else:
                self._moments.add(start, end, row)
        self._times, self._waiting = [], []


class Cutter:
    """Cuts consecutive blocks of one sound into windows that overlap."""

    def __init__(self) -> None:
        self._held = np.zeros(0, np.float32)
        self._rate = RATE
        # In samples from the sound's beginning: where `_held` and the next window begin, and up
        # to where windows have been cut.
        self._start = self._next = self._done = 0

    def add(self, block: Audio) -> Iterator[tuple[float, Audio]]:
        """Yield the windows that `block` completes, each with its start in seconds."""
        self._rate = block.rate
        size, step = round(WINDOW * block.rate), round((WINDOW - OVERLAP) * block.rate)
        self._held = np.concatenate([self._held, block.samples])
        end = self._start + len(self._held)
        while self._next + size <= end:
            yield self._window(self._next, self._next + size)
            self._done, self._next = self._next + size, self._next + step
        kept = max(self._start, self._done - size)  # should it end here: for the last window
        self._held, self._start = self._held[kept - self._start :].copy(), kept

    def finish(self) -> Iterator[tuple[float, Audio]]:
        """Yield the end of the sound, as a whole window if it is that long, unless it was cut."""
        end = self._start + len(self._held)
        if end > self._done:
            yield self._window(max(self._start, end - round(WINDOW * self._rate)), end)

    def _window(self, first: int, last: int) -> tuple[float, Audio]:
        samples = self._held[first - self._start : last - self._start]
        return first / self._rate, Audio(samples, self._rate)
