"""Contact sheets: the hits of a search as one picture (PNG) or one page (HTML) to look at."""

from __future__ import annotations

import base64
import html
import io
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from . import codecs
from .codecs import audio, video
from .errors import CrossmodalError, InputError
from .index import Hit
from .modality import Modality

log = logging.getLogger(__name__)

TILE = 240
"""Side of a thumbnail, in pixels."""
CAPTION = 44
"""Height of the two lines below a thumbnail, in pixels."""
GAP = 12
COLUMNS = 5
CUT_BLEND = 0.25
"""Seconds after a cut in which its two shots may still blend."""
WAVE_SECONDS = 30.0
"""Seconds of a sound that are drawn where the whole of it was found."""
WAVE_RATE = 16_000
"""Samples a second that are enough to draw."""


def write_sheet(hits: Sequence[Hit], path: str | Path, *, title: str = "") -> Path:
    """Write `hits` as a contact sheet and return its path.

    Args:
        hits: in the order to show.
        path: ends in .png for a picture or .html for a page that stands alone.
        title: what was searched for.

    Raises:
        InputError: the path ends in something else, or cannot be written.
    """
    path = Path(path).expanduser()
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise InputError(
            f"A sheet cannot be written as {path.name!r}", cure="Name a .png or a .html file."
        )
    try:
        path.write_bytes(write(hits, title))
    except OSError as error:
        raise InputError(
            f"The sheet {path} cannot be written: {error.strerror}", cure="Choose another place."
        ) from error
    return path


def _png(hits: Sequence[Hit], title: str) -> bytes:
    columns = max(1, min(COLUMNS, len(hits)))
    rows = -(-len(hits) // columns)
    width = columns * (TILE + GAP) + GAP
    top = 40 + GAP
    sheet = Image.new("RGB", (width, top + rows * (TILE + CAPTION + GAP) + GAP), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((GAP, GAP), _fit(draw, title, width - 2 * GAP, 24), "black", _font(24))
    for place, hit in enumerate(hits):
        x = GAP + (place % columns) * (TILE + GAP)
        y = top + (place // columns) * (TILE + CAPTION + GAP)
        tile = _thumbnail(hit)
        sheet.paste(tile, (x + (TILE - tile.width) // 2, y + (TILE - tile.height) // 2))
        for line, (text, colour) in enumerate(((_name(hit), "black"), (_odds(hit), "#666666"))):
            at = (x, y + TILE + 4 + 20 * line)
            draw.text(at, _fit(draw, text, TILE, 15), colour, _font(15))
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue()


def _html(hits: Sequence[Hit], title: str) -> bytes:
    figures = "\n".join(_figure(hit) for hit in hits) or "<p>Nothing matches.</p>"
    return _PAGE.format(
        title=html.escape(title or "Search results"), tile=TILE, figures=figures
    ).encode("utf-8", "replace")


def _figure(hit: Hit) -> str:
    name = html.escape(_name(hit), quote=True)
    stream = io.BytesIO()
    _thumbnail(hit).save(stream, "JPEG", quality=85)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return (
        f'<figure><img alt="{name}" src="data:image/jpeg;base64,{data}">'
        f"<figcaption><b>{name}</b><br>{html.escape(_odds(hit))}</figcaption></figure>"
    )


def _thumbnail(hit: Hit) -> Image.Image:
    """Return a picture of at most TILE x TILE; a written tile for what has none."""
    try:
        if hit.modality is Modality.IMAGE:
            picture = codecs.read(hit.path, limits=codecs.Limits(), at_least=TILE)
            return ImageOps.contain(Image.fromarray(picture.pixels), (TILE, TILE))  # type: ignore[union-attr]
        if hit.modality is Modality.VIDEO:
            return _still(hit)
        if hit.modality is Modality.AUDIO:
            return _waveform(hit)
    except CrossmodalError as error:
        return _written(f"{error.problem}")
    return _written(hit.text or f"({hit.modality})")


def _still(hit: Hit) -> Image.Image:
    """Return the film's frame a little after the hit's start: at a cut two shots may blend."""
    start, end = hit.start or 0.0, hit.end or 0.0
    time = start + min(CUT_BLEND, (max(start, end) - start) / 2)
    (frame,) = video.sample(hit.path, [time])
    return ImageOps.contain(Image.fromarray(frame.image.pixels), (TILE, TILE))


def _waveform(hit: Hit) -> Image.Image:
    """Return how loud the sound is over time: of the hit's stretch, or of its beginning."""
    start = hit.start or 0.0
    end = hit.end if hit.end is not None else start + WAVE_SECONDS
    samples = _stretch(hit.path, start, end)
    tile = Image.new("RGB", (TILE, TILE // 2), "#f2f2ee")
    draw = ImageDraw.Draw(tile)
    middle = TILE // 4
    for x, part in enumerate(np.array_split(samples, TILE)):
        height = int(float(np.abs(part).max(initial=0)) * (middle - 4)) + 1
        draw.line((x, middle - height, x, middle + height), "#3465a4")
    return tile


def _stretch(path: Path, start: float, end: float) -> NDArray[np.float32]:
    """Return the samples of a sound from `start` to `end` seconds, WAVE_RATE a second."""
    parts, at = [np.zeros(0, np.float32)], 0.0
    for block in audio.stream(path, rate=WAVE_RATE, on_partial=log.info):
        first, last = (round((time - at) * WAVE_RATE) for time in (start, end))
        parts.append(block.samples[max(0, first) : max(0, last)])
        at += block.duration
        if at >= end:
            break
    return np.concatenate(parts)


def _written(words: str) -> Image.Image:
    tile = Image.new("RGB", (TILE, TILE), "#f2f2ee")
    draw = ImageDraw.Draw(tile)
    lines: list[str] = []
    rest = words.split()
    while rest and len(lines) < 11:
        line = rest.pop(0)
        while rest and draw.textlength(f"{line} {rest[0]}", _font(15)) < TILE - 20:
            line += " " + rest.pop(0)
        lines.append(_fit(draw, line, TILE - 20, 15))
    draw.multiline_text((10, 10), "\n".join(lines), "#333333", _font(15))
    return tile


def _name(hit: Hit) -> str:
    return hit.path.name.encode("utf-8", "replace").decode()


def _odds(hit: Hit) -> str:
    odds = "" if hit.probability is None else f"{hit.probability:.0%}"
    return " · ".join(filter(None, (odds, hit.span, hit.because)))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _fit(draw: ImageDraw.ImageDraw, text: str, width: float, size: int) -> str:
    """Return `text` on one line, cut so that it is at most `width` pixels wide."""
    text = " ".join(text.split())
    if draw.textlength(text, _font(size)) <= width:
        return text
    while text and draw.textlength(text + "…", _font(size)) > width:
        text = text[:-1]
    return text + "…"


_WRITERS: Mapping[str, Callable[[Sequence[Hit], str], bytes]] = MappingProxyType(
    {".png": _png, ".html": _html}
)

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff; }}
main {{ display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; }}
figure {{ margin: 0; width: {tile}px; overflow-wrap: anywhere; }}
img {{ max-width: 100%; display: block; margin: auto; border-radius: 4px; }}
figcaption {{ color: #666; }}
figcaption b {{ color: #222; }}
</style>
<h1>{title}</h1>
<main>
{figures}
</main>
</html>
"""
