"""Films as timed entries: their shots, and what is heard and said in them."""

from __future__ import annotations

from pathlib import Path

from ..codecs.container import tracks
from ..codecs.glances import Glances
from ..contracts import Prepared
from ..errors import InputError
from ..modality import IMAGE
from .moments import Moments
from .senses import Notes, Senses
from .sounds import hear
from .store import Entry


def watch(path: Path, *, senses: Senses, notes: Notes) -> list[Entry]:
    """Return the timed entries of the film at `path`.

    Where only its pictures or only its sound can be decoded, those are taken.

    Args:
        notes: told what could not be read.

    Raises:
        InputError: nothing of it can be decoded.
    """
    ways = [_see] if senses.sees() else []
    if senses.hears() and tracks(path).sound:
        ways.append(hear)
    entries: list[Entry] = []
    failed: list[InputError] = []
    for way in ways:
        try:
            entries += way(path, senses=senses, notes=notes)
        except InputError as error:
            failed.append(error)
    if failed and len(failed) == len(ways):
        raise failed[0]
    for failure in failed:
        notes.add(f"{failure.problem}.")
    return entries


def _see(path: Path, *, senses: Senses, notes: Notes) -> list[Entry]:
    encoder = senses.networks.encoders[IMAGE]
    shots = _Shots(senses, notes)
    glances = Glances(
        path,
        limits=senses.limits,
        at_least=encoder.card.options.get("side"),
        on_partial=notes.add,
    )
    for frame in glances:
        senses.go_on(path, frame.time)
        shots.add(frame.time, encoder.prepare(frame.image))
    shots.finish(glances.end)
    maker = encoder.card.id
    return [
        Entry(moment.start, moment.end, None, moment.vector, maker)
        for moment in shots.moments.found
    ]


class _Shots:
    """Encodes frames in batches and puts those that are alike together."""

    def __init__(self, senses: Senses, notes: Notes) -> None:
        self._networks, self._notes = senses.networks, notes
        self._times: list[float] = []
        self._waiting: list[Prepared] = []
        self.moments = Moments()

    def add(self, time: float, prepared: Prepared) -> None:
        """Take the next frame; the one before is on screen until `time`."""
        if len(self._waiting) >= self._networks.size:
            self._encode(time)
        self._times.append(time)
        self._waiting.append(prepared)

    def finish(self, end: float) -> None:
        """Take note that the last frame is on screen until `end`."""
        if self._waiting:
            self._encode(end)

    def _encode(self, end: float) -> None:
        rows = self._networks.rows(IMAGE, self._waiting)
        ends = [*self._times[1:], end]
        for start, stop, row in zip(self._times, ends, rows, strict=True):
            if isinstance(row, Exception):
                self._notes.add(f"Its picture at {start:.0f} s: {row}.")
            else:
                self.moments.add(start, max(start, stop), row)
        self._times, self._waiting = [], []
