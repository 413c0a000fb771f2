"""Whisper, wav2vec 2.0 and Moonshine, beside transformers itself on the same weights."""

from __future__ import annotations

import json
import shutil
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pocketsphinx
import pytest
import torch
from contract import check_translator
from transformers import AutoProcessor, Wav2Vec2ForCTC, WhisperForConditionalGeneration, pipeline
from translators.engines import spoken

from crossmodal.card import ModelCard
from crossmodal.errors import InputError, MissingModel
from crossmodal.media import Audio, Text
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import MANIFEST, Checkpoints
from crossmodal.translators.speech_recognition import Recogniser, RecognitionOptions, resampled
from crossmodal.translators.transformers_recognition import TransformersRecogniser
from crossmodal.translators.voice_activity import RATE, speech
from crossmodal.translators.windows import Window, windows

SPEECH = "Good morning to you all."
WHISPER, MOONSHINE, CTC = "tiny/whisper", "tiny/moonshine", "tiny/ctc"
BEAMS = 2


@pytest.fixture(scope="module")
def registry(shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]) -> Registry:
    rows = [card for name in (WHISPER, MOONSHINE, CTC) for card in tiny_checkpoint(name)]
    return Registry([replace(card, options={"beams": BEAMS}) for card in rows], shelf=shelf)


def loaded(registry: Registry, name: str) -> TransformersRecogniser:
    model = registry.translator(name)
    assert isinstance(model, TransformersRecogniser)
    return model


def heard(registry: Registry, name: str, sound: Audio, language: str = "") -> Text:
    options = RecognitionOptions(language=language)
    (text,) = loaded(registry, name).translate([sound], options=options)
    assert isinstance(text, Text)
    return text


def only_window(sound: Audio) -> Window:
    stretches = speech(resampled(sound), engine=pocketsphinx, threshold=0.5, longest=5)
    (window,) = windows(stretches, longest=5)
    return window


@pytest.mark.parametrize("name", [WHISPER, MOONSHINE, CTC])
def test_keeps_its_contract(registry: Registry, name: str) -> None:
    assert isinstance(loaded(registry, name), Recogniser)
    media = [spoken(SPEECH), Audio(np.zeros(8000, np.float32), RATE)]
    check_translator(loaded(registry, name), media)


def test_whisper_writes_the_very_tokens_that_transformers_writes(
    registry: Registry, shelf: Checkpoints
) -> None:
    model = WhisperForConditionalGeneration.from_pretrained(shelf.folder(WHISPER)).eval()
    processor = AutoProcessor.from_pretrained(shelf.folder(WHISPER))
    window = only_window(spoken(SPEECH))
    features = processor(
        window.samples, sampling_rate=RATE, return_tensors="pt", return_attention_mask=True
    )
    tokens = model.generate(
        **features, task="transcribe", language="de", return_timestamps=True, num_beams=BEAMS
    )
    (expected,) = processor.batch_decode(tokens, skip_special_tokens=True)
    assert len(expected) > 1
    text = heard(registry, WHISPER, spoken(SPEECH), "de-AT")
    assert "".join(text.content.split()) == "".join(expected.split())
    assert text.language == "de"


def test_whisper_times_words_as_the_pipeline_does(registry: Registry, shelf: Checkpoints) -> None:
    model = WhisperForConditionalGeneration.from_pretrained(shelf.folder(WHISPER)).eval()
    parts = AutoProcessor.from_pretrained(shelf.folder(WHISPER))
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
            generate_kwargs={"task": "transcribe", "language": "en", "num_beams": BEAMS},
        )["chunks"]
    words = [
        word
        for part in heard(registry, WHISPER, spoken(SPEECH), "en").segments
        for word in part.words
    ]
    wanted = [chunk for chunk in chunks if chunk["text"].strip()]
    assert [word.text for word in words] == [chunk["text"].strip() for chunk in wanted]
    starts = [min(window.start + chunk["timestamp"][0], window.end) for chunk in wanted]
    assert [word.start for word in words] == pytest.approx(starts)
    assert words == sorted(words, key=lambda word: word.start)


def test_whisper_finds_out_the_language(registry: Registry) -> None:
    text = heard(registry, WHISPER, spoken(SPEECH))
    assert text.language in loaded(registry, WHISPER).languages() == ("de", "en", "fr", "ja")


