"""Sounds and voices of the hub, beside diffusers and transformers themselves."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import diffusers
import numpy as np
import pytest
import torch
from transformers import (
    AutoProcessor,
    AutoTokenizer,
    MusicgenForConditionalGeneration,
    SpeechT5ForTextToSpeech,
    SpeechT5HifiGan,
    VitsModel,
)

from crossmodal.card import ModelCard
from crossmodal.errors import Cancelled, InputError, MissingModel
from crossmodal.media import Audio, Text
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoint, Checkpoints
from crossmodal.translators import transformers_voices
from crossmodal.translators.diffusers_pipeline import Pipeline
from crossmodal.translators.making import Maker, MakingOptions, Step
from crossmodal.translators.mixing import mono
from crossmodal.translators.speech_synthesis import SynthesisOptions
from crossmodal.translators.transformers_voices import Voice

RAIN = Text("rain on a roof")


@pytest.fixture(scope="module")
def registry(shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]) -> Registry:
    names = ("stable-audio", "audioldm-2", "musicgen", "vits", "speecht5")
    return Registry([row for name in names for row in tiny_checkpoint(f"tiny/{name}")], shelf=shelf)


def sound(registry: Registry, name: str, options: MakingOptions) -> Audio:
    model = registry.translator(name)
    assert isinstance(model, Maker)
    (made,) = model.make([RAIN], options=options)
    assert isinstance(made, Audio)
    return made


def said(registry: Registry, name: str, words: str, **options: object) -> Audio:
    model = registry.translator(name)
    assert isinstance(model, Voice)
    (made,) = model.translate([Text(words)], options=SynthesisOptions(**options))  # type: ignore[arg-type]
    assert isinstance(made, Audio)
    return made


@pytest.mark.parametrize("name", ["tiny/stable-audio", "tiny/audioldm-2"])
def test_a_diffused_sound_is_that_of_diffusers(
    name: str, registry: Registry, shelf: Checkpoints
) -> None:
    made = sound(registry, name, MakingOptions(seed=4, steps=2, seconds=0.5))
    pipe = diffusers.DiffusionPipeline.from_pretrained(shelf.folder(name))
    pipe.set_progress_bar_config(disable=True)
    stable = name == "tiny/stable-audio"
    given = {"audio_end_in_s": 0.5} if stable else {"audio_length_in_s": 0.5, "max_new_tokens": 8}
    (expected,) = pipe(
        RAIN.content, num_inference_steps=2, generator=torch.Generator("cpu").manual_seed(4),
        **given,
    ).audios  # fmt: skip
    expected = np.asarray(expected, np.float32)
    expected = expected.mean(axis=0) if expected.ndim == 2 else expected
    np.testing.assert_allclose(made.samples, expected.clip(-1, 1), atol=1e-5)
    assert made.duration == pytest.approx(0.5, abs=0.05)
    assert np.abs(made.samples).max() > 1e-3


def test_music_is_that_of_transformers(registry: Registry, shelf: Checkpoints) -> None:
    heard: list[tuple[int, int]] = []
    made = sound(
        registry,
        "tiny/musicgen",
        MakingOptions(
            seed=4, seconds=0.2, on_step=lambda step: heard.append((step.number, step.total))
        ),
    )
    model = MusicgenForConditionalGeneration.from_pretrained(shelf.folder("tiny/musicgen"))
    words = AutoProcessor.from_pretrained(shelf.folder("tiny/musicgen"))
    torch.manual_seed(4)
    expected = model.generate(
        **words(text=[RAIN.content], padding=True, return_tensors="pt"), max_new_tokens=20
    )
    np.testing.assert_allclose(made.samples, expected[0, 0].numpy().clip(-1, 1), atol=1e-5)
    assert heard[-1][1] == 20
    assert [number for number, _ in heard] == list(range(1, len(heard) + 1))
    with pytest.raises(Cancelled, match="step 3 of 20"):
        sound(
            registry,
            "tiny/musicgen",
            MakingOptions(seconds=0.2, on_step=lambda step: step.number < 3),
        )


def test_what_makes_no_sense_for_a_sound_is_refused(registry: Registry) -> None:
    with pytest.raises(InputError, match="no size"):
        sound(registry, "tiny/stable-audio", MakingOptions(size=(64, 64)))
    with pytest.raises(InputError, match="does not take steps"):
        sound(registry, "tiny/musicgen", MakingOptions(steps=3))


def test_more_seconds_than_the_networks_make_are_refused_before_they_run(
    registry: Registry,
) -> None:
    def never(step: Step) -> None:
        raise AssertionError("it ran")

    with pytest.raises(InputError, match=r"makes [\d.]+ seconds at most, not 300.*Ask for fewer"):
        sound(registry, "tiny/stable-audio", MakingOptions(seconds=300, on_step=never))


class Picky:
    """A pipeline that checks what it is told, and whose network may break."""

    def check_inputs(self, prompt: str) -> None:
        if "dragon" in prompt:
            raise ValueError("`prompt` must not\nname dragons")

    def __call__(
        self,
        prompt: str,
        num_inference_steps: int = 1,
        guidance_scale: float = 1.0,
        generator: object = None,
    ) -> None:
        self.check_inputs(prompt)
        np.zeros(2).reshape(3)


def test_what_a_pipeline_refuses_is_told_and_what_breaks_is_not_hidden(
    registry: Registry, shelf: Checkpoints
) -> None:
    card = registry.card("tiny/stable-audio")
    pipeline = Pipeline(card, shelf.open(card), "DiffusionPipeline")
    with pytest.raises(InputError, match="refuses what was asked: `prompt` must not name dragons"):
        pipeline.run(Picky(), {"prompt": "a dragon"}, MakingOptions())
    with pytest.raises(ValueError, match="reshape") as broke:
        pipeline.run(Picky(), {"prompt": "a dog"}, MakingOptions())
    assert not isinstance(broke.value, InputError)


def test_vits_says_what_transformers_says(registry: Registry, shelf: Checkpoints) -> None:
    made = said(registry, "tiny/vits", "good morning", voice="1", rate=200)
    model = VitsModel.from_pretrained(shelf.folder("tiny/vits"))
    words = AutoTokenizer.from_pretrained(shelf.folder("tiny/vits"))
    model.speaking_rate = model.config.speaking_rate * 200 / 175
    torch.manual_seed(transformers_voices.SEED)
    with torch.inference_mode():
        expected = model(**words("good morning", return_tensors="pt"), speaker_id=1).waveform[0]
    np.testing.assert_allclose(made.samples, expected.numpy().clip(-1, 1), atol=1e-5)
    assert made.rate == model.config.sampling_rate


def test_speecht5_says_what_transformers_says(
    registry: Registry, shelf: Checkpoints, tmp_path: Path
) -> None:
    folder = shelf.folder("tiny/speecht5")
    voice = np.random.default_rng(2).normal(size=512).astype(np.float32)
    np.save(tmp_path / "voice.npy", voice)
    made = said(registry, "tiny/speecht5", "good day", voice=str(tmp_path / "voice.npy"))
    model = SpeechT5ForTextToSpeech.from_pretrained(folder)
    vocoder = SpeechT5HifiGan.from_pretrained(folder / "vocoder")
    words = AutoProcessor.from_pretrained(folder)
    ids = words(text="good day", return_tensors="pt")["input_ids"]
    torch.manual_seed(transformers_voices.SEED)
    with torch.inference_mode():
        expected = model.generate_speech(ids, torch.from_numpy(voice)[None], vocoder=vocoder)
    np.testing.assert_allclose(made.samples, expected.numpy().clip(-1, 1), atol=1e-5)
    assert np.abs(made.samples).max() > 1e-3


def test_a_long_text_is_said_sentence_by_sentence(registry: Registry) -> None:
    model = registry.translator("tiny/vits")
    assert isinstance(model, Voice)
    sounds = list(model.stream(Text("good morning. how are you?")))
    (whole,) = model.translate([Text("good morning. how are you?")])
    assert isinstance(whole, Audio)
    assert len(sounds) == 2
    np.testing.assert_array_equal(whole.samples, np.concatenate([one.samples for one in sounds]))


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("tiny/vits", {"voice": "2"}, "There is no voice '2'. Use 0 to 1"),
        ("tiny/vits", {"pitch": 80}, "one pitch"),
        ("tiny/speecht5", {"voice": "nobody.npy"}, "There is no voice 'nobody.npy'"),
        ("tiny/speecht5", {"rate": 100}, "one pace"),
        ("tiny/speecht5", {"language": "de"}, "does not speak 'de'"),
    ],
)
def test_what_a_voice_does_not_have_is_refused(
    name: str, options: dict[str, object], problem: str, registry: Registry
) -> None:
    with pytest.raises(InputError, match=problem):
        said(registry, name, "hello", **options)


def test_nothing_to_say_is_refused(registry: Registry) -> None:
    with pytest.raises(InputError, match="nothing to say"):
        said(registry, "tiny/vits", " \n")


def test_a_missing_vocoder_names_what_to_pull(
    registry: Registry, shelf: Checkpoints, tmp_path: Path
) -> None:
    folder = tmp_path / "tiny" / "speecht5"
    shutil.copytree(shelf.folder("tiny/speecht5"), folder)
    shutil.rmtree(folder / "vocoder")
    card = registry.card("tiny/speecht5")
    voice = transformers_voices.load_speecht5(
        card, Checkpoint("tiny/speecht5", folder, shelf.runtime)
    )
    with pytest.raises(MissingModel, match="models pull microsoft/speecht5_hifigan"):
        voice.translate([Text("hello")])


def test_several_channels_are_mixed_and_cut_to_range() -> None:
    made = mono(np.array([[3.0, 0.5, np.nan], [1.0, -0.5, 1.0]]), 10)
    assert made.samples.tolist() == [1.0, 0.0, 0.5]
