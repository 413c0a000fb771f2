"""Subtitles: SubRip (SRT), WebVTT and JSON, to and from Text with segments.

The writer is strict: it writes nothing that a player would misread. The reader is tolerant: it
takes missing numbers, commas for points, old line ends, formatting and blank lines within a cue,
and says at which line it gave up.

    SRT     https://www.matroska.org/technical/subtitles.html#srt-subtitles
    WebVTT  https://www.w3.org/TR/webvtt1/
    JSON    {"language": "en", "text": "...", "segments": [{"start", "end", "text",
             "confidence", "words": [{"start", "end", "text", "confidence"}]}]}, times in seconds
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from ..errors import InputError, UnreadableMedia
from ..media import Segment, Text
from . import text as text_codec
from .limits import DEFAULT

FileFormat: TypeAlias = Literal["srt", "vtt", "json"]
FORMATS: tuple[FileFormat, ...] = ("srt", "vtt", "json")

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?", re.ASCII)
_ARROW = re.compile(r"\s*[\d:.,]+\s*-->")
_VTT_TAG = re.compile(r"</?(?:c|i|b|u|v|lang|ruby|rt)(?:[.\s][^<>]*)?>|<[\d:.]+>")
_SRT_TAG = re.compile(r"</?(?:i|b|u|s|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
_CURE = "It must be SRT, WebVTT or JSON with start, end and text."


def decode(
    data: bytes,
    *,
    format: FileFormat | None = None,  # noqa: A002
    max_bytes: int = DEFAULT.max_bytes,
) -> Text:
    """Return the subtitles that `data` holds, cues in order of time, one a line in the content.

    Args:
        format: None to tell it by the content.

    Raises:
        UnreadableMedia: they are in none of the formats, hold no cue or a time that is none.
        TooLarge: there are more than `max_bytes`.
    """
    content = text_codec.decode(data, max_bytes=max_bytes).content
    kind = _known(format) if format is not None else _sniffed(content)
    if kind == "json":
        return _from_json(content)
    segments = sorted(_cues(content, kind), key=lambda cue: (cue.start, cue.end))
    if not segments and not (kind == "vtt" and content.startswith("WEBVTT")):
        raise UnreadableMedia("The subtitles hold no cue", cure=_CURE)
    return Text("\n".join(cue.text for cue in segments), segments=tuple(segments))


def encode(text: Text, *, format: FileFormat = "srt") -> bytes:  # noqa: A002
    """Return the segments of `text` as a file in UTF-8.

    Raises:
        InputError: `text` has words but no segments, or a segment that cannot be written: without
            words, without length, out of order, or with a time that is no time.
    """
    kind = _known(format)
    if text.content.strip() and not text.segments:
        raise InputError(
            "The text has no times, so no subtitles can be made of it",
            cure="Pass a transcript: a Text with segments.",
        )
    for number, segment in enumerate(text.segments, 1):
        _require_writable(segment, number)
    for number, (one, other) in enumerate(pairwise(text.segments), 2):
        if other.start < one.start:
            raise InputError(
                f"Segment {number} starts before segment {number - 1}",
                cure="Sort the segments by start.",
            )
    if kind == "json":
        return _to_json(text).encode("utf-8", "replace")
    write = _srt_cue if kind == "srt" else _vtt_cue
    cues = "\n".join(write(number, cue) for number, cue in enumerate(text.segments, 1))
    head = "WEBVTT\n\n" if kind == "vtt" else ""
    return (head + cues).encode("utf-8", "replace")


def _known(kind: FileFormat) -> FileFormat:
    if kind not in FORMATS:
        raise InputError(f"{kind!r} is no format of subtitles", cure="Use srt, vtt or json.")
    return kind


def _sniffed(content: str) -> FileFormat:
    if content.startswith("WEBVTT"):
        return "vtt"
    return "json" if content.lstrip()[:1] in ("{", "[") else "srt"


def _require_writable(segment: Segment, number: int) -> None:
    start, end = segment.start, segment.end
    if not (math.isfinite(start) and math.isfinite(end)) or start < 0:
        problem = f"Segment {number} lasts from {start} to {end} seconds"
    elif _milliseconds(end) <= _milliseconds(start):
        problem = f"Segment {number} ends when or before it starts ({start} to {end} seconds)"
    elif not _lines(segment.text):
        problem = f"Segment {number} holds no words"
    elif any(_ARROW.match(line) for line in _lines(segment.text)):
        problem = f"Segment {number} holds a line that reads as a time"
    else:
        return
    raise InputError(problem, cure="Correct or leave out that segment.")


def _lines(text: str) -> list[str]:
    """Return the lines of `text` that hold something: an empty one would end the cue."""
    lines = re.split(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text.replace("\0", ""))
    return [line.strip() for line in lines if line.strip()]


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _stamp(seconds: float, point: str) -> str:
    whole, thousandths = divmod(_milliseconds(seconds), 1000)
    minutes, seconds_left = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours:02}:{minutes_left:02}:{seconds_left:02}{point}{thousandths:03}"


def _srt_cue(number: int, cue: Segment) -> str:
    body = "\n".join(_lines(cue.text))
    return f"{number}\n{_stamp(cue.start, ',')} --> {_stamp(cue.end, ',')}\n{body}\n"


def _vtt_cue(number: int, cue: Segment) -> str:
    body = html.escape("\n".join(_lines(cue.text)), quote=False)
    return f"{number}\n{_stamp(cue.start, '.')} --> {_stamp(cue.end, '.')}\n{body}\n"


def _cues(content: str, kind: FileFormat) -> Iterator[Segment]:
    """Yield the cues of SRT or WebVTT in the order of the file."""
    times: tuple[float, float] | None = None
    body: list[str] = []
    skipping = False  # within a NOTE, STYLE or REGION block
    lines = content.split("\n")
    for number, line in enumerate(lines):
        found = _timing(line, number + 1)
        if found is not None:
            if times is not None:
                yield from _cue(times, _without_name(body, kind), kind)
            times, body, skipping = found, [], False
        elif kind == "vtt" and re.match(r"(NOTE|STYLE|REGION)\b", line) and _blank(lines, number):
            skipping = True
        elif skipping:
            skipping = bool(line.strip())
        else:
            body.append(line)
    if times is not None:
        yield from _cue(times, body, kind)


def _blank(lines: list[str], number: int) -> bool:
    return number == 0 or not lines[number - 1].strip()


def _without_name(body: list[str], kind: FileFormat) -> list[str]:
    """Return the lines of a cue without the next cue's number (or name), which stands below."""
    last = body[-1].strip() if body else ""
    if not last or (len(body) > 1 and body[-2].strip()):
        return body
    return body[:-1] if kind == "vtt" or last.isdecimal() else body


