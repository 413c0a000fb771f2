from __future__ import annotations

import itertools
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from translators.engines import recogniser, spoken

from crossmodal.errors import InputError
from crossmodal.media import Audio, Text
from crossmodal.translators.speech_recognition import RecognitionOptions

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LISTENING = RecognitionOptions(phrases=DIGITS)


def heard(sound: Audio, options: RecognitionOptions | None = None) -> Text:
    (text,) = recogniser().translate([sound], options=options)
    assert isinstance(text, Text)
    return text


def padded(sound: Audio, before: float, after: float = 0.5) -> Audio:
    ends = (int(before * sound.rate), int(after * sound.rate))
    return Audio(np.pad(sound.samples, ends), sound.rate)


def test_known_phrases_are_heard() -> None:
    assert heard(spoken("seven three nine"), LISTENING).content == "seven three nine"


def test_free_speech_is_mostly_heard() -> None:
    text = heard(spoken("seven three nine"))
    assert "seven" in text.content.split()
    assert text.language == "en"


def test_times_and_confidences() -> None:
    text = heard(padded(spoken("seven three nine"), 4.0), LISTENING)
    (segment,) = text.segments
    assert segment.text == text.content
    assert [word.text for word in segment.words] == ["seven", "three", "nine"]
    assert 3.8 < segment.start < 4.4
    assert segment.end <= 4 + spoken("seven three nine").duration + 0.1
    times = [moment for word in segment.words for moment in (word.start, word.end)]
    assert times == sorted(times)
    for part in (segment, *segment.words):
        assert part.confidence is not None
        assert 0 <= part.confidence <= 1


@pytest.mark.parametrize("rate", [4000, 16_000, 48_001])
@pytest.mark.parametrize("seconds", [0.0, 0.001, 2.0])
def test_silence_and_noise_give_no_text(rate: int, seconds: float) -> None:
    size = int(rate * seconds)
    noise = np.random.default_rng(0).normal(0, 0.2, size).astype(np.float32)
    for samples in (np.zeros(size, np.float32), noise, np.full(size, np.nan, np.float32)):
        assert heard(Audio(samples, rate)) == Text("", language="en")


def test_a_result_does_not_depend_on_what_was_heard_before() -> None:
    first = heard(spoken("seven three nine"))
    heard(spoken("one two"), LISTENING)
    heard(spoken("one two"), RecognitionOptions(phrases=("yes", "no")))
    assert heard(spoken("seven three nine")) == first


def test_long_sounds_are_heard_in_bounded_memory() -> None:
    block = padded(spoken("seven three nine"), 1.0, 40.0)
    heard(block)  # warm

    tracemalloc.start()
    segments = list(recogniser().stream(itertools.repeat(block, 4), options=LISTENING))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [segment.text for segment in segments] == ["seven three nine"] * 4
    starts = [segment.start for segment in segments]
    np.testing.assert_allclose(np.diff(starts), block.duration, atol=0.1)
    assert peak < 4 * 4 * len(block.samples)  # less than the sound itself


def test_threads_take_turns() -> None:
    with ThreadPoolExecutor(3) as pool:
        texts = list(pool.map(lambda _: heard(spoken("one two"), LISTENING).content, range(3)))
    assert len(set(texts)) == 1


@pytest.mark.parametrize("language", ["de", "fr-FR", "xx", "english"])
def test_another_language_says_what_is_possible(language: str) -> None:
    with pytest.raises(InputError, match=r"It knows en\. .*Whisper"):
        heard(spoken("one two"), RecognitionOptions(language=language))


@pytest.mark.parametrize("language", ["", "en", "en-US", "EN_gb"])
def test_english_by_any_code(language: str) -> None:
    assert heard(spoken("one two"), RecognitionOptions(language=language)).language == "en"


@pytest.mark.parametrize(
    ("phrases", "problem"),
    [
        (("yes", "qwrtzy"), "'qwrtzy'"),
        (("yes", " "), "empty"),
        (("one); public <x> = no",), "dictionary lacks"),
        (("7",), "as they are said"),
    ],
)
def test_phrases_are_checked(phrases: tuple[str, ...], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        heard(spoken("one two"), RecognitionOptions(phrases=phrases))


def test_other_bad_options() -> None:
    with pytest.raises(InputError, match="Pass a tuple"):
        RecognitionOptions(phrases="yes")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="0 to 1"):
        RecognitionOptions(threshold=1.5)


def test_a_rate_too_low_is_refused() -> None:
    with pytest.raises(InputError, match="1000 Hz.*4000"):
        heard(Audio(np.zeros(100, np.float32), 1000))
