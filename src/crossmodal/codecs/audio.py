"""Sound from files, and back. FFmpeg decodes; what comes out is one channel of float32."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from typing import Literal, TypeAlias, cast

import av
import numpy as np
import soxr
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from ..errors import InputError, TooLarge, UnreadableMedia, UnsupportedMedia
from ..media import Audio
from . import partial
from .container import (
    CLOCK,
    DAMAGED,
    Damage,
    film_track,
    opened,
    require_decoder,
    sound_track,
    start,
)
from .files import Source, shown, unreadable
from .limits import DEFAULT

FileFormat: TypeAlias = Literal["wav", "flac", "mp3", "ogg", "opus", "m4a"]
Samples: TypeAlias = NDArray[np.float32]

# The file format → FFmpeg's writer and encoder. Ogg files hold Opus: FFmpeg's own Vorbis is poor.
_WRITERS = {
    "flac": ("flac", "flac"),
    "mp3": ("mp3", "libmp3lame"),
    "ogg": ("ogg", "libopus"),
    "opus": ("ogg", "libopus"),
    "m4a": ("ipod", "aac"),
}
PLACES, PLACE_SECONDS = 24, 5.0  # of an excerpt: two minutes
_BLOCK = 1 << 16  # samples that an encoder is given at once
_FULL_SCALE = 32768  # of 16-bit samples
_LONGEST_GAP = 60.0  # seconds of silence that may stand for a soundtrack's late beginning


def decode(
    source: Source,
    *,
    rate: int | None = None,
    max_seconds: float = DEFAULT.max_seconds,
    max_samples: int = DEFAULT.max_samples,
    on_partial: partial.Report = partial.warn,
) -> Audio:
    """Return the sound of `source`, its channels mixed into one; of a film the soundtrack.

    The soundtrack of a film begins with the film: where it sets in later, silence comes first.

    Args:
        source: the path or the bytes of a sound or film.
        rate: samples a second to convert to; None to keep the file's own.
        max_seconds: longer sounds are refused; before they are decoded if the file tells.
        max_samples: sounds with more are refused likewise.
        on_partial: told, in one line, where only a part could be decoded; that part is returned.

    Raises:
        TooLarge: it lasts longer than `max_seconds`, or has more than `max_samples`.
        UnreadableMedia: nothing in it can be decoded, or it holds no sample.
        UnsupportedMedia: it has no sound track, or is no sound.
    """
    _require_rate(rate)
    parts: list[Samples] = []
    with opened(source) as container:
        track = _track(container)
        _require_length(container, max_seconds)
        rate = rate or track.codec_context.sample_rate
        if (said := round(_seconds(container) * rate)) > max_samples:
            raise _too_many(said, rate, max_samples)
        length, damage = 0, Damage()
        for part in _parts(container, track, rate, damage):
            parts.append(part)
            length += len(part)
            if length > max_seconds * rate:
                raise _too_long(max_seconds)
            if length > max_samples:
                raise _too_many(length, rate, max_samples)
        clause = damage.clause(track, seconds=length / rate, what="sound")
    if clause:
        on_partial(f"{shown(source)}: {clause}.")
    return Audio(np.concatenate(parts), rate)


def stream(
    source: Source,
    *,
    rate: int | None = None,
    seconds: float = 30.0,
    on_partial: partial.Report = partial.warn,
) -> Iterator[Audio]:
    """Yield the sound of `source` in blocks of `seconds`, the last one shorter.

    Only one block is in memory at a time, so `source` may be of any length. Otherwise as `decode`;
    errors come while the blocks are taken.
    """
    _require_rate(rate)
    if not seconds > 0:
        raise InputError(f"Blocks of {seconds} seconds", cure="Use more than 0.")
    return _stream(source, rate, seconds, on_partial)


def excerpt(
    source: Source,
    *,
    places: int = PLACES,
    seconds: float = PLACE_SECONDS,
    max_seconds: float = DEFAULT.max_seconds,
    on_partial: partial.Report = partial.warn,
) -> Audio:
    """Return what stands for the sound of `source`: all of a short one, else parts of it joined.

    Memory does not grow with its length. Otherwise as `decode`.

    Args:
        places: how many parts of `seconds` each, evenly spaced, stand for a sound that is more
            than twice as long as they are together.
    """
    with opened(source) as container:
        _require_length(container, max_seconds)
    kept: list[Audio] = []
    step, heard = 1, 0.0
    for number, block in enumerate(stream(source, seconds=seconds, on_partial=on_partial)):
        heard += block.duration
        if heard > max_seconds:
            raise _too_long(max_seconds)
        if number % step == 0:
            kept.append(block)
        if len(kept) > 2 * places:  # every other stands for its neighbour too
            kept, step = kept[::2], 2 * step
    if step > 1:
        chosen = np.linspace(0, len(kept) - 1, places).round().astype(int)
        kept = [kept[place] for place in chosen]
    return Audio(np.concatenate([block.samples for block in kept]), kept[0].rate)


def _stream(
    source: Source, rate: int | None, seconds: float, on_partial: partial.Report
) -> Iterator[Audio]:
    with opened(source) as container:
        track = _track(container)
        rate = rate or track.codec_context.sample_rate
        size = max(1, round(seconds * rate))
        length, damage = 0, Damage()
        waiting: list[Samples] = []
        held = 0
        for part in _parts(container, track, rate, damage):
            waiting.append(part)
            held += len(part)
            length += len(part)
            if held >= size:
                joined = np.concatenate(waiting)
                whole = held - held % size
                for at in range(0, whole, size):
                    yield Audio(joined[at : at + size], rate)
                waiting, held = [joined[whole:].copy()], held - whole
        clause = damage.clause(track, seconds=length / rate, what="sound")
        if held:
            yield Audio(np.concatenate(waiting), rate)
    if clause:
        on_partial(f"{shown(source)}: {clause}.")


def encode(audio: Audio, *, format: FileFormat = "wav") -> bytes:  # noqa: A002
    """Return `audio` as a file.

    Args:
        format: "wav" and "flac" keep 16 bits a sample; "mp3", "opus" (in Ogg, also as "ogg") and
            "m4a" (AAC) are smaller, and take the next higher rate that they know.
    """
    if format == "wav":
        return _wav(audio)
    if format not in _WRITERS:
        names = ", ".join(("wav", *_WRITERS))
        raise InputError(f"No sound is written as {format!r}", cure=f"Use one of: {names}.")
    writer, codec = _WRITERS[format]
    target = io.BytesIO()
    problem = f"{audio.rate} Hz cannot be written as {format}"
    with unreadable(problem, cure="Use wav."), av.open(target, "w", format=writer) as container:
        known = av.Codec(codec, "w").audio_rates or [audio.rate]
        rate = min((r for r in known if r >= audio.rate), default=max(known))
        track = cast(AudioStream, container.add_stream(codec, rate=rate, layout="mono"))
        for frame in frames(audio, rate=rate):
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return target.getvalue()


def resample(audio: Audio, *, rate: int) -> Audio:
    """Return `audio` at `rate` samples a second, by soxr; what is no number counts as silence."""
    _require_rate(rate)
    samples = audio.samples
    if not np.isfinite(samples.sum()):
        samples = np.nan_to_num(samples, posinf=0.0, neginf=0.0)
    if rate == audio.rate or not len(samples):
        return Audio(samples, rate)
    changed: Samples = soxr.resample(samples, audio.rate, rate, quality="HQ")
    return Audio(np.clip(changed, -1.0, 1.0, out=changed), rate)


def frames(audio: Audio, *, rate: int) -> Iterator[av.AudioFrame]:
    """Yield `audio` at `rate` as FFmpeg's frames, for an encoder."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    for at in range(0, len(audio.samples), _BLOCK):
        block = np.ascontiguousarray(audio.samples[at : at + _BLOCK])
        yield from resampler.resample(_frame(block, audio.rate, at))
    yield from resampler.resample(None)


