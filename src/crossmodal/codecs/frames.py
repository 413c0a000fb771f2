"""The frames of a film: decoding, painting them upright, and finding them by time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from ..errors import TooLarge, UnreadableMedia, UnsupportedMedia
from ..media import Image
from .container import CLOCK, DAMAGED, Damage, film_track, require_decoder, start
from .files import unreadable

_HD = 720  # lines from which a film that does not say so has the colours of BT.709
_UNSPECIFIED = 2  # FFmpeg's number of the colour space of a film that does not say
_MARGIN = 1.0  # seconds before the beginning: formats without an index seek past what they are told
_FAR = 10.0  # seconds ahead from which seeking is worth it where no index tells


def picture_track(container: InputContainer, max_pixels: int) -> VideoStream:
    """Return the moving picture of `container`, ready to decode.

    Raises:
        TooLarge: its frames have more than `max_pixels`.
        UnsupportedMedia: there is none, or FFmpeg has no decoder for it.
    """
    track = film_track(container)
    if track is None:
        raise UnsupportedMedia("It has no moving picture", cure="Pass a film.")
    require_decoder(track, what="picture")
    width, height = track.codec_context.width, track.codec_context.height
    if width * height > max_pixels:
        raise TooLarge(
            f"Its frames are {width} x {height} pixels and {max_pixels:,} are allowed",
            cure="Make it smaller, or raise max_pixels.",
        )
    track.thread_type = "AUTO"
    return track


def decoded(
    container: InputContainer, track: VideoStream, damage: Damage
) -> Iterator[av.VideoFrame]:
    """Yield the frames of `track` from where `container` stands, in order of time."""
    for frame in damage.decode(container, track):
        if isinstance(frame, av.VideoFrame):
            yield frame


def time_of(frame: av.VideoFrame, track: VideoStream) -> float:
    """Return the seconds from the film's beginning at which `frame` comes on screen."""
    base = frame.time_base or track.time_base or Fraction(0)
    return float((frame.pts or 0) * base - start(track))


class Canvas:
    """Paints a film's frames upright, all in the size of its first frame."""

    def __init__(self, first: av.VideoFrame) -> None:
        self._size = first.width, first.height
        self._matrix = _display_matrix(first)

    @property
    def upright_size(self) -> tuple[int, int]:
        """(width, height) of the pictures that `paint` returns."""
        width, height = self._size
        return (height, width) if _swaps(self._matrix) else (width, height)

    def paint(self, frame: av.VideoFrame, *, at_least: int | None = None) -> Image:
        """Return `frame` as a picture.

        Args:
            at_least: a shorter side in pixels that is enough; None for the frame's own size.
        """
        size = _enough(self._size, at_least)
        hd = frame.colorspace == _UNSPECIFIED and frame.height >= _HD
        with unreadable("A frame cannot be turned into a picture", cure=DAMAGED):
            flat = frame.reformat(
                *size,
                format="rgb24",
                src_colorspace=Colorspace.ITU709 if hd else None,
                threads=1,  # many films, or frames, are worked on at once
            )
            pixels = np.asarray(flat.to_ndarray(), np.uint8)
        return Image(_turned(pixels, self._matrix))


def _enough(size: tuple[int, int], at_least: int | None) -> tuple[int, int]:
    """Return `size` halved as often as its shorter side stays twice `at_least` or more."""
    while at_least is not None and min(size) >= 4 * at_least:
        size = size[0] // 2, size[1] // 2
    return size


def _display_matrix(frame: av.VideoFrame) -> NDArray[np.int32]:
    """Return the 2 x 2 part of the matrix that takes (x, y) as stored to (x, y) as shown.

    Row 0 is what x gives to (x, y), row 1 what y gives; only their signs matter here.
    """
    side_data = cast(Mapping[str, Any], frame.side_data)
    try:
        data = bytes(side_data["DISPLAYMATRIX"])
    except KeyError:
        return np.eye(2, dtype=np.int32)
    return np.frombuffer(data, np.int32, count=9).reshape(3, 3)[:2, :2]


def _swaps(matrix: NDArray[np.int32]) -> bool:
    """Return whether width and height change places; slanted angles count as the nearest."""
    size = np.abs(matrix.astype(np.int64))
    return bool(size[0, 1] + size[1, 0] > size[0, 0] + size[1, 1])


def _turned(pixels: NDArray[np.uint8], matrix: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return `pixels` (H, W, 3) as they are shown."""
    if _swaps(matrix):
        pixels, x_sign, y_sign = pixels.transpose(1, 0, 2), matrix[1, 0], matrix[0, 1]
    else:
        x_sign, y_sign = matrix[0, 0], matrix[1, 1]
    return pixels[:: -1 if y_sign < 0 else 1, :: -1 if x_sign < 0 else 1]


class Cursor:
    """Walks over a film's frames, forwards, or by a jump where that is shorter."""

    def __init__(self, container: InputContainer, track: VideoStream) -> None:
        self._container, self._track = container, track
        self._current: av.VideoFrame | None = None  # on screen, once `_ahead` is passed
        self._begin()

    def at(self, time: float) -> av.VideoFrame:
        """Return the frame on screen at `time` (seconds from the film's beginning)."""
        if self._jump_helps(time):
            self._seek(time)
            if self._ahead is None or self._time(self._ahead) > time:  # it landed behind `time`
                self._seek(-_MARGIN)
        while self._ahead is not None and self._time(self._ahead) <= time:
            self._step()
        frame = self._current or self._ahead
        if frame is None:
            raise UnreadableMedia("None of its frames can be decoded", cure=DAMAGED)
        return frame

    def _begin(self) -> None:
        self._frames = decoded(self._container, self._track, Damage())
        self._current, self._ahead = None, next(self._frames, None)

    def _step(self) -> None:
        self._current, self._ahead = self._ahead, next(self._frames, None)

    def _time(self, frame: av.VideoFrame) -> float:
        return time_of(frame, self._track)

    def _stamp(self, time: float) -> int:
        base = self._track.time_base or Fraction(1, CLOCK)
        return int((Fraction(float(time)) + start(self._track)) / base)

    def _jump_helps(self, time: float) -> bool:
        if self._current is not None and time < self._time(self._current):
            return True
        if self._ahead is None:
            return False
        here, there = self._ahead.pts or 0, self._stamp(time)
        index = self._track.index_entries
        if len(index) and index[len(index) - 1].timestamp >= there:
            nearest = index.search_timestamp(there, backward=True)
            return nearest >= 0 and index[nearest].timestamp > here
        return time - self._time(self._ahead) > _FAR

    def _seek(self, time: float) -> None:
        """Go to the last key frame at `time` or before, or somewhat near to it."""
        with unreadable("It cannot be searched by time", cure=DAMAGED):
            try:
                self._container.seek(self._stamp(time), stream=self._track, backward=True)
            except av.FFmpegError:  # some formats refuse times before the beginning
                self._container.seek(self._stamp(0.0), stream=self._track, backward=True)
        self._begin()
