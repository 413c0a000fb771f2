"""Small real media, made by Pillow and FFmpeg."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image as Pillow

from crossmodal.codecs import audio
from crossmodal.media import Audio, Image


def gradient(width: int = 48, height: int = 40) -> NDArray[np.uint8]:
    """(height, width, 3), smooth, and different in every corner."""
    y, x = np.mgrid[0:height, 0:width]
    planes = x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), 255 - x * 2
    return np.stack(planes, axis=2).clip(0, 255).astype(np.uint8)


def picture(kind: str = "PNG", *, pixels: NDArray[Any] | None = None, **options: Any) -> bytes:
    stream = io.BytesIO()
    Pillow.fromarray(gradient() if pixels is None else pixels).save(stream, kind, **options)
    return stream.getvalue()


def save(image: Pillow.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def heic(**options: Any) -> bytes:
    stream = io.BytesIO()
    pillow_heif.from_pillow(Pillow.fromarray(gradient())).save(stream, **options)
    return stream.getvalue()


def tone(seconds: float = 1.0, *, rate: int = 16000, hertz: float = 440.0) -> Audio:
    """A sine at half scale that swells and fades, so that encoders have no edge to blur."""
    time = np.arange(round(seconds * rate)) / rate
    envelope = np.sin(np.pi * time / seconds) * 0.5
    return Audio((envelope * np.sin(2 * np.pi * hertz * time)).astype(np.float32), rate)


def wav(samples: NDArray[np.int16], *, rate: int = 8000) -> bytes:
    """`samples` is (T, channels)."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return stream.getvalue()


def plain(number: int, *, width: int = 64, height: int = 48) -> Image:
    """A grey picture whose brightness tells its number."""
    return Image(np.full((height, width, 3), level(number), np.uint8))


def level(number: int) -> int:
    return 40 + number * 8 % 176


def number_of(image: Image) -> int:
    """The number of a `plain` picture, of the first 22."""
    return round((float(image.pixels.mean()) - 40) / 8)


def film(
    pts: Iterable[int],
    *,
    kind: str = "mp4",
    codec: str = "libx264",
    base: Fraction = Fraction(1, 1000),
    keys_every: int = 250,
    matrix: list[int] | None = None,
    sound: Audio | None = None,
) -> bytes:
    """Frame number i is `plain(i)`, shown from pts[i] * base seconds."""
    stream = io.BytesIO()
    with av.open(stream, "w", format=kind) as container:
        track = container.add_stream(codec, rate=30)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        track.codec_context.time_base = track.time_base = base
        track.codec_context.gop_size = keys_every
        if matrix is not None:
            track.set_display_matrix(matrix)
        voice = container.add_stream("aac", rate=sound.rate, layout="mono") if sound else None
        for number, stamp in enumerate(pts):
            frame = av.VideoFrame.from_ndarray(plain(number).pixels, format="rgb24")
            frame.pts, frame.time_base = stamp, base
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
        if sound is not None and voice is not None:
            for part in audio.frames(sound, rate=sound.rate):
                container.mux(voice.encode(part))
            container.mux(voice.encode(None))
    return stream.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces a size and then ends."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 1) + b"IDAT" + b"\0"
