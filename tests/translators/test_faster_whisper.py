"""Whisper in CTranslate2, beside faster-whisper itself on the same converted weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import faster_whisper
import numpy as np
import pocketsphinx
import pytest
from contract import check_translator
from translators.engines import spoken

from crossmodal.card import ModelCard
from crossmodal.errors import InputError, MissingModel
from crossmodal.media import Audio, Text
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoint, Checkpoints, Runtime
from crossmodal.translators.faster_whisper import FILES, FasterWhisper, load
from crossmodal.translators.speech_recognition import Recogniser, RecognitionOptions, resampled
from crossmodal.translators.voice_activity import RATE, speech
from crossmodal.translators.windows import windows

NAME = "tiny/faster-whisper"
SPEECH = "Good morning to you all."


@pytest.fixture(scope="module")
def card(tiny_checkpoint: Callable[[str], list[ModelCard]]) -> ModelCard:
    (card,) = tiny_checkpoint(NAME)
    return card


@pytest.fixture(scope="module")
def recogniser(card: ModelCard, shelf: Checkpoints) -> FasterWhisper:
    model = Registry([card], shelf=shelf).translator(NAME)
    assert isinstance(model, FasterWhisper)
    return model


def test_keeps_its_contract(recogniser: FasterWhisper) -> None:
    assert isinstance(recogniser, Recogniser)
    check_translator(recogniser, [spoken(SPEECH), Audio(np.zeros(8000, np.float32), RATE)])


def test_writes_and_times_what_faster_whisper_does(
    recogniser: FasterWhisper, shelf: Checkpoints
) -> None:
    stretches = speech(resampled(spoken(SPEECH)), engine=pocketsphinx, threshold=0.5, longest=29)
    (window,) = windows(stretches, longest=29)
    engine = faster_whisper.WhisperModel(
        str(shelf.folder(NAME)), device="cpu", compute_type="float32"
    )
    found, _ = engine.transcribe(
        window.samples, beam_size=5, temperature=0.0, word_timestamps=True,
        condition_on_previous_text=False,
    )  # fmt: skip
    expected = [word for part in found for word in part.words if word.word.strip()]
    (text,) = recogniser.translate([spoken(SPEECH)])
    assert isinstance(text, Text)
    words = [word for part in text.segments for word in part.words]
    assert [word.text for word in words] == [word.word.strip() for word in expected]
    assert words
    assert [word.start for word in words] == pytest.approx(
        [window.start + word.start for word in expected]
    )
    assert [word.confidence for word in words] == pytest.approx(
        [word.probability for word in expected]
    )


def test_an_unknown_language_names_the_known(recogniser: FasterWhisper) -> None:
    with pytest.raises(InputError, match="It knows en"):
        recogniser.translate([spoken(SPEECH)], options=RecognitionOptions(language="xx"))


def test_half_a_model_says_what_to_pull(
    card: ModelCard, shelf: Checkpoints, tmp_path: Path
) -> None:
    half = Checkpoint(NAME, tmp_path, Runtime("cpu"))
    with pytest.raises(MissingModel, match=rf"lacks its file model.bin.*pull {NAME}"):
        load(card, half)
    for name in FILES:
        (tmp_path / name).write_bytes((shelf.folder(NAME) / name).read_bytes()[:100])
    with pytest.raises(MissingModel, match="cannot be opened"):
        load(card, half)