def test_wav2vec2_agrees_with_its_own_frames(registry: Registry, shelf: Checkpoints) -> None:
    window = only_window(spoken(SPEECH))
    model = Wav2Vec2ForCTC.from_pretrained(shelf.folder(CTC)).eval()
    processor = AutoProcessor.from_pretrained(shelf.folder(CTC))
    inputs = processor(window.samples, sampling_rate=RATE, return_tensors="pt")
    with torch.no_grad():
        tokens = model(**inputs).logits.argmax(-1)
    reference = processor.decode(tokens[0], output_word_offsets=True)
    text = heard(registry, CTC, spoken(SPEECH))
    words = [word for part in text.segments for word in part.words]
    frame = model.config.inputs_to_logits_ratio / RATE  # seconds
    assert [word.text for word in words] == [row["word"] for row in reference.word_offsets]
    assert [word.start for word in words] == pytest.approx(
        [window.start + row["start_offset"] * frame for row in reference.word_offsets]
    )


def test_moonshine_writes_what_transformers_writes(registry: Registry, shelf: Checkpoints) -> None:
    reference = pipeline("automatic-speech-recognition", model=str(shelf.folder(MOONSHINE)))
    sound = spoken("Good morning to you all.")
    window = only_window(sound)
    limit = int(10 * len(window.samples) / RATE)
    expected = reference(window.samples, generate_kwargs={"max_new_tokens": limit})["text"]
    (segment,) = heard(registry, MOONSHINE, sound).segments
    assert segment.text == expected.strip()
    assert (segment.start, segment.end) == (window.start, window.end)
    assert segment.words == ()


@pytest.mark.parametrize("name", [WHISPER, CTC])
def test_silence_and_noise_give_no_text(registry: Registry, name: str) -> None:
    noise = np.random.default_rng(0).normal(size=4 * RATE).astype(np.float32) * 0.1
    for samples in (np.zeros(4 * RATE, np.float32), noise, np.zeros(0, np.float32)):
        assert heard(registry, name, Audio(samples, RATE)) == Text("")


def test_long_sound_needs_no_more_memory(registry: Registry) -> None:
    def peak(repeats: int) -> int:
        said = spoken("Good morning to you all.")

        def blocks() -> Iterator[Audio]:
            for _ in range(repeats):
                yield said
                yield Audio(np.zeros(25 * said.rate, np.float32), said.rate)

        tracemalloc.start()
        found = list(loaded(registry, CTC).stream(blocks()))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(found) >= repeats
        return most

    assert peak(9) < 1.5 * peak(3)


def test_an_unknown_language_names_the_known(registry: Registry) -> None:
    with pytest.raises(InputError, match=r"does not know the language 'xx'.*de, en, fr, ja"):
        heard(registry, WHISPER, spoken(SPEECH), "xx")


def test_phrases_cannot_be_told(registry: Registry) -> None:
    with pytest.raises(InputError, match="cannot be told what may be said"):
        loaded(registry, WHISPER).translate(
            [spoken("one")], options=RecognitionOptions(phrases=("one",))
        )


def test_a_checkpoint_with_a_broken_tokenizer_says_so(
    registry: Registry, shelf: Checkpoints, tmp_path: Path
) -> None:
    folder = tmp_path / "models" / "tiny" / "whisper"
    shutil.copytree(shelf.folder(WHISPER), folder)
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / "tokenizer.json").write_text("{}")
    manifest["files"]["tokenizer.json"] = 2
    (folder / MANIFEST).write_text(json.dumps(manifest))
    broken = Registry(list(registry), shelf=Checkpoints(tmp_path / "models", shelf.runtime))
    with pytest.raises(MissingModel, match=r"cannot be opened.*models pull tiny/whisper"):
        broken.translator(WHISPER)


def test_memory_is_given_back_and_taken_again(registry: Registry) -> None:
    before = heard(registry, CTC, spoken(SPEECH))
    loaded(registry, CTC).unload()
    assert heard(registry, CTC, spoken(SPEECH)) == before


def test_the_language_does_not_shift_the_times(registry: Registry) -> None:
    with loaded(registry, WHISPER)._model.use() as recognition:  # type: ignore[attr-defined]
        tokens = recognition.tokenizer("one two", add_special_tokens=False).input_ids
        times = torch.arange(1.0, len(tokens) + 1)
        german = recognition.tokenizer.convert_tokens_to_ids("<|de|>")
        plain, asked = (
            recognition.postprocess(
                [
                    {
                        "tokens": torch.tensor([tokens]),
                        "token_timestamps": times[None],
                        "lang_id": torch.tensor([german]),
                    }
                ],
                return_timestamps="word",
                return_language=wanted,
            )
            for wanted in (False, True)
        )
    assert asked["chunks"] == plain["chunks"]
    assert asked["chunks"][-1]["timestamp"][1] == times[-1]
    assert asked["language"] == "de"