def _frame(samples: Samples, rate: int, at: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
    frame.sample_rate = rate
    frame.pts = at
    return frame


def _wav(audio: Audio) -> bytes:
    scaled = np.rint(audio.samples.astype(np.float64) * _FULL_SCALE)
    words = scaled.clip(-_FULL_SCALE, _FULL_SCALE - 1).astype("<i2")
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(audio.rate)
        file.writeframes(words.tobytes())
    return target.getvalue()


def _require_rate(rate: int | None) -> None:
    if rate is not None and not 1 <= rate <= 1_000_000:
        raise InputError(f"A rate of {rate} Hz", cure="Use 1 to 1,000,000, such as 16000.")


def _track(container: InputContainer) -> AudioStream:
    track = sound_track(container)
    if track is None:
        raise UnsupportedMedia("It has no sound track", cure="Pass a file with sound.")
    require_decoder(track, what="sound")
    if not track.codec_context.sample_rate:
        raise UnreadableMedia("Its sound track has no sample rate", cure=DAMAGED)
    return track


def _seconds(container: InputContainer) -> float:
    """Return how long the file says that it is; 0 where it does not."""
    return (container.duration or 0) / CLOCK


def _require_length(container: InputContainer, max_seconds: float) -> None:
    """Refuse a sound that says that it is longer, before it is decoded."""
    if _seconds(container) > max_seconds:
        raise _too_long(max_seconds)


def _too_long(max_seconds: float) -> TooLarge:
    return TooLarge(
        f"It lasts longer than {max_seconds:,.0f} seconds", cure="Cut it, or raise max_seconds."
    )


def _too_many(samples: int, rate: int, max_samples: int) -> TooLarge:
    return TooLarge(
        f"{samples / rate / 3600:.1f} hours at {rate:,} Hz are {samples:,} samples, "
        f"{4 * samples / 1e9:.1f} GB of memory, and {max_samples:,} are decoded whole",
        cure="transcribe, subtitle, describe, classify, index, search and translate to text take "
        "its path and read it in parts; or cut it, or raise max_samples.",
    )


def _parts(
    container: InputContainer, track: AudioStream, rate: int, damage: Damage
) -> Iterator[Samples]:
    """Yield the track in small parts at `rate`, mixed into one channel, in [-1, 1]."""
    film, mixer, lead = film_track(container), None, 0
    for frame in damage.decode(container, track):
        if not isinstance(frame, av.AudioFrame):
            continue
        shape = frame.format.name, frame.layout.name, frame.sample_rate
        if mixer is None and film is not None and frame.time is not None:
            late = min(frame.time - float(start(film)), _LONGEST_GAP)
            lead = round(late * rate)  # samples; fewer than 0 where the sound begins first
            yield np.zeros(max(lead, 0), np.float32)
        if mixer is None or mixer.shape != shape:  # some files change in the middle
            if mixer is not None:
                yield from mixer.mix(None)
            mixer = _Mixer(shape, rate)
        for part in mixer.mix(frame):
            yield part[max(-lead, 0) :]
            lead = min(lead + len(part), 0)
    if mixer is not None:
        yield from mixer.mix(None)


class _Mixer:
    """Mixes frames of one shape (format, layout, rate) into one channel at another rate.

    Layouts whose channels have a place are mixed by place, so that no sum exceeds full scale;
    others, such as nine microphones, are averaged.
    """

    def __init__(self, shape: tuple[str, str, int], rate: int) -> None:
        self.shape = shape
        self._unite: av.AudioResampler | None = None
        if shape[1].endswith(" channels") or shape[1].startswith("ambisonic"):
            self._unite = av.AudioResampler(format="flt", layout=shape[1])
        self._resampler = av.AudioResampler(
            format="flt", layout="mono", rate=rate, options={"rematrix_maxval": "1.0"}
        )

    def mix(self, frame: av.AudioFrame | None) -> Iterator[Samples]:
        """Yield what comes of `frame`; of None, what is left."""
        with unreadable("Its sound cannot be mixed or resampled", cure=DAMAGED):
            sources = [frame]
            if self._unite is not None and frame is not None:
                sources = [_averaged(packed) for packed in self._unite.resample(frame)]
            outputs = [out for source in sources for out in self._resampler.resample(source)]
        for out in outputs:
            samples = np.nan_to_num(np.asarray(out.to_ndarray(), np.float32)[0])
            yield samples.clip(-1.0, 1.0)


def _averaged(packed: av.AudioFrame) -> av.AudioFrame:
    """Return the mean of all channels of a packed float frame.

    Packed on purpose: of a planar frame with 8 channels or more, PyAV's `to_ndarray` reads memory
    that is not the frame's.
    """
    samples = np.asarray(packed.to_ndarray(), np.float32).reshape(packed.samples, -1)
    mono = _frame(samples.mean(axis=1, dtype=np.float32), packed.sample_rate, 0)
    mono.pts = packed.pts
    return mono
