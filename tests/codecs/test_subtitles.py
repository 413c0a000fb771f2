from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.codecs.subtitles import FORMATS, FileFormat, decode, encode
from crossmodal.errors import InputError, TooLarge, UnreadableMedia
from crossmodal.media import Segment, Text

CUES = (Segment(0.5, 2.25, "Good morning,\neverybody."), Segment(3661.042, 3663.0, "5 < 6 & 7 > 6"))
TRANSCRIPT = Text("Good morning,\neverybody.\n5 < 6 & 7 > 6", segments=CUES)


def srt(body: str) -> Text:
    return decode(body.encode(), format="srt")


def test_srt_is_written_as_players_read_it() -> None:
    assert encode(TRANSCRIPT, format="srt").decode() == (
        "1\n00:00:00,500 --> 00:00:02,250\nGood morning,\neverybody.\n\n"
        "2\n01:01:01,042 --> 01:01:03,000\n5 < 6 & 7 > 6\n"
    )


def test_vtt_is_written_as_the_standard_says() -> None:
    assert encode(TRANSCRIPT, format="vtt").decode() == (
        "WEBVTT\n\n1\n00:00:00.500 --> 00:00:02.250\nGood morning,\neverybody.\n\n"
        "2\n01:01:01.042 --> 01:01:03.000\n5 &lt; 6 &amp; 7 &gt; 6\n"
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_round_trip(kind: FileFormat) -> None:
    data = encode(TRANSCRIPT, format=kind)
    assert decode(data) == decode(data, format=kind) == TRANSCRIPT


def test_json_keeps_words_language_and_confidence() -> None:
    words = (Segment(0, 0.5, "good", 0.9), Segment(0.5, 1, "day", 0.8))
    text = Text("good day", language="en", segments=(Segment(0, 1, "good day", 0.85, words),))
    assert decode(encode(text, format="json")) == text


def cues(letters: st.SearchStrategy[str]) -> st.SearchStrategy[Text]:
    line = st.text(letters, min_size=1, max_size=30).map(str.strip).filter(bool)
    body = st.lists(line, min_size=1, max_size=3).map("\n".join)
    moment = st.integers(0, 400_000_000).map(lambda ms: ms / 1000)
    length = st.integers(1, 60_000).map(lambda ms: ms / 1000)
    cue = st.builds(
        lambda at, long, words: Segment(at, round(at + long, 3), words), moment, length, body
    )
    many = st.lists(cue, min_size=1, max_size=6).map(
        lambda found: tuple(sorted(found, key=lambda cue: (cue.start, cue.end)))
    )
    return many.map(lambda found: Text("\n".join(cue.text for cue in found), segments=found))


ANY = st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Cs"))
NO_MARKUP = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Zl", "Zp"), exclude_characters="<{"
)


@pytest.mark.parametrize(("kind", "letters"), [("srt", NO_MARKUP), ("vtt", ANY), ("json", ANY)])
def test_whatever_is_written_is_read_again(
    kind: FileFormat, letters: st.SearchStrategy[str]
) -> None:
    @settings(deadline=None, max_examples=40)
    @given(cues(letters))
    def check(text: Text) -> None:
        assert decode(encode(text, format=kind), format=kind) == text

    check()


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_anything_is_read_or_refused(data: bytes) -> None:
    for kind in (None, *FORMATS):
        try:
            text = decode(data, format=kind)
        except UnreadableMedia:
            continue
        assert all(0 <= cue.start <= cue.end for cue in text.segments)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("1\r\n00:00:01,000 --> 00:00:02,000\r\nhello\r\n", ["hello"]),
        ("\ufeff1\n00:00:01,000 --> 00:00:02,000\nhello", ["hello"]),
        (
            "00:00:01.000 --> 00:00:02.000\nhello\n\n00:00:03.000 --> 00:00:04.000\nyou",
            ["hello", "you"],
        ),
        ("1\n0:0:1,0 --> 0:0:2,5\nhello", ["hello"]),
        ("1\n00:01 --> 00:02 X1:40 Y1:20\nhello", ["hello"]),
        (
            "1\n00:00:01,000 --> 00:00:02,000\n<i>hel</i>lo {\\an8}<font color=red>you</font>",
            ["hello you"],
        ),
        (
            "1\n00:00:01,000 --> 00:00:02,000\none\n\ntwo\n\n2\n00:00:03,000 --> 00:00:04,000\nx",
            ["one\ntwo", "x"],
        ),
        (
            "2\n00:00:03,000 --> 00:00:04,000\nlate\n\n1\n00:00:01,000 --> 00:00:02,000\nsoon",
            ["soon", "late"],
        ),
        ("1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nx", ["x"]),
        (
            "1\n00:00:01,000 --> 00:00:02,000\n42\n\n2\n00:00:03,000 --> 00:00:04,000\n7",
            ["42", "7"],
        ),
    ],
)
def test_srt_as_it_is_found_in_the_wild(body: str, words: list[str]) -> None:
    text = srt(body)
    assert [cue.text for cue in text.segments] == words
    assert text.segments[0].start == 1 or words == ["x"]


