"""Pillow pictures of any mode, to upright sRGB on white."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms

# EXIF orientation → what brings the picture upright; 1 is upright
_TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112  # EXIF tag
_ENTRY = 12  # bytes of one EXIF entry

# Pillow mode → colour space of the profiles that fit it
_PROFILE_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab "}


def upright(picture: Pillow.Image) -> Pillow.Image:
    """Return `picture` turned and mirrored as its EXIF orientation asks."""
    turn = _TURNS.get(orientation(picture.info.get("exif") or b""))
    return picture if turn is None else picture.transpose(turn)


def orientation(exif: bytes) -> int:
    """Return the orientation, 1 to 8, that an EXIF block holds; 1 where it is damaged.

    Read here because Pillow's EXIF reader warns about any damaged entry, wanted or not.
    """
    exif = exif.removeprefix(b"Exif\0\0")
    order: Any = {b"II": "little", b"MM": "big"}.get(exif[:2])
    if order is None:
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(exif[at : at + size], order)

    start = number(4, 4)
    for entry in range(min(number(start, 2), len(exif) // _ENTRY)):
        at = start + 2 + entry * _ENTRY
        if number(at, 2) == _ORIENTATION:
            value = number(at + 8, 2)
            return value if 1 <= value <= 8 else 1
    return 1


def to_srgb(picture: Pillow.Image, *, at_least: int | None = None) -> Pillow.Image:
    """Return `picture` as RGB in the sRGB colour space, what is transparent laid on white.

    Args:
        at_least: the shorter side in pixels that is enough; a picture whose profile must be
            applied, which is slow, is made smaller first.
    """
    picture = _eight_bit(picture)
    alpha = None
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        alpha = picture.getchannel("A")
    if picture.mode not in _PROFILE_SPACES:
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    if (profile := _foreign_profile(picture)) is not None:
        factor = min(picture.size) // at_least if at_least else 1
        if factor > 1 and alpha is None:
            picture = picture.reduce(factor)
        picture = _apply(profile, picture)
    picture = picture.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        picture = Pillow.composite(picture, Pillow.new("RGB", picture.size, "white"), alpha)
    return picture


def _eight_bit(picture: Pillow.Image) -> Pillow.Image:
    """Return pictures of one deep channel as mode L, their range scaled and not cut off.

    16-bit values run from 0 to 65535. Integers of 32 bits and floats declare no range: theirs ends
    at the first of 1, 255, 65535 (floats), or 255, 65535 (integers) that holds them all, or else
    at their maximum.
    """
    mode = picture.mode
    if mode == "I" or mode == "F":
        values = np.nan_to_num(np.asarray(picture, dtype=np.float64), posinf=0.0).clip(min=0)
        peak = float(values.max())
        steps = [255.0, 65535.0] if mode == "I" else [1.0, 255.0, 65535.0]
        scaled = values * (255.0 / next((step for step in steps if peak <= step), peak))
        return _grey(np.rint(scaled).astype(np.uint8), picture)
    if mode.startswith("I;16"):
        words = np.asarray(picture).astype(np.uint32)
        return _grey(((words * 255 + 32767) // 65535).astype(np.uint8), picture)
    return picture


def _grey(pixels: NDArray[np.uint8], like: Pillow.Image) -> Pillow.Image:
    picture = Pillow.fromarray(pixels)
    if profile := like.info.get("icc_profile"):
        picture.info["icc_profile"] = profile
    return picture


def _foreign_profile(picture: Pillow.Image) -> ImageCms.ImageCmsProfile | None:
    """Return the embedded profile if it fits the picture and is another than sRGB."""
    data = picture.info.get("icc_profile")
    if not data:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        description = profile.profile.profile_description or ""
        space = profile.profile.xcolor_space
    except (OSError, TypeError, ValueError):  # a broken profile says nothing about the colours
        return None
    fits = space == _PROFILE_SPACES[picture.mode]
    return profile if fits and "sRGB" not in description else None


def _apply(profile: ImageCms.ImageCmsProfile, picture: Pillow.Image) -> Pillow.Image:
    try:
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        converted = ImageCms.profileToProfile(picture, profile, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, ValueError, OSError):  # a broken profile, as above
        return picture
    return picture if converted is None else converted
