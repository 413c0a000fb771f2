from __future__ import annotations

import numpy as np
import pytest

from crossmodal.media import Segment
from crossmodal.translators.voice_activity import RATE, Stretch
from crossmodal.translators.windows import Heard, Window, segments, windows


def stretch(start: float, seconds: float, value: int = 16384) -> Stretch:
    return Stretch(start, np.full(int(seconds * RATE), value, np.int16))


def window(start: float = 10.0, seconds: float = 5.0) -> Window:
    return Window(start, np.zeros(int(seconds * RATE), np.float32))


def test_near_stretches_share_a_window_with_silence_between() -> None:
    first, second = windows([stretch(1, 2), stretch(4, 3), stretch(20, 5)], longest=10)
    assert (first.start, first.end) == (1, 7)
    assert (second.start, second.end) == (20, 25)
    assert set(first.samples[: 2 * RATE]) == {np.float32(16384 / 32768)}
    assert not first.samples[2 * RATE : 3 * RATE].any()
    assert first.samples[3 * RATE :].all()


def test_no_window_is_longer_than_allowed() -> None:
    stretches = [stretch(n * 4.0, 3.5) for n in range(20)]
    found = list(windows(stretches, longest=29))
    assert all(part.end - part.start <= 29 for part in found)
    assert sum(np.count_nonzero(part.samples) for part in found) == 20 * int(3.5 * RATE)
    assert not list(windows([], longest=29))


def test_words_become_sentences_on_the_clock_of_the_stream() -> None:
    words = (
        Segment(0.0, 0.5, " Good", 0.5),
        Segment(0.5, 1.0, " morning.", 1.0),
        Segment(1.1, 1.4, " You", 1.0),
        Segment(3.0, 3.5, " there", 1.0),
    )
    first, second, third = segments(Heard(words), window())
    assert (first.text, first.start, first.end, first.confidence) == ("Good morning.", 10, 11, 0.75)
    assert [word.text for word in first.words] == ["Good", "morning."]
    assert (second.text, third.text) == ("You", "there")  # a pause lies between them
    assert third.start == 13


def test_languages_without_spaces_get_none() -> None:
    words = (Segment(0, 1, "今"), Segment(1, 2, "日"))
    (segment,) = segments(Heard(words), window())
    assert segment.text == "今日"
    assert segment.confidence is None


def test_times_stay_in_the_window_and_in_order() -> None:
    (segment,) = segments(Heard((Segment(4.0, 3.0, "a"), Segment(4.5, 99.0, " b"))), window())
    assert (segment.start, segment.end) == (14, 15)
    assert segment.words[0].end == 14


@pytest.mark.parametrize("timed", [True, False])
def test_a_model_without_word_times_gives_none(timed: bool) -> None:
    (segment,) = segments(Heard((Segment(0, 5, "all of it"),), timed=timed), window())
    assert segment.text == "all of it"
    assert len(segment.words) == int(timed)
