"""Whisper, wav2vec 2.0 and Moonshine of the hub, beside transformers itself on the same weights."""

from __future__ import annotations

import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pocketsphinx
import pytest
import torch
from contract import check_translator
from transformers import AutoProcessor, Wav2Vec2ForCTC, WhisperForConditionalGeneration, pipeline
from translators.checkpoints import moonshine, wav2vec2, whisper
from translators.engines import spoken
from translators.hub import hub_card, made

from crossmodal.errors import CrossmodalError, InputError, MissingModel
from crossmodal.media import Audio, Text
from crossmodal.modality import AUDIO, TEXT
from crossmodal.translators.speech_recognition import RecognitionOptions, Recogniser, resampled
from crossmodal.translators.transformers_recognition import TransformersRecogniser, recogniser
from crossmodal.translators.voice_activity import RATE, speech
from crossmodal.translators.windows import Window, windows

SPEECH = "Good morning to you all."
CARD = hub_card("hub-recogniser", AUDIO, TEXT)


@cache
def loaded(maker: Callable[[Path], Path]) -> TransformersRecogniser:
    return recogniser(CARD, made(maker), beams=2 if maker is whisper else 1)


def heard(maker: Callable[[Path], Path], sound: Audio, language: str = "") -> Text:
    (text,) = loaded(maker).translate([sound], options=RecognitionOptions(language=language))
    assert isinstance(text, Text)
    return text


def only_window(sound: Audio) -> Window:
    stretches = speech(resampled(sound), engine=pocketsphinx, threshold=0.5, longest=5)
    (window,) = windows(stretches, longest=5)
    return window


@pytest.mark.parametrize("maker", [whisper, wav2vec2, moonshine], ids=lambda maker: maker.__name__)
def test_keeps_its_contract(maker: Callable[[Path], Path]) -> None:
    assert isinstance(loaded(maker), Recogniser)
    media = [spoken(SPEECH), Audio(np.zeros(8000, np.float32), RATE)]
    check_translator(loaded(maker), media)


def test_whisper_writes_the_very_tokens_that_transformers_writes() -> None:
    model = WhisperForConditionalGeneration.from_pretrained(made(whisper)).eval()
    processor = AutoProcessor.from_pretrained(made(whisper))
    window = only_window(spoken(SPEECH))
    features = processor(
        window.samples, sampling_rate=RATE, return_tensors="pt", return_attention_mask=True
    )
    tokens = model.generate(
        **features, task="transcribe", language="de", return_timestamps=True, num_beams=2
    )
    (expected,) = processor.batch_decode(tokens, skip_special_tokens=True)
    assert len(expected) > 3
    text = heard(whisper, spoken(SPEECH), "de-AT")
    assert "".join(text.content.split()) == "".join(expected.split())
    assert text.language == "de"


def test_whisper_times_words_as_the_pipeline_does() -> None:
    model = WhisperForConditionalGeneration.from_pretrained(made(whisper)).eval()
    parts = AutoProcessor.from_pretrained(made(whisper))
    reference = pipeline(
        "automatic-speech-recognition",
        model=model,
        tokenizer=parts.tokenizer,
        feature_extractor=parts.feature_extractor,
    )
    window = only_window(spoken(SPEECH))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # transformers', of a last piece of one frame
        chunks = reference(
            {"raw": window.samples, "sampling_rate": RATE},
            return_timestamps="word",
            generate_kwargs={"task": "transcribe", "language": "en", "num_beams": 2},
        )["chunks"]
    words = [word for part in heard(whisper, spoken(SPEECH), "en").segments for word in part.words]
    wanted = [chunk for chunk in chunks if chunk["text"].strip()]
    assert [word.text for word in words] == [chunk["text"].strip() for chunk in wanted]
    starts = [min(window.start + chunk["timestamp"][0], window.end) for chunk in wanted]
    assert [word.start for word in words] == pytest.approx(starts)
    assert words == sorted(words, key=lambda word: word.start)


def test_whisper_finds_out_the_language() -> None:
    text = heard(whisper, spoken(SPEECH))
    assert text.language in loaded(whisper).languages() == ("de", "en", "fr", "ja")


def test_wav2vec2_agrees_with_its_own_frames() -> None:
    window = only_window(spoken(SPEECH))
    model = Wav2Vec2ForCTC.from_pretrained(made(wav2vec2)).eval()
    processor = AutoProcessor.from_pretrained(made(wav2vec2))
    inputs = processor(window.samples, sampling_rate=RATE, return_tensors="pt")
    with torch.no_grad():
        tokens = model(**inputs).logits.argmax(-1)
    reference = processor.decode(tokens[0], output_word_offsets=True)
    text = heard(wav2vec2, spoken(SPEECH))
    words = [word for part in text.segments for word in part.words]
    frame = model.config.inputs_to_logits_ratio / RATE  # seconds
    assert [word.text for word in words] == [row["word"] for row in reference.word_offsets]
    assert [word.start for word in words] == pytest.approx(
        [window.start + row["start_offset"] * frame for row in reference.word_offsets]
    )


def test_moonshine_writes_what_transformers_writes() -> None:
    reference = pipeline("automatic-speech-recognition", model=str(made(moonshine)))
    sound = spoken("Good morning to you all.")
    window = only_window(sound)
    limit = int(10 * len(window.samples) / RATE)
    expected = reference(window.samples, generate_kwargs={"max_new_tokens": limit})["text"]
    (segment,) = heard(moonshine, sound).segments
    assert segment.text == expected.strip()
    assert (segment.start, segment.end) == (window.start, window.end)
    assert segment.words == ()


@pytest.mark.parametrize("maker", [whisper, wav2vec2], ids=lambda maker: maker.__name__)
def test_silence_and_noise_give_no_text(maker: Callable[[Path], Path]) -> None:
    noise = np.random.default_rng(0).normal(size=4 * RATE).astype(np.float32) * 0.1
    for samples in (np.zeros(4 * RATE, np.float32), noise, np.zeros(0, np.float32)):
        assert heard(maker, Audio(samples, RATE)) == Text("")


def test_long_sound_needs_no_more_memory() -> None:
    def peak(repeats: int) -> int:
        said = spoken("Good morning to you all.")

        def blocks() -> Iterator[Audio]:
            for _ in range(repeats):
                yield said
                yield Audio(np.zeros(25 * said.rate, np.float32), said.rate)

        tracemalloc.start()
        found = list(loaded(wav2vec2).stream(blocks()))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(found) >= repeats
        return most

    assert peak(9) < 1.5 * peak(3)


def test_an_unknown_language_names_the_known() -> None:
    with pytest.raises(InputError, match=r"does not know the language 'xx'.*de, en, fr, ja"):
        heard(whisper, spoken(SPEECH), "xx")


def test_phrases_cannot_be_told() -> None:
    with pytest.raises(InputError, match="cannot be told what may be said"):
        loaded(whisper).translate([spoken("one")], options=RecognitionOptions(phrases=("one",)))


def test_bad_checkpoints_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(MissingModel, match=r"config.json is missing.*models pull hub-recogniser"):
        recogniser(CARD, tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(MissingModel, match="it has no weights"):
        recogniser(CARD, tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(CrossmodalError, match="are pickles"):
        recogniser(CARD, tmp_path)
    weights = made(whisper) / "model.safetensors"
    (tmp_path / "model.safetensors").write_bytes(weights.read_bytes()[:5000])
    (tmp_path / "config.json").write_text((made(whisper) / "config.json").read_text())
    with pytest.raises(MissingModel, match="cannot be opened"):
        recogniser(CARD, tmp_path)
