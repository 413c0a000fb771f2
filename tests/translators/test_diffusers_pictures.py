"""Painters of the hub, beside diffusers itself: the same seed gives the same pixels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from tiny_hub import quick

from crossmodal.card import ModelCard
from crossmodal.errors import Cancelled, CrossmodalError, InputError, MissingModel
from crossmodal.media import Image, Text
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoint, Checkpoints, Runtime
from crossmodal.translators.diffusers_pictures import load
from crossmodal.translators.making import Maker, MakingNote, MakingOptions, Step

NAMES = ("stable-diffusion", "stable-diffusion-xl", "flux", "pixart", "sana", "diffusion-pictures")
FIRST = "tiny/stable-diffusion"
PLAIN = {"clean_caption": False, "use_resolution_binning": False}
WORDS = Text("a photo of a red dog")


@pytest.fixture(scope="module")
def painter(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]
) -> Callable[[str], Maker]:
    def of(name: str) -> Maker:
        (card,) = tiny_checkpoint(name)
        model = Registry([quick(card)], shelf=shelf).translator(name)
        assert isinstance(model, Maker)
        return model

    return of


@pytest.fixture(scope="module")
def paint(painter: Callable[[str], Maker]) -> Callable[..., Image]:
    stable = painter(FIRST)

    def of(words: str = WORDS.content, **options: Any) -> Image:
        (image,) = stable.make([Text(words)], options=MakingOptions(**options))
        assert isinstance(image, Image)
        return image

    return of


def seeded(seed: int) -> torch.Generator:
    return torch.Generator("cpu").manual_seed(seed)


@pytest.mark.parametrize("name", NAMES)
def test_pixels_are_those_of_diffusers(
    name: str, shelf: Checkpoints, painter: Callable[[str], Maker]
) -> None:
    options = MakingOptions(seed=7, steps=2, size=(32, 32))
    (image,) = painter(f"tiny/{name}").make([WORDS], options=options)
    pipe = diffusers.DiffusionPipeline.from_pretrained(shelf.folder(f"tiny/{name}"))
    pipe.set_progress_bar_config(disable=True)
    plain = PLAIN if name in ("pixart", "sana") else {}
    (expected,) = pipe(
        WORDS.content, num_inference_steps=2, generator=seeded(7), width=32, height=32, **plain
    ).images
    assert isinstance(image, Image)
    np.testing.assert_array_equal(image.pixels, np.asarray(expected))
    assert np.ptp(image.pixels) > 20


def test_a_picture_from_a_picture_is_that_of_diffusers(
    shelf: Checkpoints, paint: Callable[..., Image]
) -> None:
    start = Image(np.random.default_rng(1).integers(0, 256, (24, 32, 3), np.uint8))
    image = paint(seed=3, steps=4, start=start, strength=0.5, negative="a cat")
    pipe = diffusers.StableDiffusionImg2ImgPipeline.from_pretrained(shelf.folder(FIRST))
    pipe.set_progress_bar_config(disable=True)
    (expected,) = pipe(
        WORDS.content, image=Pillow.fromarray(start.pixels), strength=0.5, num_inference_steps=4,
        negative_prompt="a cat", generator=seeded(3),
    ).images  # fmt: skip
    np.testing.assert_array_equal(image.pixels, np.asarray(expected))


def test_a_seed_reproduces_and_another_does_not(paint: Callable[..., Image]) -> None:
    first, again, other = paint(seed=1), paint(seed=1), paint(seed=2)
    assert first.content_id() == again.content_id() != other.content_id()


def test_every_step_is_heard_and_can_be_looked_at(paint: Callable[..., Image]) -> None:
    heard: list[Step] = []
    previews: list[Image | None] = []

    def hear(step: Step) -> None:
        heard.append(step)
        previews.append(step.preview())

    image = paint(steps=3, on_step=hear)
    assert [(step.number, step.total) for step in heard] == [(1, 3), (2, 3), (3, 3)]
    assert all(look is not None and look.size == image.size for look in previews)
    last = previews[-1]
    assert last is not None
    np.testing.assert_allclose(last.pixels.astype(int), image.pixels.astype(int), atol=1)


@pytest.mark.parametrize("name", ["flux", "sana", "stable-diffusion-xl"])
def test_previews_know_how_others_pack_their_latents(
    name: str, painter: Callable[[str], Maker]
) -> None:
    looks: list[Image | None] = []
    options = MakingOptions(on_step=lambda step: looks.append(step.preview()))
    (image,) = painter(f"tiny/{name}").make([WORDS], options=options)
    assert isinstance(image, Image)
    assert isinstance(looks[-1], Image)
    np.testing.assert_allclose(looks[-1].pixels.astype(int), image.pixels.astype(int), atol=1)


def test_a_listener_may_stop_it(paint: Callable[..., Image]) -> None:
    with pytest.raises(Cancelled, match="stopped at step 2 of 9"):
        paint(steps=9, on_step=lambda step: step.number < 2)
    assert paint(seed=1).content_id() == paint(seed=1).content_id()  # and it works afterwards


def test_out_of_memory_it_goes_on_in_smaller_pieces(paint: Callable[..., Image]) -> None:
    notes: list[str] = []
    steps: list[int] = []

    def hear(step: Step) -> None:
        steps.append(step.number)
        if len(steps) == 1:
            raise RuntimeError("CUDA out of memory")  # as a device says it

    image = paint(seed=1, on_step=hear, on_note=notes.append)
    assert notes == [f"{FIRST}@local ran out of memory: it goes on in smaller pieces"]
    assert steps == [1, 1, 2]
    assert image.content_id() == paint(seed=1).content_id()


def test_out_of_memory_for_good_says_what_to_do(paint: Callable[..., Image]) -> None:
    def hear(step: Step) -> None:
        raise RuntimeError("CUDA out of memory")

    with pytest.raises(CrossmodalError, match="runs out of memory.*smaller size"):
        paint(on_step=hear, on_note=lambda line: None)


def test_what_is_cut_from_the_words_is_said(paint: Callable[..., Image]) -> None:
    notes: list[str] = []
    paint("dog " * 18, on_note=notes.append)
    assert notes == []
    paint("dog " * 18 + "red cat", on_note=notes.append)
    assert len(notes) == 1
    assert "reads 20 tokens" in notes[0]
    assert "red cat" in notes[0]
    with pytest.warns(MakingNote, match="red cat"):
        paint("dog " * 18 + "red cat")


@pytest.mark.parametrize("words", ["", "  \n"])
def test_no_words_are_refused(words: str, paint: Callable[..., Image]) -> None:
    with pytest.raises(InputError, match="no words.*Say what to make"):
        paint(words)


def test_a_size_that_does_not_fit_names_the_nearest(paint: Callable[..., Image]) -> None:
    with pytest.raises(InputError, match="multiples of 8: 40x64 is nearest"):
        paint(size=(41, 63))


def test_what_a_model_does_not_take_is_refused(painter: Callable[[str], Maker]) -> None:
    with pytest.raises(InputError, match="does not take words for what should not be there"):
        painter("tiny/diffusion-pictures").make([WORDS], options=MakingOptions(negative="a cat"))
    start = Image(np.zeros((32, 32, 3), np.uint8))
    with pytest.raises(InputError, match="cannot begin from a picture"):
        painter("tiny/sana").make([WORDS], options=MakingOptions(start=start))


@pytest.mark.parametrize(
    "options",
    [{"seed": -1}, {"size": (4, 64)}, {"steps": 0}, {"strength": 0}, {"seconds": 0}],
    ids=lambda options: next(iter(options)),
)
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(options))):
        MakingOptions(**options)


def test_half_a_pipeline_says_what_to_pull(tmp_path: Path, painter: Callable[[str], Maker]) -> None:
    (tmp_path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    half = load(painter(FIRST).card, Checkpoint(FIRST, tmp_path, Runtime("cpu", "float32", 0)))
    with pytest.raises(MissingModel, match=f"cannot be opened.*pull {FIRST}"):
        half.translate([WORDS])
