"""Whisper in CTranslate2, beside faster-whisper itself on the same converted weights."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import faster_whisper
import numpy as np
import pocketsphinx
import pytest
from contract import check_translator
from ctranslate2.converters import TransformersConverter
from translators.checkpoints import whisper
from translators.engines import spoken
from translators.hub import hub_card, made

from crossmodal.errors import InputError, MissingModel
from crossmodal.media import Audio
from crossmodal.modality import AUDIO, TEXT
from crossmodal.translators.faster_whisper import FasterWhisper, recogniser
from crossmodal.translators.speech_recognition import RecognitionOptions, Recogniser, resampled
from crossmodal.translators.voice_activity import RATE, speech
from crossmodal.translators.windows import windows

CARD = hub_card("hub-faster-whisper", AUDIO, TEXT)
SPEECH = "Good morning to you all."


def original(folder: Path) -> Path:
    return whisper(folder, seconds=30)


def converted(folder: Path) -> Path:
    copied = ["tokenizer.json", "preprocessor_config.json"]
    TransformersConverter(str(made(original)), copy_files=copied).convert(str(folder))
    return folder


@cache
def loaded() -> FasterWhisper:
    return recogniser(CARD, made(converted))


def test_keeps_its_contract() -> None:
    assert isinstance(loaded(), Recogniser)
    check_translator(loaded(), [spoken(SPEECH), Audio(np.zeros(8000, np.float32), RATE)])


def test_writes_and_times_what_faster_whisper_does() -> None:
    stretches = speech(resampled(spoken(SPEECH)), engine=pocketsphinx, threshold=0.5, longest=5)
    (window,) = windows(stretches, longest=5)
    engine = faster_whisper.WhisperModel(str(made(converted)), device="cpu")
    found, _ = engine.transcribe(
        window.samples, beam_size=5, temperature=0.0, word_timestamps=True,
        condition_on_previous_text=False,
    )  # fmt: skip
    expected = [word for part in found for word in part.words if word.word.strip()]
    (text,) = loaded().translate([spoken(SPEECH)])
    words = [word for part in text.segments for word in part.words]
    assert [word.text for word in words] == [word.word.strip() for word in expected]
    assert len(words) > 1
    assert [word.start for word in words] == pytest.approx(
        [window.start + word.start for word in expected]
    )
    assert [word.confidence for word in words] == pytest.approx(
        [word.probability for word in expected]
    )


def test_an_unknown_language_names_the_known() -> None:
    with pytest.raises(InputError, match="It knows en"):
        loaded().translate([spoken(SPEECH)], options=RecognitionOptions(language="xx"))


def test_half_a_model_says_what_to_pull(tmp_path: Path) -> None:
    with pytest.raises(MissingModel, match=r"lacks its file model.bin.*pull hub-faster-whisper"):
        recogniser(CARD, tmp_path)
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((made(converted) / name).read_bytes()[:100])
    with pytest.raises(MissingModel, match="cannot be opened"):
        recogniser(CARD, tmp_path)
