"""Film from files, decoded frame by frame, and back. FFmpeg does the work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial as bound
from itertools import chain
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream

from ..errors import InputError, TooLarge, UnreadableMedia
from ..media import Audio, Frame, Image, Video
from . import audio as sound
from . import partial
from .container import CLOCK, DAMAGED, Damage, length, opened, sound_track, start
from .files import FilePath, Source, naming, open_source, shown, unreadable
from .frames import Canvas, Cursor, decoded, picture_track, time_of
from .limits import DEFAULT, Limits

_CHUNK = 1 << 20  # bytes read at once for the digest
_BT709 = 1  # FFmpeg's number for the colours of HD television

# A film file's ending → FFmpeg's writer, and its encoders for the pictures and the sound
_WRITERS = {
    ".mp4": ("mp4", "libx264", "aac", 48_000),
    ".webm": ("webm", "libvpx-vp9", "libopus", 48_000),
}


def open(  # noqa: A001
    source: Source, *, limits: Limits = DEFAULT, on_partial: partial.Report = partial.warn
) -> Video:
    """Return the film `source`. Its first frame is decoded now, the others when they are taken.

    Frames are upright, sRGB, and all of one size. Their times come from the file, in seconds from
    the first frame's, so a variable frame rate is kept.

    Args:
        source: the path or the bytes of a film.
        limits: `max_pixels` of one frame, and `max_seconds`.
        on_partial: told, in one line, when only a part of the frames or of the soundtrack could
            be decoded; that part is given.

    Raises:
        TooLarge: it is beyond `limits`.
        UnreadableMedia: its first frame cannot be decoded.
        UnsupportedMedia: it has no moving picture.
    """
    if not isinstance(source, bytes):
        source = Path(source).absolute()
    with opened(source, max_pixels=limits.max_pixels) as container:
        track = picture_track(container, limits.max_pixels)
        duration, fps = _pace(container, track)
        if duration > limits.max_seconds:
            raise TooLarge(
                f"It lasts {duration:,.0f} seconds and {limits.max_seconds:,.0f} are allowed",
                cure="Cut it, or raise max_seconds.",
            )
        has_sound = sound_track(container) is not None
    with opened(source, max_pixels=limits.max_pixels) as container:
        first = next(
            decoded(container, picture_track(container, limits.max_pixels), Damage()), None
        )
        if first is None:
            raise UnreadableMedia("None of its frames can be decoded", cure=DAMAGED)
        width, height = Canvas(first).upright_size
    hear = bound(
        sound.decode,
        source,
        max_seconds=limits.max_seconds,
        max_samples=limits.max_samples,
        on_partial=on_partial,
    )
    return Video(
        width=width,
        height=height,
        fps=fps,
        duration=duration,
        digest=_digest(source),
        open_frames=bound(_frames, source, limits.max_pixels, on_partial),
        open_audio=hear if has_sound else None,
        open_at=bound(sample, source, limits=limits),
    )


def sample(source: Source, times: Sequence[float], *, limits: Limits = DEFAULT) -> Iterator[Frame]:
    """Yield the frame that is on screen at each of `times`, in their order.

    Jumps to the nearest key frame wherever that saves decoding. Before the film's beginning its
    first frame counts, after its end the last. `Frame.time` is when the frame came on screen.

    Args:
        source: the path or the bytes of a film.
        times: seconds from the film's beginning; quickest in ascending order.
        limits: `max_pixels` of one frame.
    """
    with opened(source, max_pixels=limits.max_pixels) as container:
        track = picture_track(container, limits.max_pixels)
        cursor, canvas = Cursor(container, track), None
        for time in times:
            frame = cursor.at(time)
            canvas = canvas or Canvas(frame)
            yield Frame(time_of(frame, track), canvas.paint(frame))


def write(
    path: FilePath, frames: Iterable[Image], *, fps: float, audio: Audio | None = None
) -> None:
    """Write a film: H.264 and AAC to a name that ends in .mp4, VP9 and Opus to one in .webm.

    The file appears when it is complete. Frames of an odd width or height, which those codecs
    lack, get their last column or row twice.

    Args:
        path: where to; a file there is replaced.
        frames: one or more pictures of one size; taken one by one.
        fps: frames a second.
        audio: the soundtrack, from the first frame on.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in _WRITERS:
        known = " or ".join(_WRITERS)
        raise InputError(f"{shown(path)} is no name for a film", cure=f"End it in {known}.")
    if not 0 < fps <= 1000:
        raise InputError(f"{fps} frames a second", cure="Use more than 0, up to 1000.")
    draft = target.with_name(f".{target.name}.part")
    try:
        with naming(path):
            _write(draft, frames, Fraction(fps).limit_denominator(1001), audio, ending)
        draft.replace(target)
    except (OSError, av.FFmpegError) as error:
        raise InputError(
            f"{shown(path)} cannot be written: {error.strerror}", cure="Check the folder."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _write(
    draft: Path, frames: Iterable[Image], fps: Fraction, audio: Audio | None, ending: str
) -> None:
    writer, codec, sound_codec, rate = _WRITERS[ending]
    pictures = iter(frames)
    first = next(pictures, None)
    if first is None:
        raise InputError("A film without frames", cure="Pass one picture or more.")
    with av.open(draft, "w", format=writer) as container:
        track = cast(VideoStream, container.add_stream(codec, rate=fps))
        track.width, track.height = (side + side % 2 for side in first.size)
        track.pix_fmt = "yuv420p"
        context = track.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        voice = _Voice(container, sound_codec, audio, rate) if audio is not None else None
        for number, image in enumerate(chain((first,), pictures)):
            if image.size != first.size:
                raise InputError(
                    f"Frame {number} is {image.size} and the first was {first.size} pixels",
                    cure="Pass pictures of one size.",
                )
            container.mux(track.encode(_film_frame(image, number, fps)))
            if voice is not None:
                voice.speak_until((number + 1) / fps)
        container.mux(track.encode(None))
        if voice is not None:
            voice.finish()


def _film_frame(image: Image, number: int, fps: Fraction) -> av.VideoFrame:
    width, height = image.size
    pixels = np.pad(image.pixels, ((0, height % 2), (0, width % 2), (0, 0)), "edge")
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709
    )
    frame.pts, frame.time_base = number, 1 / fps
    return frame


