from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from translators.engines import alike, synthesiser

from crossmodal.errors import InputError, TooLarge, UnknownName
from crossmodal.media import Audio, Text
from crossmodal.translators.speech_synthesis import LONGEST, SynthesisOptions


def said(content: str, options: SynthesisOptions | None = None, **text: str) -> Audio:
    (sound,) = synthesiser().translate([Text(content, **text)], options=options)  # type: ignore[arg-type]
    assert isinstance(sound, Audio)
    return sound


def test_speaks() -> None:
    sound = said("Good morning, everybody.")
    assert sound.rate == 22_050
    assert 1 < sound.duration < 4
    assert 0.1 < np.abs(sound.samples).max() <= 1


def test_rate_and_pitch() -> None:
    sentence = "Good morning, everybody, and welcome to the show."
    slow, fast = (said(sentence, SynthesisOptions(rate=rate)) for rate in (90, 360))
    assert slow.duration > 2.5 * fast.duration
    low, high = (said(sentence, SynthesisOptions(pitch=pitch)) for pitch in (0, 99))
    assert not alike(low, high)


def test_languages() -> None:
    known = synthesiser().languages()
    assert {"en-us", "en-gb", "de", "fr", "es", "cs", "cmn"} <= known.keys()
    assert all(known.values())
    german = said("Guten Tag", SynthesisOptions(language="de"))
    assert alike(german, said("Guten Tag", language="de-DE"))
    assert not alike(german, said("Guten Tag"))
    assert alike(said("hello"), said("hello", language="en-US"))
    assert said("你好", SynthesisOptions(language="zh-CN")).duration > 0.3


def test_voices() -> None:
    voices = synthesiser().voices()
    assert {"f1", "m1", "whisper"} <= set(voices)
    plain, whispered = said("hello"), said("hello", SynthesisOptions(voice="whisper"))
    assert not alike(plain, whispered)


def test_every_language_says_something() -> None:
    for language in synthesiser().languages():
        assert said("1 2 3", SynthesisOptions(language=language)).duration > 0.2, language


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (SynthesisOptions(language="xx-nope"), r"does not speak 'xx-nope'.*languages\(\)"),
        (SynthesisOptions(voice="whispr"), r"no voice 'whispr'. Did you mean 'whisper'"),
        (SynthesisOptions(voice="../../etc/passwd"), r"no voice"),
    ],
)
def test_unknown_names_are_one_clear_error(options: SynthesisOptions, hint: str) -> None:
    with pytest.raises(UnknownName, match=hint):
        said("hello", options)
    with pytest.raises(UnknownName):
        synthesiser().stream(Text("hello"), options=options)  # before anything is taken


@pytest.mark.parametrize("content", ["", "  \n", "...", "<b></b>", "\x00\x01", "\u200b"])
def test_nothing_to_say_is_refused(content: str) -> None:
    with pytest.raises(InputError, match="nothing to say.*at least one word"):
        said(content)


@pytest.mark.parametrize(
    "content",
    ["<speak>hello</speak>", "**hello**", "\ufeffhel\u200blo\x00", "[hello](http://x.y)"],
)
def test_markup_and_control_characters_are_not_spoken(content: str) -> None:
    assert alike(said(content), said("hello"))


@pytest.mark.parametrize(
    "content", ["[[h@l'oU]]", "\ud800 hello", "😀", "a\u0301", "&lt;", "5 < 6"]
)
def test_odd_text_is_spoken(content: str) -> None:
    assert said(content).duration > 0.1


def test_long_text_is_streamed_sentence_by_sentence() -> None:
    endless = Text("This is a sentence. " * 30_000)
    begun = time.perf_counter()
    parts = list(itertools.islice(synthesiser().stream(endless), 3))
    assert time.perf_counter() - begun < 5
    assert alike(parts[0], parts[1])
    together = said("This is a sentence. " * 3)
    assert together.duration == pytest.approx(sum(part.duration for part in parts), abs=0.02)


def test_huge_text_is_refused() -> None:
    with pytest.raises(TooLarge, match="stream"):
        said("a" * (LONGEST + 1))


def test_a_word_without_end_is_spoken() -> None:
    assert said("a" * 5000).duration > 1


def test_faster_than_real_time() -> None:
    begun = time.process_time()
    sound = said("The quick brown fox jumps over the lazy dog. " * 40)
    assert sound.duration / (time.process_time() - begun) > 50


def test_threads_do_not_mix_their_sounds() -> None:
    """Each of the sentences has a length of its own; the voice's tremble changes it by less."""
    sentences = ["word " * count for count in (1, 3, 6, 10, 15, 21)]
    alone = [said(sentence).duration for sentence in sentences]
    with ThreadPoolExecutor(4) as pool:
        together = [sound.duration for sound in pool.map(said, sentences)]
    assert together == pytest.approx(alone, rel=0.1)


@pytest.mark.parametrize("options", [{"rate": 10}, {"rate": 1000}, {"pitch": -1}, {"pitch": 100}])
def test_options_are_checked(options: dict[str, int]) -> None:
    with pytest.raises(InputError, match="Use"):
        SynthesisOptions(**options)  # type: ignore[arg-type]
