"""Text from bytes."""

from __future__ import annotations

import codecs

from ..errors import TooLarge, UnreadableMedia
from ..media import Text
from .limits import DEFAULT

# mark, then the encoding that it announces; UTF-32 first, since its mark begins with UTF-16's
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes, *, max_bytes: int = DEFAULT.max_bytes) -> Text:
    r"""Return the text that `data` holds: UTF-8, or what its byte order mark announces.

    Line ends become "\n"; Markdown and other markup stay as they are.

    Raises:
        TooLarge: there are more than `max_bytes`.
        UnreadableMedia: `data` is not text in that encoding.
    """
    if len(data) > max_bytes:
        raise TooLarge(
            f"The text has {len(data):,} bytes and {max_bytes:,} are allowed",
            cure="Split it, or raise max_bytes.",
        )
    mark, encoding = next((row for row in _MARKS if data.startswith(row[0])), (b"", "utf-8"))
    try:
        content = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableMedia(
            f"The text is not {encoding} at byte {error.start + len(mark):,}",
            cure="Save it as UTF-8 and try again.",
        ) from error
    if "\0" in content:
        raise UnreadableMedia(
            f"The text holds a NUL at character {content.index(chr(0)):,}, as binary files do",
            cure="Pass plain text.",
        )
    return Text(content.replace("\r\n", "\n").replace("\r", "\n"))
