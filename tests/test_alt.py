from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.alt import Picture, pictures, shortened, with_alt

PAGE = """<h1>Hi</h1>
<img src="a.jpg"><IMG class=x src='b c.png' />
<img src="d.jpg" alt="A dog"> <img src="line.png" alt="">
<img src="e.jpg" role="presentation"> <img alt src="f.jpg" aria-hidden="true">
<img
  src="g%20h.jpg?x=1&amp;y=2" alt="  ">
<img src="https://example.org/i.jpg"> <img src="data:image/png;base64,AA==">
"""
MARKDOWN = """# Trip
![](beach.jpg) and ![A cat](cat.jpg "my cat")
```
![](not-a-picture.jpg)
```
<img src="tent.jpg">
"""


def wanting(page: str, *, markdown: bool = False) -> list[str]:
    return [one.source for one in pictures(page, markdown=markdown) if one.wants_alt]


def test_html_pictures_that_want_alt_text() -> None:
    assert wanting(PAGE) == [
        "a.jpg", "b c.png", "g%20h.jpg?x=1&y=2", "https://example.org/i.jpg",
        "data:image/png;base64,AA==",
    ]  # fmt: skip


def test_only_files_have_paths() -> None:
    paths = [one.path for one in pictures(PAGE, markdown=False) if one.wants_alt]
    assert paths == ["a.jpg", "b c.png", "g h.jpg", None, None]


def test_markdown_pictures_and_no_code() -> None:
    assert wanting(MARKDOWN, markdown=True) == ["beach.jpg", "tent.jpg"]
    alts = [one.alt for one in pictures(MARKDOWN, markdown=True)]
    assert alts == [None, "A cat", None]


def test_alt_texts_are_written_in_and_nothing_else_changes() -> None:
    found = [one for one in pictures(PAGE, markdown=False) if one.wants_alt]
    page = with_alt(PAGE, {found[0]: 'a "big" dog', found[2]: "a tent"})
    assert '<img alt="a &quot;big&quot; dog" src="a.jpg"><IMG class=x' in page
    assert '<img alt="a tent"\n  src="g%20h.jpg?x=1&amp;y=2">' in page
    assert page.replace(' alt="a &quot;big&quot; dog"', "").replace(' alt="a tent"', "") == (
        PAGE.replace(' alt="  "', "")
    )
    assert wanting(page) == ["b c.png", "https://example.org/i.jpg", "data:image/png;base64,AA=="]


def test_markdown_alt_texts_are_escaped() -> None:
    found = pictures(MARKDOWN, markdown=True)
    page = with_alt(MARKDOWN, {found[0]: "a [red]\nball", found[2]: "a tent"})
    assert "![a \\[red\\] ball](beach.jpg) and ![A cat]" in page
    assert '<img alt="a tent" src="tent.jpg">' in page


@given(st.text(alphabet="<>img src=\"alt=!\\[]()\n'x/-", max_size=60), st.booleans())
def test_any_page_is_left_as_it_is_without_texts(page: str, markdown: bool) -> None:
    found = pictures(page, markdown=markdown)
    assert with_alt(page, {}) == page
    assert all(0 <= one.start < one.end <= len(page) for one in found)


@pytest.mark.parametrize(
    ("text", "short"),
    [("a dog", "a dog"), ("a dog, running on grass", "a dog…"), ("x" * 30, "x" * 9 + "…")],
)
def test_shortened_between_words(text: str, short: str) -> None:
    assert shortened(text, 10) == short


def test_a_picture_is_hashable() -> None:
    assert {Picture("a", None, False, 0, 1): 1}
