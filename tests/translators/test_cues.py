from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.codecs.subtitles import decode, encode
from crossmodal.errors import InputError
from crossmodal.media import Segment, Text
from crossmodal.translators.cues import CueRules, check, cue

RULES = CueRules()


def transcript(*parts: tuple[float, float, str], language: str | None = "en") -> Text:
    segments = tuple(Segment(*part) for part in parts)
    return Text(" ".join(part[2] for part in parts), language=language, segments=segments)


def test_a_long_segment_becomes_readable_cues() -> None:
    spoken = (
        "Printing, in the only sense with which we are at present concerned, differs from most "
        "if not from all the arts and crafts represented in the exhibition in being comparatively "
        "modern."
    )
    text, report = cue(transcript((1.0, 15.0, spoken)))
    assert report.breaches == ()
    assert report.cues == len(text.segments) > 2
    assert " ".join(" ".join(one.text.split()) for one in text.segments) == spoken
    assert text.content == spoken
    for one in text.segments:
        assert one.words
        assert all(len(line) <= 42 for line in one.text.split("\n"))


def test_sentences_begin_new_cues() -> None:
    text, report = cue(
        transcript((0, 6, "This is the first sentence. And here is the second one."))
    )
    assert [one.text for one in text.segments] == [
        "This is the first sentence.",
        "And here is the second one.",
    ]
    assert report.breaches == ()


def test_a_pause_parts_cues() -> None:
    words = (Segment(0, 0.4, "hello"), Segment(5.0, 5.5, "again"))
    text, _ = cue(Text("hello again", segments=(Segment(0, 5.5, "hello again", None, words),)))
    assert [one.text for one in text.segments] == ["hello", "again"]


def test_a_short_cue_stays_long_enough() -> None:
    text, report = cue(transcript((3.0, 3.2, "Yes!")))
    (only,) = text.segments
    assert only.start == 3.0
    assert only.end == pytest.approx(3 + 5 / 6, abs=0.001)
    assert report.breaches == ()


def test_speech_too_fast_is_reported() -> None:
    text, report = cue(transcript((0, 1, "a" * 40), (1, 2, "b" * 40), (2, 9, "then slow")))
    assert {breach.rule for breach in report.breaches} == {"speed"}
    assert report.breaches[0].cue == 0
    assert report.breaches[0].value > 17
    assert report.breaches[0].limit == 17
    assert "cue 1: speed" in str(report)
    assert text.segments[1].start - text.segments[0].end >= 0.0829


def test_a_word_longer_than_a_line_is_kept_and_reported() -> None:
    word = "https://example.org/" + "x" * 60
    text, report = cue(transcript((0, 7, f"see {word} there")))
    assert word in text.content
    assert any(word in one.text for one in text.segments)
    assert "line_length" in {breach.rule for breach in report.breaches}


def test_confidence_is_the_mean_of_the_words() -> None:
    words = (Segment(0, 0.5, "good", 0.9), Segment(0.5, 1, "day", 0.7))
    text, _ = cue(Text("good day", segments=(Segment(0, 1, "good day", 0.8, words),)))
    assert text.segments[0].confidence == pytest.approx(0.8)


def test_check_names_every_broken_rule() -> None:
    foreign = Text(
        "x",
        segments=(
            Segment(0, 0.5, "a\nb\nc"),
            Segment(0.52, 10.0, "d" * 50),
            Segment(9.0, 10.0, "late"),
        ),
    )
    found = {(breach.cue, breach.rule) for breach in check(foreign).breaches}
    assert found == {
        (0, "lines"),
        (0, "shortest"),
        (0, "gap"),
        (1, "line_length"),
        (1, "longest"),
        (1, "gap"),
        (1, "order"),
    }


@pytest.mark.parametrize("text", [Text(""), Text("  "), Text("", segments=(Segment(0, 1, " "),))])
def test_nothing_becomes_no_cues(text: Text) -> None:
    result, report = cue(text)
    assert result.segments == ()
    assert report.breaches == ()


def test_words_without_times_are_refused() -> None:
    with pytest.raises(InputError, match="no times.*transcript"):
        cue(Text("hello"))


@pytest.mark.parametrize(
    "rules",
    [{"line_length": 0}, {"lines": 9}, {"speed": 0}, {"gap": -1}, {"longest": 0.6, "shortest": 1}],
)
def test_rules_are_checked(rules: dict[str, float]) -> None:
    with pytest.raises(InputError):
        CueRules(**rules)  # type: ignore[arg-type]


WORD = st.text("abcde,.", min_size=1, max_size=15)
TIME = st.floats(0, 60, allow_nan=False)


@st.composite
def transcripts(draw: st.DrawFn) -> Text:
    segments = []
    for _ in range(draw(st.integers(0, 6))):
        start, length = draw(TIME), draw(st.floats(0, 20))
        words = " ".join(draw(st.lists(WORD, min_size=1, max_size=25)))
        segments.append(Segment(start, start + length, words))
    segments.sort(key=lambda one: one.start)
    return Text(" ".join(one.text for one in segments), segments=tuple(segments))


@settings(deadline=None, max_examples=60)
@given(transcripts())
def test_rules_hold_or_are_reported(text: Text) -> None:
    result, report = cue(text)
    reported = {(breach.cue, breach.rule) for breach in report.breaches}
    said = sorted(word for one in result.segments for word in one.text.split())
    assert said == sorted(word for one in text.segments for word in one.text.split())
    for number, one in enumerate(result.segments):
        lines, seconds = one.text.split("\n"), one.end - one.start
        broken = {
            "lines": len(lines) > RULES.lines,
            "line_length": max(map(len, lines)) > RULES.line_length,
            "speed": len(one.text) / seconds > RULES.speed * 1.01 + 0.1,
            "longest": seconds > RULES.longest + 0.002,
            "shortest": seconds < RULES.shortest - 0.002,
        }
        for rule, is_broken in broken.items():
            assert not is_broken or (number, rule) in reported, rule
        assert not {(number, rule) for rule in ("lines", "longest", "gap", "order")} & reported
        assert (number, "line_length") not in reported  # no word here is longer than a line
    if result.segments:
        encode(result)  # the strict writer takes it


@settings(deadline=None, max_examples=60)
@given(transcripts())
def test_cues_survive_a_file(text: Text) -> None:
    result, _ = cue(text)
    if result.segments:
        read = decode(encode(result, format="vtt"))
        assert [(one.start, one.end, one.text) for one in read.segments] == [
            (one.start, one.end, one.text) for one in result.segments
        ]


def test_an_hour_takes_little_time() -> None:
    sentence = "and so it went on and on, without an end in sight, for them all. "
    parts = [(float(at), at + 4.0, sentence) for at in range(0, 3600, 5)]
    begun = time.process_time()
    text, report = cue(transcript(*parts))
    assert time.process_time() - begun < 20
    assert len(text.segments) >= 720
    assert report.breaches == ()