def _cue(times: tuple[float, float], body: list[str], kind: FileFormat) -> Iterator[Segment]:
    tag = _VTT_TAG if kind == "vtt" else _SRT_TAG
    words = tag.sub("", "\n".join(line.strip() for line in body if line.strip()))
    words = html.unescape(words) if kind == "vtt" else words
    if lines := _lines(words):
        yield Segment(times[0], times[1], "\n".join(lines))


def _timing(line: str, number: int) -> tuple[float, float] | None:
    """Return start and end, in seconds, that `line` gives; None where it is another line."""
    match = _TIMING.fullmatch(line)
    if match is None:
        if _ARROW.match(line):
            raise UnreadableMedia(
                f"Line {number} of the subtitles is no time: {line.strip()[:60]!r}",
                cure="Write it as 00:00:01,000 --> 00:00:02,500.",
            )
        return None
    start, end = (_seconds(match.groups()[part : part + 4]) for part in (0, 4))
    if end < start:
        raise UnreadableMedia(
            f"Line {number} of the subtitles ends before it starts: {line.strip()[:60]!r}",
            cure="Swap or correct its times.",
        )
    return start, end


def _seconds(groups: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = groups
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return (1000 * whole + int((fraction or "0")[:3].ljust(3, "0"))) / 1000


def _to_json(text: Text) -> str:
    document = {
        "language": text.language,
        "text": text.content,
        "segments": [_row(segment) for segment in text.segments],
    }
    try:
        return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    except ValueError as error:
        raise InputError(
            "A confidence, or a time of a word, is not finite", cure="Correct that segment."
        ) from error


def _row(segment: Segment) -> dict[str, Any]:
    row: dict[str, Any] = {"start": segment.start, "end": segment.end, "text": segment.text}
    if segment.confidence is not None:
        row["confidence"] = segment.confidence
    if segment.words:
        row["words"] = [_row(word) for word in segment.words]
    return row


def _from_json(content: str) -> Text:
    try:
        document = json.loads(content)
        document = {"segments": document} if isinstance(document, list) else document
        segments = tuple(_segment(row) for row in document["segments"])
        words = document.get("text", "\n".join(segment.text for segment in segments))
        language = document.get("language")
        if not isinstance(words, str) or not isinstance(language, str | None):
            raise TypeError("text and language must be strings")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadableMedia(f"The JSON holds no subtitles: {error}", cure=_CURE) from error
    ordered = sorted(segments, key=lambda cue: (cue.start, cue.end))
    return Text(words, language=language, segments=tuple(ordered))


def _segment(row: Any) -> Segment:
    start, end, words = float(row["start"]), float(row["end"]), row["text"]
    confidence = row.get("confidence")
    if not isinstance(words, str) or not 0 <= start <= end < math.inf:
        raise ValueError(f"a segment lasts from {start} to {end} and says {words!r}")
    return Segment(
        start,
        end,
        words,
        None if confidence is None else float(confidence),
        tuple(_segment(word) for word in row.get("words", ())),
    )
