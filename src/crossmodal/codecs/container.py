"""The door to FFmpeg, for sound and film alike.

FFmpeg gets an open file and the format to read it as. It never gets a name: it would take some
for URLs. It never guesses: some formats it knows (playlists) open further files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from ..errors import UnreadableMedia, UnsupportedMedia
from .files import Source, naming, open_source, unreadable
from .limits import DEFAULT
from .sniff import HEAD, sniff, stranger

# Name that `sniff` gives → FFmpeg's reader
_READERS = {
    **{name: name for name in ("wav", "flac", "mp3", "ogg", "aac", "aiff", "au", "caf", "amr")},
    **dict.fromkeys(("mp4", "mov", "m4a"), "mov"),
    **dict.fromkeys(("matroska", "webm"), "matroska"),
    "ogv": "ogg",
    "avi": "avi",
    "mpeg-ts": "mpegts",
    "mpeg-ps": "mpeg",
    "flv": "flv",
    "asf": "asf",
}

# Formats whose headers say exactly how long a track is, by FFmpeg's names
_EXACT = {"flac", "aiff", "au", "caf", "avi", "mov,mp4,m4a,3gp,3g2,mj2"}
_LACK = 0.25  # seconds that must lack of an exact length to be reported, and
_LACK_SHARE = 0.02  # of that length

DAMAGED = "It is damaged or cut short: copy or download it again."
CLOCK = 1_000_000  # FFmpeg counts a container's time in microseconds


@contextmanager
def opened(source: Source, *, max_pixels: int = DEFAULT.max_pixels) -> Iterator[InputContainer]:
    """Open `source` for decoding. Input errors raised within get its name.

    Args:
        source: the path or the bytes of a sound or film.
        max_pixels: frames with more are never decoded, whatever the headers say.

    Raises:
        UnreadableMedia: it cannot be opened, is empty or damaged.
        UnsupportedMedia: it is neither sound nor film.
    """
    with naming(source), open_source(source) as stream:
        head = stream.read(HEAD)
        stream.seek(0)
        kind = sniff(head)
        if kind is None:
            raise stranger(head)
        if kind.name not in _READERS:
            problem = f"It is {kind.modality} ({kind.name})"
            raise UnsupportedMedia(problem, cure="Pass sound or film.")
        with unreadable(f"The {kind.name} file cannot be opened", cure=DAMAGED):
            container = av.open(
                stream,
                "r",
                format=_READERS[kind.name],
                options={"max_pixels": str(max_pixels)},
                metadata_errors="replace",
            )
        with container:
            yield container


def film_track(container: InputContainer) -> VideoStream | None:
    """Return the moving picture of `container`; None where it has none, or only a cover."""
    still = Disposition.attached_pic | Disposition.timed_thumbnails
    return next((track for track in container.streams.video if not track.disposition & still), None)


def sound_track(container: InputContainer) -> AudioStream | None:
    """Return the first sound track of `container`, or None."""
    return next(iter(container.streams.audio), None)


def start(track: AudioStream | VideoStream) -> Fraction:
    """Return the time stamp, in seconds, at which `track` begins."""
    return (track.start_time or 0) * (track.time_base or Fraction(0))


def length(track: AudioStream | VideoStream) -> float | None:
    """Return the seconds that `track` lasts, or None where its container does not say."""
    if track.duration is None or track.time_base is None:
        return None
    return float(track.duration * track.time_base)


def require_decoder(track: AudioStream | VideoStream, *, what: str) -> None:
    """Raise `UnsupportedMedia` where FFmpeg has no decoder for `track`."""
    if getattr(track, "codec_context", None) is None:
        problem = f"FFmpeg has no decoder for its {what} track here"
        raise UnsupportedMedia(problem, cure="Convert it to H.264 or AAC first.")


@dataclass(frozen=True, slots=True)
class Tracks:
    """Which tracks a file has."""

    picture: bool
    sound: bool


def tracks(source: Source) -> Tracks:
    """Return which tracks `source`, a sound or film by its first bytes, has."""
    with opened(source) as container:
        return Tracks(film_track(container) is not None, sound_track(container) is not None)


def is_film(source: Source) -> bool:
    """Return whether `source`, a sound or film by its first bytes, has a moving picture."""
    return tracks(source).picture


class Damage:
    """Counts what of a track could not be decoded."""

    def __init__(self) -> None:
        self.packets = 0
        self.broke_off = False
        self.span = 0.0  # seconds from the track's beginning to its last frame

    def decode(
        self, container: InputContainer, track: AudioStream | VideoStream
    ) -> Iterator[av.AudioFrame | av.VideoFrame]:
        """Yield the frames of `track` from where `container` stands, stepping over damage."""
        packets = container.demux(track)
        while True:
            try:
                packet = next(packets, None)
            except Exception:  # noqa: BLE001 - see files.unreadable
                self.broke_off = True
                return
            if packet is None:
                return
            try:
                frames = packet.decode()
            except Exception:  # noqa: BLE001
                self.packets += 1
                continue
            for frame in frames:
                if isinstance(frame, av.AudioFrame | av.VideoFrame):
                    if frame.time is not None:
                        self.span = max(self.span, frame.time - float(start(track)))
                    yield frame

    def clause(self, track: AudioStream | VideoStream, *, seconds: float, what: str) -> str:
        """Return what must be said of `track`, of which `seconds` were decoded; "" for nothing.

        Raises:
            UnreadableMedia: nothing was decoded.
        """
        clauses = []
        if self.packets:
            clauses.append(f"{self.packets} damaged packets were left out")
        if self.broke_off:
            clauses.append("it breaks off before its end")
        if not seconds:
            problem = f"None of its {what} can be decoded" if clauses else f"It holds no {what}"
            raise UnreadableMedia(problem, cure=DAMAGED)
        exact = track.container.format.name in _EXACT
        declared = max(self.span, (exact and length(track)) or 0.0)
        if declared - seconds > max(_LACK, _LACK_SHARE * declared):
            clauses.insert(0, f"{seconds:.1f} of {declared:.1f} seconds could be decoded")
        return " and ".join(clauses)
