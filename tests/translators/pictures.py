"""Pictures of text, rendered."""

from __future__ import annotations

import numpy as np
from PIL import Image as PILImage
from PIL import ImageDraw, ImageFont

from crossmodal.media import Image


def page(*columns: str, size: int = 24, width: int = 420, height: int = 120) -> Image:
    """Return `columns` of text side by side, black on white, each `width` pixels wide."""
    canvas = PILImage.new("RGB", (width * max(1, len(columns)), height), "white")
    for number, column in enumerate(columns):
        place = (number * width + 12, 12)
        font = ImageFont.load_default(size)
        ImageDraw.Draw(canvas).multiline_text(place, column, fill="black", font=font, spacing=10)
    return Image(np.asarray(canvas))
