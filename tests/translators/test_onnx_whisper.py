"""Whisper in ONNX Runtime, beside transformers on the same weights."""

from __future__ import annotations

import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from contract import check_translator
from transformers import (
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
)
from translators.engines import spoken

from crossmodal.card import ModelCard
from crossmodal.encoders.exporting import copy_rest
from crossmodal.errors import InputError, MissingModel
from crossmodal.media import Audio, Text
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoint, Checkpoints, Runtime, cards_of
from crossmodal.translators.onnx_whisper import OnnxWhisper
from crossmodal.translators.speech_recognition import Recogniser, RecognitionOptions
from crossmodal.translators.voice_activity import RATE
from crossmodal.translators.whisper_decoding import (
    Marks,
    detect_language,
    transcribe,
    write,
)
from crossmodal.translators.whisper_export import FIRST, NEXT, export, merge
from crossmodal.translators.whisper_features import log_mel
from crossmodal.translators.whisper_graphs import ATTENTION, Networks

ORIGINAL = "tiny/whisper"
PAIR, MERGED, UNTIMED = "tiny/whisper-pair", "tiny/whisper-merged", "tiny/whisper-untimed"
LAYOUTS = (PAIR, MERGED)
SPEECH = "Good morning to you all."


@pytest.fixture(scope="module")
def exported(
    shelf: Checkpoints,
    tiny_checkpoint: Callable[[str], list[ModelCard]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Registry:
    """The tiny Whisper as ONNX: two decoders, one decoder, and one that times no words."""
    tiny_checkpoint(ORIGINAL)
    folders = {name: tmp_path_factory.mktemp("export") for name in (PAIR, MERGED, UNTIMED)}
    for folder in folders.values():
        copy_rest(shelf.folder(ORIGINAL), folder)
        (folder / "onnx").mkdir()
    runtime = Runtime("cpu", "float32", unload_after=0)
    original = Checkpoint(ORIGINAL, shelf.folder(ORIGINAL), runtime)
    export(original, folders[PAIR], precision="fp32", merged=False)
    pair = folders[PAIR] / "onnx"
    halves = [pair / f"{stem}.onnx" for stem in (FIRST, NEXT)]
    merge(*halves, folders[MERGED] / "onnx" / "decoder_model_merged.onnx")
    for half in halves:
        graph = onnx.load(half)
        kept = [one for one in graph.graph.output if not one.name.startswith(ATTENTION)]
        del graph.graph.output[:]
        graph.graph.output.extend(kept)
        onnx.save(graph, folders[UNTIMED] / "onnx" / half.name)
    for name in (MERGED, UNTIMED):
        shutil.copy(pair / "encoder_model.onnx", folders[name] / "onnx")
    manifests = [shelf.add(folder, name, licence="MIT") for name, folder in folders.items()]
    return Registry([card for one in manifests for card in cards_of(one)], shelf=shelf)


@pytest.fixture(scope="module")
def reference(exported: Registry, shelf: Checkpoints) -> Any:
    return WhisperForConditionalGeneration.from_pretrained(shelf.folder(ORIGINAL)).eval()


def opened(shelf: Checkpoints, name: str) -> tuple[Networks, Marks]:
    checkpoint = Checkpoint(name, shelf.folder(name))
    files = [checkpoint.json(file) for file in ("config.json", "generation_config.json")]
    return Networks(checkpoint), Marks.read(*files, name=name)


def trembling(seconds: float, seed: int) -> np.ndarray:
    places = np.arange(int(seconds * RATE))
    noise = np.random.default_rng(seed).normal(size=len(places))
    return (noise * 0.1 * np.abs(np.sin(places / (900 * (seed + 1))))).astype(np.float32)


def heard(registry: Registry, name: str, sound: Audio, language: str = "") -> Text:
    options = RecognitionOptions(language=language)
    model = registry.translator(name)
    assert isinstance(model, OnnxWhisper)
    (text,) = model.translate([sound], options=options)
    assert isinstance(text, Text)
    return text


@pytest.mark.parametrize("mels", [80, 128])
@pytest.mark.parametrize("seconds", [0, 0.01, 3.3, 29.99, 30, 31])
def test_hears_what_whispers_own_extractor_hears(mels: int, seconds: float) -> None:
    sound = trembling(seconds, 1)
    expected = WhisperFeatureExtractor(feature_size=mels)(
        sound, sampling_rate=RATE, return_tensors="np"
    ).input_features[0]
    np.testing.assert_allclose(log_mel(sound, mels=mels, seconds=30), expected, atol=1e-4)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_very_tokens_of_transformers(
    exported: Registry, reference: Any, shelf: Checkpoints, name: str
) -> None:
    networks, marks = opened(shelf, name)
    for seed in range(2):
        features = log_mel(trembling(6, seed), mels=80, seconds=6)
        given = torch.from_numpy(features)[None]
        hidden = networks.encode(features)
        with torch.inference_mode():
            wanted = reference.model.encoder(given).last_hidden_state
        np.testing.assert_allclose(hidden.numpy(), wanted, atol=1e-4)
        for language in ("de", None):
            told_it = {"language": language, "task": "transcribe", "num_beams": 1}
            (timed,) = reference.generate(given, return_timestamps=True, **told_it).tolist()
            pieces, code = transcribe(networks, marks, features, 600, language=language or "")
            assert [token for piece in pieces for token in piece.tokens] == timed
            assert code == language or language is None
            (plain,) = reference.generate(  # once: random weights write moments unasked
                given, return_timestamps=False, force_unique_generate_call=True, **told_it
            ).tolist()
            prompt = marks.prompt(code, timed=False)
            found, _ = write(networks, marks, hidden, prompt, timed=False)
            assert [*prompt, *found] == [token for token in plain if token != marks.end]
        (token,) = reference.detect_language(given).tolist()
        assert marks.languages[detect_language(networks, marks, hidden)] == token


def test_what_is_suppressed_is_not_written(
    exported: Registry, reference: Any, shelf: Checkpoints
) -> None:
    networks, marks = opened(shelf, MERGED)
    features = log_mel(trembling(6, 0), mels=80, seconds=6)
    hidden = networks.encode(features)
    prompt = marks.prompt("en", timed=False)
    free, _ = write(networks, marks, hidden, prompt, timed=False)
    reference.generation_config.suppress_tokens = [free[0], free[-1]]
    try:
        (expected,) = reference.generate(
            torch.from_numpy(features)[None], language="en", return_timestamps=False, num_beams=1,
            force_unique_generate_call=True,
        ).tolist()  # fmt: skip
    finally:
        reference.generation_config.suppress_tokens = []
    ruled_out = replace(marks, never=(free[0], free[-1]))
    found, _ = write(networks, ruled_out, hidden, prompt, timed=False)
    assert [*prompt, *found] == [token for token in expected if token != marks.end]
    assert not {free[0], free[-1]} & set(found)


@pytest.mark.parametrize("name", LAYOUTS)
def test_times_tokens_as_transformers_does(
    exported: Registry, shelf: Checkpoints, name: str
) -> None:
    model = WhisperForConditionalGeneration.from_pretrained(shelf.folder(ORIGINAL)).eval()
    networks, marks = opened(shelf, name)
    for seed, frames in ((0, 600), (1, 431)):
        features = log_mel(trembling(frames / 100, seed), mels=80, seconds=6)
        pieces, _ = transcribe(networks, marks, features, frames, language="en")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a last piece of one token: nothing to compare
            expected = model.generate(
                torch.from_numpy(features)[None],
                attention_mask=(torch.arange(600) < frames).long()[None],
                language="en", task="transcribe", num_beams=1,
                return_timestamps=True, return_token_timestamps=True, return_segments=True,
            )["segments"][0]  # fmt: skip
        assert pieces
        for piece, part in zip(pieces, expected, strict=False):  # it goes on into the silence
            assert piece.tokens == part["tokens"].tolist()
            assert piece.times == pytest.approx(part["token_timestamps"].numpy(), abs=1e-5)
            assert piece.end == pytest.approx(part["end"].item())


@pytest.mark.parametrize(("precision", "most_apart"), [("fp16", 0.01), ("int8", 0.1)])
def test_fewer_bits_say_nearly_the_same(
    exported: Registry, shelf: Checkpoints, tmp_path: Path, precision: str, most_apart: float
) -> None:
    copy_rest(shelf.folder(ORIGINAL), tmp_path)
    runtime = Runtime("cpu", "float32", unload_after=0)
    export(Checkpoint(ORIGINAL, shelf.folder(ORIGINAL), runtime), tmp_path, precision=precision)
    assert [path.stem for path in (tmp_path / "onnx").glob("decoder*")] == [
        f"decoder_model_merged_{precision}"
    ]
    exact, marks = opened(shelf, MERGED)
    small = Networks(Checkpoint("tiny/small", tmp_path))
    features = log_mel(trembling(6, 0), mels=80, seconds=6)
    pieces, _ = transcribe(exact, marks, features, 600, language="en")
    tokens = [token for piece in pieces for token in piece.tokens][:20]
    prompt = marks.prompt("en", timed=True)
    (one, kept), (other, also) = (net.begin(net.encode(features), prompt) for net in (exact, small))
    for token in tokens:
        assert apart(one.logits, other.logits) < most_apart
        for layer, same in zip(one.attention, other.attention, strict=True):
            np.testing.assert_allclose(same, layer, atol=most_apart)
        one, other = exact.go_on(kept, token), small.go_on(also, token)
    (piece, *_), _ = transcribe(small, marks, features, 600, language="en")
    assert len(piece.times) == len(piece.tokens)
    assert 0 <= min(piece.times) <= max(piece.times) <= 6


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """How far apart two arrays are, beside how much the first varies."""
    return float(np.linalg.norm(one - other) / np.linalg.norm(one - one.mean()))


def test_where_the_export_times_no_words_phrases_are_timed(exported: Registry) -> None:
    timed = heard(exported, PAIR, spoken(SPEECH), "en")
    plain = heard(exported, UNTIMED, spoken(SPEECH), "en")
    assert "".join(plain.content.split()) == "".join(timed.content.split())
    assert plain.segments
    assert all(segment.words == () for segment in plain.segments)
    assert all(0 <= part.start <= part.end for part in plain.segments)


def test_keeps_its_contract(exported: Registry) -> None:
    model = exported.translator(MERGED)
    assert isinstance(model, Recogniser)
    check_translator(model, [spoken(SPEECH), Audio(np.zeros(8000, np.float32), RATE)])


def test_long_sound_goes_in_windows(exported: Registry) -> None:
    said = spoken(SPEECH)
    silence = Audio(np.zeros(4 * said.rate, np.float32), said.rate)
    model = exported.translator(MERGED)
    assert isinstance(model, OnnxWhisper)
    found = list(model.stream([said, silence, said]))
    assert found[-1].end > said.duration + silence.duration
    assert found == sorted(found, key=lambda part: part.start)


def test_needs_neither_torch_nor_transformers(exported: Registry, shelf: Checkpoints) -> None:
    (card,) = [card for card in exported if card.checkpoint == MERGED]
    assert (card.requires, card.extra) == (("pocketsphinx",), "speech")
    code = (
        "import sys, numpy as np\n"
        "from crossmodal.translators.windows import Window\n"
        "from pathlib import Path\n"
        "from crossmodal.registry import Registry\n"
        "from crossmodal.sources.checkpoints import Checkpoints\n"
        f"shelf = Checkpoints(Path({str(shelf.root)!r}))\n"
        f"cards = [card for card in shelf.cards() if card.checkpoint == {MERGED!r}]\n"
        f"model = Registry(cards, shelf=shelf).translator({MERGED!r})\n"
        "sound = np.random.default_rng(0).normal(size=32000).astype(np.float32) / 10\n"
        "assert model._window(Window(0.0, sound), '').language\n"
        "print({'torch', 'transformers'} & set(sys.modules))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "set()", ran.stderr


def test_silence_gives_no_text(exported: Registry) -> None:
    assert heard(exported, MERGED, Audio(np.zeros(4 * RATE, np.float32), RATE)) == Text("")


def test_an_unknown_language_names_the_known(exported: Registry) -> None:
    with pytest.raises(InputError, match=r"does not know the language 'xx'.*de, en, fr, ja"):
        heard(exported, MERGED, spoken(SPEECH), "xx")


def test_memory_is_given_back_and_taken_again(exported: Registry) -> None:
    before = heard(exported, MERGED, spoken(SPEECH))
    model = exported.translator(MERGED)
    assert isinstance(model, OnnxWhisper)
    model.unload()
    assert heard(exported, MERGED, spoken(SPEECH)) == before


def test_half_an_export_says_what_lacks(
    exported: Registry, shelf: Checkpoints, tmp_path: Path
) -> None:
    shutil.copytree(shelf.folder(PAIR), tmp_path, dirs_exist_ok=True)
    (tmp_path / "onnx" / f"{NEXT}.onnx").unlink()
    with pytest.raises(MissingModel, match=r"no ONNX graph decoder_with_past_model.*--onnx"):
        Networks(Checkpoint(PAIR, tmp_path))


def test_a_configuration_that_does_not_say_is_refused() -> None:
    told_it = {"decoder_start_token_id": 1, "eos_token_id": 0, "is_multilingual": True}
    with pytest.raises(MissingModel, match="does not say no_timestamps_token_id"):
        Marks.read(told_it, {}, name="me/old")
    with pytest.raises(MissingModel, match="does not say lang_to_id"):
        Marks.read(told_it, {"no_timestamps_token_id": 9}, name="me/old")