def test_vtt_with_everything() -> None:
    text = decode(
        b"WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE about\nthis\n\n"
        b"intro\n00:01.000 --> 00:02.000 align:start line:0\n"
        b"<v Ann>Hello <00:01.500><c.loud>you</c>\n\n"
        b"NOTE --\n\n1:00:00.000 --> 1:00:01.000\nR&amp;B &lt;3\n"
    )
    assert [(cue.start, cue.end, cue.text) for cue in text.segments] == [
        (1.0, 2.0, "Hello you"),
        (3600.0, 3601.0, "R&B <3"),
    ]


def test_vtt_may_be_empty() -> None:
    assert decode(b"WEBVTT\n") == Text("")
    assert decode(encode(Text(""), format="vtt")) == Text("")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no cue"),
        (b"hello\nyou", "no cue"),
        (
            b"1\n00:00:01,000 --> soon\nhello",
            "Line 2 of the subtitles is no time: '00:00:01,000 --> soon'",
        ),
        (b"1\n00:00:05,000 --> 00:00:01,000\nhello", "Line 2 .* ends before it starts"),
        (b"\xff\xfe\xfa", "not utf"),
        (b"{", "JSON holds no subtitles"),
        (b'{"segments": [{"start": 1}]}', "JSON holds no subtitles"),
        (b'{"segments": [{"start": NaN, "end": 2, "text": "x"}]}', "JSON holds no subtitles"),
        (b'[{"start": 3, "end": 2, "text": "x"}]', "JSON holds no subtitles"),
        (b"[" * 5000, "JSON holds no subtitles"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(data: bytes, problem: str) -> None:
    with pytest.raises(UnreadableMedia, match=problem) as caught:
        decode(data)
    assert caught.value.cure


@pytest.mark.parametrize(
    ("segment", "problem"),
    [
        (Segment(1, 1, "x"), "ends when or before"),
        (Segment(1, 1.0001, "x"), "ends when or before"),
        (Segment(2, 1, "x"), "ends when or before"),
        (Segment(-1, 1, "x"), "lasts from -1"),
        (Segment(0, math.inf, "x"), "to inf"),
        (Segment(math.nan, 1, "x"), "from nan"),
        (Segment(0, 1, " \n"), "no words"),
        (Segment(0, 1, "a\n00:00:01,000 --> 00:00:02,000"), "reads as a time"),
    ],
)
@pytest.mark.parametrize("kind", FORMATS)
def test_what_players_would_misread_is_not_written(
    segment: Segment, problem: str, kind: FileFormat
) -> None:
    with pytest.raises(InputError, match=f"Segment 2 .*{problem}"):
        encode(Text("x", segments=(Segment(0, 1, "first"), segment)), format=kind)


def test_other_things_that_are_not_written() -> None:
    with pytest.raises(InputError, match="no times.*transcript"):
        encode(Text("hello"))
    with pytest.raises(InputError, match="Segment 2 starts before segment 1"):
        encode(Text("x", segments=(Segment(5, 6, "a"), Segment(1, 2, "b"))))
    with pytest.raises(InputError, match="srt, vtt or json"):
        encode(TRANSCRIPT, format="ass")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not finite"):
        encode(Text("x", segments=(Segment(0, 1, "a", math.nan),)), format="json")


def test_a_blank_line_within_a_cue_is_left_out() -> None:
    text = Text("x", segments=(Segment(0, 1, "one\n\n\r\ntwo\x85"),))
    assert [cue.text for cue in decode(encode(text)).segments] == ["one\ntwo"]


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(TooLarge):
        decode(b"x" * 100, max_bytes=99)


def test_json_is_plain_json() -> None:
    assert json.loads(encode(TRANSCRIPT, format="json"))["segments"][0] == {
        "start": 0.5,
        "end": 2.25,
        "text": "Good morning,\neverybody.",
    }
