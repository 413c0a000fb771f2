from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.codecs import text
from crossmodal.errors import InputError, TooLarge, UnreadableMedia
from crossmodal.media import Text

WORDS = "Grüße, 世界 🌍"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings(encoding: str) -> None:
    assert text.decode(WORDS.encode(encoding)) == Text(WORDS)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_big_endian(encoding: str) -> None:
    assert text.decode(f"\ufeff{WORDS}".encode(f"{encoding}-be")) == Text(WORDS)


def test_line_ends_become_newlines_and_markdown_stays() -> None:
    assert text.decode(b"# Title\r\n\r\n* a\r* b\n").content == "# Title\n\n* a\n* b\n"


def test_no_bytes_are_no_words() -> None:
    assert text.decode(b"") == Text("")


def test_broken_text_says_where() -> None:
    with pytest.raises(UnreadableMedia, match=r"not utf-8 at byte 3"):
        text.decode(b"abc\xff")
    with pytest.raises(UnreadableMedia, match=r"NUL at character 1"):
        text.decode(b"a\0b")


def test_size_is_capped() -> None:
    with pytest.raises(TooLarge, match="5 bytes and 4 are allowed"):
        text.decode(b"12345", max_bytes=4)


@given(st.binary(max_size=50))
def test_any_bytes_are_text_or_an_error(data: bytes) -> None:
    try:
        assert isinstance(text.decode(data), Text)
    except InputError as error:
        assert "\n" not in str(error)  # noqa: PT017
