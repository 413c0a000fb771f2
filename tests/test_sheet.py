from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PILImage

from crossmodal.codecs import video
from crossmodal.errors import InputError
from crossmodal.index import Hit
from crossmodal.media import Audio, Image
from crossmodal.modality import AUDIO, IMAGE, TEXT, VIDEO, Modality
from crossmodal.sheet import COLUMNS, write_sheet

WAVE = (0x34, 0x65, 0xA4)


def hit(
    path: str | Path,
    modality: Modality = IMAGE,
    text: str | None = None,
    span: tuple[float, float] | tuple[None, None] = (None, None),
) -> Hit:
    return Hit(
        file=str(path), modality=modality, score=0.4, probability=0.8, start=span[0], end=span[1],
        because="looks like <it>", text=text, words=False, size=1, changed_ns=0,
    )  # fmt: skip


def colours(sheet: Path) -> set[tuple[int, ...]]:
    with PILImage.open(sheet) as picture:
        return {colour for _, colour in picture.convert("RGB").getcolors(1 << 24) or []}


def test_png_shows_the_pictures(photos: Path, tmp_path: Path) -> None:
    PILImage.new("RGB", (300, 100), (1, 2, 250)).save(photos / "plain.png")
    sheet = write_sheet([hit(photos / "plain.png")], tmp_path / "s.png", title="blue")
    assert (1, 2, 250) in colours(sheet)


def test_png_grows_with_its_hits(photos: Path, tmp_path: Path) -> None:
    sizes = []
    for count in (1, COLUMNS, COLUMNS + 1, 0):
        sheet = write_sheet([hit(photos / "0.png")] * count, tmp_path / "s.png")
        with PILImage.open(sheet) as picture:
            sizes.append(picture.size)
    assert sizes[1][0] == sizes[2][0] > sizes[0][0]
    assert sizes[2][1] > sizes[1][1] == sizes[0][1]


def test_html_stands_alone_and_escapes(photos: Path, tmp_path: Path) -> None:
    hits = [hit(photos / "0.png"), hit("a&b.txt", TEXT, "some words")]
    page = write_sheet(hits, tmp_path / "s.html", title="<script>").read_text("utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "looks like &lt;it&gt;" in page
    assert "a&amp;b.txt" in page
    assert page.count("data:image/jpeg;base64,") == 2
    assert "http" not in page


def test_a_film_is_shown_at_its_moment(tmp_path: Path) -> None:
    plain = [Image(np.full((48, 64, 3), colour, np.uint8)) for colour in ((250, 2, 1), (1, 2, 250))]
    video.write(tmp_path / "f.mp4", [plain[0]] * 10 + [plain[1]] * 10, fps=10)
    found = hit(tmp_path / "f.mp4", VIDEO, span=(1.0, 2.0))
    seen = colours(write_sheet([found], tmp_path / "s.png"))
    assert any(b > 200 and r < 60 for r, _, b in seen)
    assert not any(r > 200 and b < 60 for r, _, b in seen)
    page = write_sheet([found], tmp_path / "s.html").read_text("utf-8")
    assert "0:00:01 to 0:00:02" in page


def test_a_sound_is_drawn(tmp_path: Path) -> None:
    quiet = np.zeros(16_000, np.float32)
    loud = np.sin(np.arange(16_000, dtype=np.float32))
    Audio(np.concatenate([quiet, loud]), 16_000).save(tmp_path / "s.wav")

    def inked(span: tuple[float, float]) -> int:
        sheet = write_sheet([hit(tmp_path / "s.wav", AUDIO, span=span)], tmp_path / "s.png")
        with PILImage.open(sheet) as picture:
            return sum(n for n, colour in picture.getcolors(1 << 24) or [] if colour == WAVE)

    assert inked((1.0, 2.0)) > 5 * inked((0.0, 1.0)) > 0


def test_broken_films_and_sounds_become_written_tiles(tmp_path: Path) -> None:
    (tmp_path / "f.mp4").write_bytes(b"no film")
    hits = [hit(tmp_path / "f.mp4", kind) for kind in (VIDEO, AUDIO)]
    assert write_sheet(hits, tmp_path / "s.png").exists()


def test_a_picture_that_is_gone_becomes_a_written_tile(tmp_path: Path) -> None:
    assert write_sheet([hit(tmp_path / "gone.png")], tmp_path / "s.png").exists()


@pytest.mark.parametrize("name", ["s.pdf", "s", "nowhere/s.png"])
def test_places_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_sheet([], tmp_path / name)
