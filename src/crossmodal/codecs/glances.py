"""The frames of a film worth a look: after every cut, and every two seconds while it moves.

Every frame that others refer to is decoded, in order. What differs between two of them is told
from a few rows of their planes, without turning them into pictures; only those worth a look are.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
from av.codec.context import CodecContext
from av.container import InputContainer
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from ..media import Frame
from . import partial
from .container import Damage, opened
from .files import Source, shown
from .frames import Canvas, decoded, picture_track, time_of
from .limits import DEFAULT, Limits

LOOK = 0.08  # seconds between two frames that are compared, at least
EVERY = 2.0  # seconds after which a frame is worth a look if it differs from the last that was
BREATH = 0.2  # seconds between two that are worth a look, at least; a film may flicker
CUT = 18.0  # mean difference, of 255, between two frames in a row, from which on it is a cut
STILL = 2.0  # mean difference, of 255, from the last look, up to which nothing moves

WIDE, HIGH = 32, 24  # what a frame is told by, in each plane
SMALL = 320 * 240  # pixels of a frame up to which threads cost more than they help
_SKIP_FPS = 20  # frames a second from which on those that no other refers to are left out
_SKIPPED = 4  # of them in a row at most

Thumb = NDArray[np.float32]


class Glances:
    """The frames of the film `source` that are worth a look, as an iterable: it is read once.

    Memory does not depend on the film's length.

    Args:
        source: the path or the bytes of a film.
        limits: `max_pixels` of one frame; after `max_seconds` no more is read.
        at_least: a shorter side in pixels that is enough; None for whole frames.
        on_partial: told, in one line, when only a part could be read.

    Attributes:
        end: seconds from the film's beginning up to which it was read, once it was.
    """

    def __init__(
        self,
        source: Source,
        *,
        limits: Limits = DEFAULT,
        at_least: int | None = None,
        on_partial: partial.Report = partial.warn,
    ) -> None:
        self._source, self._limits = source, limits
        self._at_least, self._on_partial = at_least, on_partial
        self._stopped = False
        self.end = 0.0

    def __iter__(self) -> Iterator[Frame]:
        """Yield them in order of time.

        Raises:
            TooLarge: its frames have too many pixels.
            UnreadableMedia: no frame can be decoded.
            UnsupportedMedia: it has no moving picture.
        """
        damage = Damage()
        with opened(self._source, max_pixels=self._limits.max_pixels) as container:
            track = picture_track(container, self._limits.max_pixels)
            if track.codec_context.width * track.codec_context.height <= SMALL:
                track.codec_context.thread_count = 1
            slack = leave_out(track)
            gap = 1 / float(track.average_rate or track.guessed_rate or 25)
            yield from self._choose(container, track, damage, gap)
            if self._stopped:
                clause = f"only its first {self._limits.max_seconds:,.0f} seconds are read"
            else:
                seconds = self.end + slack * gap if self.end else 0.0
                clause = damage.clause(track, seconds=seconds, what="frames")
        if clause:
            self._on_partial(f"{shown(self._source)}: {clause}.")

    def _choose(
        self, container: InputContainer, track: VideoStream, damage: Damage, gap: float
    ) -> Iterator[Frame]:
        canvas: Canvas | None = None
        before: Thumb | None = None  # the last that was compared,
        looked: Thumb | None = None  # and the last that was worth a look
        compared, taken, cut, time = -LOOK, 0.0, False, 0.0
        for frame in decoded(container, track, damage):
            time = max(time, time_of(frame, track) if frame.pts is not None else time + gap)
            if time >= self._limits.max_seconds:
                self._stopped = True
                return
            self.end = time + gap
            if time - compared < LOOK:
                continue
            compared, here = time, thumb(frame)
            cut = cut or before is None or difference(before, here) >= CUT
            before = here
            moved = time - taken >= EVERY and difference(looked, here) > STILL
            if looked is None or moved or (cut and time - taken >= BREATH):
                canvas = canvas or Canvas(frame)
                looked, taken, cut = here, time, False
                yield Frame(time, canvas.paint(frame, at_least=self._at_least))


def thumb(frame: av.VideoFrame) -> Thumb:
    """Return (planes, HIGH, WIDE): what tells `frame` from others, 0 to 255."""
    if _is_plain(frame):
        return np.stack([_shrunk(_plane(frame, number)) for number in range(3)])
    small = frame.reformat(WIDE, HIGH, "rgb24", interpolation=Interpolation.FAST_BILINEAR)
    return np.moveaxis(np.asarray(small.to_ndarray(), np.float32), 2, 0)


def difference(one: Thumb | None, other: Thumb) -> float:
    """Return the mean difference, 0 to 255, of the plane that differs most."""
    if one is None or one.shape != other.shape:
        return 255.0
    return float(np.abs(one - other).mean(axis=(1, 2)).max())


def _is_plain(frame: av.VideoFrame) -> bool:
    """Return whether `frame` has three planes of bytes, large enough to pick rows from."""
    kind = frame.format
    return (
        len(frame.planes) == 3
        and len(kind.components) == 3
        and all(part.bits == 8 for part in kind.components)
        and all(plane.width >= WIDE and plane.height >= HIGH for plane in frame.planes)
    )


def _plane(frame: av.VideoFrame, number: int) -> NDArray[np.uint8]:
    plane = frame.planes[number]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    shaped: NDArray[np.uint8] = rows[: plane.height, : plane.width]
    return shaped


def _shrunk(plane: NDArray[np.uint8]) -> Thumb:
    """Return (HIGH, WIDE): the means of as many columns, each of two rows."""
    height, width = plane.shape
    rows = plane[np.linspace(0, height - 1, 2 * HIGH).astype(int), : width - width % WIDE]
    means: Thumb = rows.reshape(HIGH, 2, WIDE, -1).mean(axis=(1, 3), dtype=np.float32)
    return means


def leave_out(track: VideoStream) -> int:
    """Leave frames out that no other refers to, where there are many; return how many in a row."""
    if float(track.average_rate or 0) < _SKIP_FPS:
        return 0
    context: CodecContext = track.codec_context
    context.skip_frame = "NONREF"
    return _SKIPPED
