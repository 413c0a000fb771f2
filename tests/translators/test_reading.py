from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from translators.engines import card, reader
from translators.pictures import page

from crossmodal.errors import InputError, MissingModel
from crossmodal.media import Image, Text
from crossmodal.translators.reading import ReadingOptions, load


def read(image: Image, options: ReadingOptions | None = None) -> Text:
    (text,) = reader().translate([image], options=options)
    assert isinstance(text, Text)
    return text


def test_reads_lines_with_their_places() -> None:
    text = read(page("The quick brown fox\njumps over 12345"))
    assert text.content == "The quick brown fox\njumps over 12345"
    above, below = text.regions
    assert (above.text, below.text) == tuple(text.content.split("\n"))
    assert above.confidence is not None
    assert above.confidence > 0.9
    left, top, width, height = above.box
    assert abs(left - 12) < 8
    assert top < 20
    assert 150 < width < 300
    assert 15 < height < 50
    assert below.box[1] > top + 20


def test_columns_are_read_one_after_the_other() -> None:
    left = "First column begins here\nand goes on for a while\nuntil it ends down here"
    right = "Second column is then\nread from its own top\nto the very last line"
    text = read(page(left, right, size=22, height=130))
    assert text.content == f"{left}\n{right}"


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (100, 100), (1, 3000), (3000, 1), (20, 4000)]
)
def test_a_picture_without_text_gives_none(height: int, width: int) -> None:
    text = read(Image(np.full((height, width, 3), 200, np.uint8)))
    assert text == Text("")


def test_a_long_thin_strip_is_read() -> None:
    strip = page("breaking news from the harbour tonight", width=900, height=50)
    assert read(strip).content == "breaking news from the harbour tonight"


def test_boxes_stay_inside_the_picture() -> None:
    picture = page("Cropped at the edge", size=30, width=200, height=60)
    width, height = picture.size
    for region in read(picture).regions:
        left, top, wide, high = region.box
        assert 0 <= left <= left + wide <= width
        assert 0 <= top <= top + high <= height


def test_confidence_leaves_lines_out() -> None:
    picture = page("Good morning")
    assert read(picture, ReadingOptions(min_confidence=0.0)).content
    assert read(picture, ReadingOptions(min_confidence=1.0)) == Text("")
    assert read(picture).content == "Good morning"  # what was asked before is forgotten


def test_lines_on_their_head_are_read_on_request() -> None:
    turned = Image(page("Good morning everybody").pixels[::-1, ::-1].copy())
    assert read(turned, ReadingOptions(upside_down=True)).content == "Good morning everybody"


def test_options_are_checked() -> None:
    with pytest.raises(InputError, match="0 to 1"):
        ReadingOptions(min_confidence=2)


def test_a_missing_network_is_an_error_and_no_download() -> None:
    broken = dataclasses.replace(card("rapidocr"), options={"models": {"Det": "none.onnx"}})
    with pytest.raises(MissingModel, match=r"none\.onnx.*pip install"):
        load(broken)
