"""Subtitles burned into a film: the pictures are encoded anew, the sound is kept as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from ..errors import InputError
from ..media import Segment, Text
from . import partial
from .captions import Caption, caption
from .container import Damage, length, opened, sound_track, start
from .files import FilePath, naming, shown
from .frames import Canvas, decoded, picture_track, time_of
from .limits import DEFAULT, Limits

# A film file's ending → FFmpeg's writer, its encoder for pictures and that encoder's options, the
# sounds that may be kept, and the encoder for others
_WRITERS = {
    ".mp4": ("mp4", "libx264", {"crf": "20"}, ("aac", "mp3", "ac3", "opus", "flac"), "aac"),
    ".webm": ("webm", "libvpx-vp9", {"crf": "28", "b": "0", "cpu-used": "4"},
              ("opus", "vorbis"), "libopus"),
}  # fmt: skip
_CLOCK = Fraction(1, 90_000)  # seconds of one tick: a variable frame rate is kept
_BT709 = 1  # FFmpeg's number for the colours of HD television

Progress = Callable[[float, float], None]
"""Told the seconds that are done, and the film's whole length (0 where it is not known)."""


def burn(
    source: FilePath,
    text: Text,
    target: FilePath,
    *,
    font: Path | None = None,
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
    on_partial: partial.Report = partial.warn,
) -> Path:
    """Write the film `source` to `target` with the segments of `text` on its pictures.

    Frame times are kept, and the sound too: bit by bit where the new file can hold it. One frame
    is in memory at a time, so the film may be of any length.

    Args:
        text: subtitles; see `translators.cues.cue` for ones that can be read.
        target: ends in .mp4 (H.264) or .webm (VP9); the file appears when it is complete.
        font: a font file, for writing that the built-in one (Latin) lacks.
        progress: told how far it is, after each frame.
        on_partial: told, in one line, when only a part of the film could be decoded.

    Raises:
        InputError: `target` is no such name, is `source` itself or cannot be written, or `source`
            is no film.
    """
    goal = Path(target).expanduser()
    if goal.suffix.lower() not in _WRITERS:
        known = " or ".join(_WRITERS)
        raise InputError(f"{shown(target)} is no name for a film", cure=f"End it in {known}.")
    if goal.exists() and goal.samefile(source):
        raise InputError(f"{shown(target)} is the film itself", cure="Choose another name.")
    draft = goal.with_name(f".{goal.name}.part")
    try:
        with opened(source, max_pixels=limits.max_pixels) as film, naming(target):
            clause = _burn(source, film, text, draft, goal.suffix.lower(), font, limits, progress)
        draft.replace(goal)
    except (OSError, av.FFmpegError) as error:
        raise InputError(
            f"{shown(target)} cannot be written: {error.strerror}", cure="Check the folder."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    if clause:
        on_partial(f"{shown(source)}: {clause}.")
    return goal


def _burn(
    source: FilePath,
    film: InputContainer,
    text: Text,
    draft: Path,
    ending: str,
    font: Path | None,
    limits: Limits,
    progress: Progress | None,
) -> str:
    """Write the film, and return what could not be decoded, in words."""
    writer, codec, settings, kept, voice = _WRITERS[ending]
    track, damage = picture_track(film, limits.max_pixels), Damage()
    seconds, time = length(track) or 0.0, 0.0
    gap = 1 / float(track.average_rate or track.guessed_rate or 25)
    with av.open(draft, "w", format=writer) as out, opened(source) as second:
        sound = _Sound(second, out, start(track), kept, voice)
        pictures: VideoStream | None = None
        canvas: Canvas | None = None
        captions = Captions(text, font)
        for frame in decoded(film, track, damage):
            canvas = canvas or Canvas(frame)
            image = canvas.paint(frame)
            if pictures is None:
                pictures = _pictures(out, codec, settings, track, image.size)
                last = -1
            time = time_of(frame, track) if frame.pts is not None else time + gap
            last = max(last + 1, round(time / _CLOCK))
            made = _film_frame(captions.on(image.pixels, time), last)
            out.mux(pictures.encode(made))
            sound.copy_until(time)
            if progress is not None:
                progress(time, seconds)
        if pictures is not None:
            out.mux(pictures.encode(None))
        sound.finish()
    return damage.clause(track, seconds=time + gap if pictures else 0.0, what="frames")


class Captions:
    """The caption that is on screen at a time, drawn once for each segment."""

    def __init__(self, text: Text, font: Path | None = None) -> None:
        self._segments = sorted(text.segments, key=lambda segment: segment.start)
        self._font = font
        self._shown: tuple[Segment, Caption] | None = None

    def on(self, pixels: NDArray[np.uint8], time: float) -> NDArray[np.uint8]:
        """Return `pixels` (H, W, 3) with what is said at `time` (seconds, ascending)."""
        while self._segments and self._segments[0].end <= time:
            self._segments.pop(0)
        if not self._segments or self._segments[0].start > time:
            return pixels
        segment = self._segments[0]
        if self._shown is None or self._shown[0] is not segment:
            size = pixels.shape[1], pixels.shape[0]
            self._shown = segment, caption(segment.text, size, font=self._font)
        return self._shown[1].over(pixels)


class _Sound:
    """Carries the soundtrack over, packet by packet, beside the pictures."""

    def __init__(
        self,
        container: InputContainer,
        out: OutputContainer,
        origin: Fraction,
        kept: tuple[str, ...],
        voice: str,
    ) -> None:
        self._out, self._origin = out, origin
        self._packets: Iterator[av.Packet[AudioStream]] = iter(())
        self._encoder: AudioStream | None = None
        self._done = 0.0  # seconds
        track = sound_track(container)
        if track is None or getattr(track, "codec_context", None) is None:
            return
        self._packets = container.demux(track)
        if track.codec_context.name in kept:
            self._track: AudioStream = out.add_stream_from_template(track)
            return
        layout = "stereo" if track.codec_context.channels > 1 else "mono"
        encoder = cast(AudioStream, out.add_stream(voice, rate=48_000, layout=layout))
        self._resampler = av.AudioResampler(format="fltp", layout=layout, rate=48_000)
        self._encoder = encoder

    def copy_until(self, seconds: float) -> None:
        """Write the sound up to `seconds` from the film's beginning, or a little more."""
        while self._done <= seconds and self._copy():
            pass

    def finish(self) -> None:
        """Write what is left."""
        while self._copy():
            pass
        if self._encoder is not None:
            for frame in self._resampler.resample(None):
                self._out.mux(self._encoder.encode(frame))
            self._out.mux(self._encoder.encode(None))

    def _copy(self) -> bool:
        try:
            packet = next(self._packets, None)
        except av.FFmpegError:  # it breaks off; what came before is kept
            packet = None
        if packet is None:
            return False
        if packet.pts is None or packet.dts is None or packet.time_base is None:
            return True  # the mark of the end
        self._done = float(packet.pts * packet.time_base - self._origin)
        if self._encoder is not None:
            self._encode(packet)
            return True
        shift = int(self._origin / packet.time_base)
        packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
        packet.stream = self._track
        self._out.mux(packet)
        return True

    def _encode(self, packet: av.Packet[AudioStream]) -> None:
        assert self._encoder is not None  # noqa: S101
        try:
            frames = packet.decode()
        except av.FFmpegError:
            return  # a damaged packet is left out
        for frame in frames:
            if isinstance(frame, av.AudioFrame):
                for part in self._resampler.resample(frame):
                    self._out.mux(self._encoder.encode(part))


def _pictures(
    out: OutputContainer,
    codec: str,
    settings: dict[str, str],
    track: VideoStream,
    size: tuple[int, int],
) -> VideoStream:
    fps = track.average_rate or track.guessed_rate or Fraction(25)
    made = cast(VideoStream, out.add_stream(codec, rate=Fraction(fps), options=settings))
    made.width, made.height = (side + side % 2 for side in size)
    made.pix_fmt = "yuv420p"
    context = made.codec_context
    context.time_base = _CLOCK
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    return made


def _film_frame(pixels: NDArray[np.uint8], ticks: int) -> av.VideoFrame:
    height, width = pixels.shape[:2]
    even = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), "edge")
    frame = av.VideoFrame.from_ndarray(even, format="rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709
    )
    frame.pts, frame.time_base = ticks, _CLOCK
    return frame
