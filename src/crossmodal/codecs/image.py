"""Pictures from bytes, and back.

Decoding lets other threads run meanwhile, and leaves Pillow's global settings alone.
"""

from __future__ import annotations

import io
from typing import Literal, TypeAlias

import numpy as np
import pillow_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from PIL import Image as Pillow

from ..errors import CrossmodalError, InputError, TooLarge, UnreadableMedia, UnsupportedMedia
from ..media import Image
from ..modality import Modality
from .colour import to_srgb, upright
from .limits import DEFAULT
from .sniff import HEAD, sniff, stranger

RESAMPLE = Pillow.Resampling.BICUBIC
REDUCING_GAP = 2.0  # a fast box filter goes first while the picture is this much too large

FileFormat: TypeAlias = Literal["png", "jpeg", "webp"]


class _Jpeg(JpegImagePlugin.JpegImageFile):
    """Pillow's JPEG reader, but it does not search EXIF for a print resolution.

    Nobody needs that here, and damaged EXIF would make it warn.
    """

    def getexif(self) -> Pillow.Exif:
        return Pillow.Exif()


# Readers by the name that `sniff` gives. Made directly rather than by `PIL.Image.open`, whose own
# check for bombs warns at a size that is global; ours is an argument.
_READERS: dict[str, type[ImageFile.ImageFile]] = {
    "jpeg": _Jpeg,
    "png": PngImagePlugin.PngImageFile,
    "gif": GifImagePlugin.GifImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
    "bmp": BmpImagePlugin.BmpImageFile,
    "tiff": TiffImagePlugin.TiffImageFile,
    "avif": AvifImagePlugin.AvifImageFile,
}


def decode(
    data: bytes, *, at_least: int | None = None, max_pixels: int = DEFAULT.max_pixels
) -> Image:
    """Return the picture that `data` holds: upright, sRGB, on white; of a film strip the first.

    Args:
        data: a JPEG, PNG, GIF, WebP, BMP, TIFF, HEIC or AVIF file.
        at_least: a shorter side in pixels that is enough. Where that is quicker, a smaller picture
            is decoded, whose shorter side is still this or more. None for the full size.
        max_pixels: more are refused before they are decoded.

    Raises:
        TooLarge: the file's header announces more than `max_pixels`.
        UnreadableMedia: the file is damaged or cut short.
        UnsupportedMedia: `data` is no picture of these formats.
    """
    if at_least is not None and at_least < 1:
        raise InputError(f"at_least is {at_least}", cure="Use 1 or more, or None.")
    kind = sniff(data[:HEAD])
    if kind is None:
        raise stranger(data[:HEAD])
    if kind.modality is not Modality.IMAGE:
        raise UnsupportedMedia(f"It is {kind.modality} ({kind.name})", cure="Pass a picture.")
    try:
        if kind.name == "heif":
            picture = _heif(data, max_pixels)
        else:
            picture = _pillow(data, kind.name, at_least, max_pixels)
        return Image(np.array(to_srgb(upright(picture), at_least=at_least)))
    except CrossmodalError:
        raise
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        problem = "The picture has more pixels than Pillow allows"
        raise TooLarge(problem, cure="Make it smaller.") from error
    except Exception as error:  # some twenty kinds on broken bytes, most of them not documented
        raise UnreadableMedia(
            f"The {kind.name} picture cannot be decoded",
            cure="It is damaged or cut short: copy or download it again.",
        ) from error


def squash(image: Image, side: int) -> Image:
    """Return the whole of `image` resized to `side` x `side` pixels, its shape not kept."""
    if image.size == (side, side):
        return image
    picture = Pillow.fromarray(image.pixels)
    resized = picture.resize((side, side), RESAMPLE, reducing_gap=REDUCING_GAP)
    return Image(np.array(resized))


def encode(
    image: Image,
    *,
    format: FileFormat = "png",  # noqa: A002
    quality: int = 90,
) -> bytes:
    """Return `image` as a file.

    Args:
        format: "png" keeps every pixel as it is; "jpeg" and "webp" are smaller.
        quality: of "jpeg" and "webp", 1 to 100.
    """
    if format not in ("png", "jpeg", "webp"):
        raise InputError(f"No picture is written as {format!r}", cure="Use png, jpeg or webp.")
    if not 1 <= quality <= 100:
        raise InputError(f"The quality is {quality}", cure="Use 1 to 100.")
    stream = io.BytesIO()
    try:
        Pillow.fromarray(image.pixels).save(stream, format=format, quality=quality)
    except (OSError, ValueError) as error:  # WebP and JPEG have a greatest width and height
        width, height = image.size
        raise InputError(
            f"{width} x {height} pixels cannot be written as {format}", cure="Use png."
        ) from error
    return stream.getvalue()


def _pillow(data: bytes, name: str, at_least: int | None, max_pixels: int) -> Pillow.Image:
    picture = _READERS[name](io.BytesIO(data))
    _require_few(picture.size, max_pixels)
    if at_least is not None and isinstance(picture, _Jpeg):
        picture.draft(None, (at_least, at_least))
    picture.load()
    return picture


def _heif(data: bytes, max_pixels: int) -> Pillow.Image:
    """Return a HEIC picture. libheif turns it upright itself, and says so in its EXIF."""
    file = pillow_heif.open_heif(io.BytesIO(data))
    _require_few(file.size, max_pixels)
    return file.to_pillow()


def _require_few(size: tuple[int, int], max_pixels: int) -> None:
    if size[0] * size[1] > max_pixels:
        raise TooLarge(
            f"The picture is {size[0]} x {size[1]} pixels and {max_pixels:,} are allowed",
            cure="Make it smaller, or raise max_pixels.",
        )
