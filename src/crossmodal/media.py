"""Media as values: what the four modalities look like in memory.

Values are frozen and their arrays read-only, so a medium may be shared between threads and its
`content_id()` stays true. Codecs make them from bytes; models take and return them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .modality import Modality


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech: `text` was said from `start` to `end` (seconds).

    `confidence` is in [0, 1], or None where the recogniser has none; `words` are the same stretch
    word by word, where known.
    """

    start: float
    end: float
    text: str
    confidence: float | None = None
    words: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """Writing in a picture: `text` stands in `box` = (left, top, width, height), in pixels."""

    box: tuple[float, float, float, float]
    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Words: a query, a caption, a document or a transcript.

    Attributes:
        content: the words.
        language: BCP 47 code such as "en", or None where unknown.
        segments: for transcripts, when each part was said; in order of time.
        regions: for text read in a picture, where each part stands; in reading order.
        confidence: probability in [0, 1] that it is right, where its maker knows; else None.
    """

    content: str
    language: str | None = None
    segments: tuple[Segment, ...] = ()
    regions: tuple[Region, ...] = ()
    confidence: float | None = None

    @property
    def modality(self) -> Modality:
        return Modality.TEXT

    def content_id(self) -> str:
        return _digest(b"text", self.content.encode("utf-8", "surrogatepass"))

    def save(self, path: str | PathLike[str]) -> Path:
        """Write it to `path`, whose ending says the kind of file; see `codecs.saving`."""
        return _save(self, path)

    def to_srt(self) -> str:
        """Return the segments as SubRip subtitles, each as it is; see `Workbench.subtitle`."""
        return _subtitles(self, "srt")

    def to_vtt(self) -> str:
        """Return the segments as WebVTT subtitles, each as it is."""
        return _subtitles(self, "vtt")

    def __str__(self) -> str:
        return self.content


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """A picture: `pixels` is (H, W, 3) uint8, sRGB, upright, at least 1 x 1."""

    pixels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        shape, kind = self.pixels.shape, self.pixels.dtype
        if len(shape) != 3 or shape[2] != 3 or 0 in shape or kind != np.uint8:
            raise InputError(
                f"A picture came as {shape} {kind}", cure="Pass (H, W, 3) uint8, H and W >= 1."
            )
        object.__setattr__(self, "pixels", _read_only(self.pixels))

    @property
    def modality(self) -> Modality:
        return Modality.IMAGE

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def content_id(self) -> str:
        return _digest(b"image", repr(self.pixels.shape).encode(), self.pixels)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write it to `path`, whose ending says the kind of file; see `codecs.saving`."""
        return _save(self, path)


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A sound: `samples` is (T,) float32 in [-1, 1], one channel, at `rate` samples a second."""

    samples: NDArray[np.float32]
    rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 1 or self.samples.dtype != np.float32:
            raise InputError(
                f"A sound came as {self.samples.shape} {self.samples.dtype}",
                cure="Pass (T,) float32 in [-1, 1].",
            )
        if self.rate <= 0:
            raise InputError(f"A sound came at {self.rate} Hz", cure="Pass a rate above 0.")
        object.__setattr__(self, "samples", _read_only(self.samples))

    @property
    def modality(self) -> Modality:
        return Modality.AUDIO

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.rate

    def content_id(self) -> str:
        return _digest(b"audio", str(self.rate).encode(), self.samples)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write it to `path`, whose ending says the kind of file; see `codecs.saving`."""
        return _save(self, path)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a film, shown from `time` (seconds from the film's start)."""

    time: float
    image: Image


@dataclass(frozen=True, slots=True, eq=False)
class Video:
    """A film, decoded frame by frame: it is never whole in memory.

    Attributes:
        width, height: pixels, upright.
        fps: frames a second, on average.
        duration: seconds.
        digest: hash of the encoded film.
        open_frames: starts at the film's beginning and yields its frames in order of time.
        open_audio: decodes the soundtrack; None where the film has none.
        open_at: yields the frames on screen at given times (seconds, ascending), jumping between
            key frames; None where only `open_frames` is known.
    """

    width: int
    height: int
    fps: float
    duration: float
    digest: str
    open_frames: Callable[[], Iterator[Frame]] = field(repr=False)
    open_audio: Callable[[], Audio] | None = field(default=None, repr=False)
    open_at: Callable[[Sequence[float]], Iterator[Frame]] | None = field(default=None, repr=False)

    @property
    def modality(self) -> Modality:
        return Modality.VIDEO

    def frames(self) -> Iterator[Frame]:
        return self.open_frames()

    def at(self, times: Sequence[float]) -> Iterator[Frame]:
        """Yield the frame that is on screen at each of `times` (seconds, ascending)."""
        if self.open_at is not None:
            yield from self.open_at(times)
            return
        frames = self.frames()
        shown, after = next(frames, None), next(frames, None)
        for time in times:
            while after is not None and after.time <= time:
                shown, after = after, next(frames, None)
            if shown is not None:
                yield shown

    def audio(self) -> Audio | None:
        """The soundtrack, decoded now, or None where the film has none."""
        return None if self.open_audio is None else self.open_audio()

    def content_id(self) -> str:
        return _digest(b"video", self.digest.encode())

    def save(self, path: str | PathLike[str]) -> Path:
        """Write it to `path`, whose ending says the kind of file; see `codecs.saving`."""
        return _save(self, path)


Media: TypeAlias = Text | Image | Audio | Video


def _save(medium: Media, path: str | PathLike[str]) -> Path:
    # The one import that goes up: a convenience for users, taken when it is called.
    from .codecs.saving import save

    return save(medium, path)


def _subtitles(text: Text, kind: Literal["srt", "vtt"]) -> str:
    from .codecs.subtitles import encode  # goes up, as above

    return encode(text, format=kind).decode()


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a contiguous view of `array` that cannot be written through."""
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view


_hasher = partial(hashlib.blake2b, digest_size=16)


def _digest(*parts: Any) -> str:
    """Return 32 hexadecimal digits that stand for `parts` (bytes or contiguous arrays)."""
    state = _hasher()
    for part in parts:
        data = memoryview(part).cast("B")
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()
