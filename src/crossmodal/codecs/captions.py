"""Subtitles as pictures: white letters with a dark rim on a dim bar, near the foot of a frame."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage
from PIL import ImageDraw, ImageFont

from ..errors import InputError

_SHARE = 1 / 18  # of the frame's height: how high a line is, as broadcasters have it
_SMALLEST = 8  # pixels
_ACROSS = 0.9  # share of the frame's width that lines may fill
_FOOT = 0.06  # share of the frame's height that stays free below them
_DIM = 150  # of 255: how much the bar hides of what lies behind


@dataclass(frozen=True, slots=True, eq=False)
class Caption:
    """What is laid over a frame: `colour` (h, w, 3) and `cover` (h, w, 1), at (left, top)."""

    left: int
    top: int
    colour: NDArray[np.float32]
    cover: NDArray[np.float32]

    def over(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return `pixels` (H, W, 3) with this on it."""
        height, width = self.cover.shape[:2]
        place = (slice(self.top, self.top + height), slice(self.left, self.left + width))
        shown = pixels.copy()
        mixed = self.cover * self.colour + (1 - self.cover) * shown[place]
        shown[place] = np.rint(mixed).astype(np.uint8)
        return shown


def caption(text: str, size: tuple[int, int], *, font: Path | None = None) -> Caption:
    """Return the lines of `text` for frames of `size` (width, height), in pixels.

    Lines that are too wide are broken anew; if there is no room for all, letters get smaller.

    Args:
        font: a TrueType or OpenType file, for writing that the built-in one (Latin) lacks.

    Raises:
        InputError: `font` cannot be read.
    """
    width, height = size
    points = max(_SMALLEST, round(height * _SHARE))
    while True:
        letters = _letters(font, points)
        lines = [part for line in text.split("\n") for part in _broken(line, letters, width)]
        picture = _drawn("\n".join(lines), letters, points)
        if (picture.width <= width and picture.height <= height / 2) or points <= _SMALLEST:
            break
        points = max(_SMALLEST, round(points * 0.85))
    picture = picture.crop((0, 0, min(picture.width, width), min(picture.height, height)))
    top = max(0, height - picture.height - round(height * _FOOT))
    values = np.asarray(picture, np.float32)
    cover: NDArray[np.float32] = values[..., 3:] / np.float32(255)
    return Caption((width - picture.width) // 2, top, values[..., :3], cover)


def _letters(font: Path | None, points: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    if font is None:
        return ImageFont.load_default(points)
    try:
        return ImageFont.truetype(io.BytesIO(font.read_bytes()), points)
    except OSError as error:
        raise InputError(
            f"The font {font} cannot be read: {error}", cure="Pass a .ttf or .otf file."
        ) from error


def _broken(
    line: str, letters: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int
) -> list[str]:
    """Return `line` as lines that fit into `width` pixels, cut between words where it can be."""
    lines: list[str] = []
    held = ""
    for word in line.split():
        longer = f"{held} {word}".strip()
        if held and letters.getbbox(longer)[2] > _ACROSS * width:
            lines.append(held)
            longer = word
        held = longer
    return [*lines, held]


def _drawn(
    text: str, letters: ImageFont.FreeTypeFont | ImageFont.ImageFont, points: int
) -> PILImage.Image:
    rim, margin = max(1, points // 12), max(2, points // 4)
    ruler = ImageDraw.Draw(PILImage.new("RGBA", (1, 1)))
    box = ruler.multiline_textbbox((0, 0), text, letters, align="center", stroke_width=rim)
    left, top, right, bottom = (round(edge) for edge in box)
    size = right - left + 2 * margin, bottom - top + 2 * margin
    picture = PILImage.new("RGBA", size, (0, 0, 0, _DIM))
    ImageDraw.Draw(picture).multiline_text(
        (margin - left, margin - top),
        text,
        (255, 255, 255, 255),
        letters,
        align="center",
        stroke_width=rim,
        stroke_fill=(0, 0, 0, 255),
    )
    return picture
