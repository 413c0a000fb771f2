from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image as PILImage

from crossmodal.errors import InputError
from crossmodal.index import Hit
from crossmodal.modality import IMAGE, TEXT, Modality
from crossmodal.sheet import COLUMNS, write_sheet


def hit(path: str | Path, modality: Modality = IMAGE, text: str | None = None) -> Hit:
    return Hit(
        path=Path(path), modality=modality, score=0.4, probability=0.8, start=None, end=None,
        because="looks like <it>", text=text, words=False, size=1, changed=datetime.now(UTC),
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


def test_a_picture_that_is_gone_becomes_a_written_tile(tmp_path: Path) -> None:
    assert write_sheet([hit(tmp_path / "gone.png")], tmp_path / "s.png").exists()


@pytest.mark.parametrize("name", ["s.pdf", "s", "nowhere/s.png"])
def test_places_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_sheet([], tmp_path / name)