class _Voice:
    """Writes a soundtrack beside the pictures, so that neither has to wait in memory."""

    def __init__(self, container: OutputContainer, codec: str, audio: Audio, rate: int) -> None:
        self._container = container
        track = container.add_stream(codec, rate=rate, layout="mono")
        self._track, self._rate = cast(AudioStream, track), rate
        self._frames = sound.frames(audio, rate=rate)
        self._written = 0  # samples

    def speak_until(self, seconds: Fraction) -> None:
        """Write the sound up to `seconds` from the beginning, or a little more."""
        while self._written < seconds * self._rate and self._speak():
            pass

    def finish(self) -> None:
        """Write what is left."""
        while self._speak():
            pass
        self._container.mux(self._track.encode(None))

    def _speak(self) -> bool:
        frame = next(self._frames, None)
        if frame is None:
            return False
        self._written += frame.samples
        self._container.mux(self._track.encode(frame))
        return True


def _frames(source: Source, max_pixels: int, on_partial: partial.Report) -> Iterator[Frame]:
    damage, canvas, time = Damage(), None, 0.0
    with opened(source, max_pixels=max_pixels) as container:
        track = picture_track(container, max_pixels)
        gap = 1 / float(track.average_rate or track.guessed_rate or 25)
        for frame in decoded(container, track, damage):
            canvas = canvas or Canvas(frame)
            stamp = time_of(frame, track) if frame.pts is not None else time
            time = max(stamp, time)
            yield Frame(time, canvas.paint(frame))
            time = time if frame.pts is not None else time + gap
        seconds = time + gap if canvas else 0.0
        clause = damage.clause(track, seconds=seconds, what="frames")
    if clause:
        on_partial(f"{shown(source)}: {clause}.")


def _pace(container: InputContainer, track: VideoStream) -> tuple[float, float]:
    """Return (seconds, frames a second on average); may move `container` to its end."""
    fps = float(track.average_rate or track.guessed_rate or 0)
    duration = length(track) or (container.duration or 0) / CLOCK
    if duration > 0 and fps > 0:
        return duration, fps
    count, end = 0, Fraction(0)  # some recorders leave the length out: read all packets
    with unreadable("Its length cannot be found", cure=DAMAGED):
        for packet in container.demux(track):
            if packet.pts is not None and packet.time_base is not None:
                count += 1
                end = max(end, (packet.pts + (packet.duration or 0)) * packet.time_base)
    seconds = float(end - start(track))
    if seconds <= 0:
        seconds = count / (fps or 25.0)
    return seconds, fps or (count / seconds if seconds else 25.0)


def _digest(source: Source) -> str:
    """Return 32 hexadecimal digits that stand for the file's bytes."""
    state = hashlib.blake2b(digest_size=16)
    with open_source(source) as stream:
        while chunk := stream.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()
