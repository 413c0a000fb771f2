"""Captioners and answerers of the hub write the very tokens that transformers writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from contract import film
from PIL import Image as Pillow
from tiny_hub import small

from crossmodal.card import ModelCard
from crossmodal.errors import InputError, MissingModel
from crossmodal.media import Image, Text, Video
from crossmodal.modality import IMAGE, TEXT, VIDEO
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoint, Checkpoints
from crossmodal.translators import transformers_chat
from crossmodal.translators.question_answering import (
    UNKNOWN,
    AnsweringOptions,
    QuestionAnswerer,
)
from crossmodal.translators.sampling import spread
from crossmodal.translators.transformers_captions import ANSWER, CAPTION

QUESTION = "a red dog"
PICTURES = small(IMAGE)


@pytest.fixture(scope="module")
def registry(shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]) -> Registry:
    names = ("blip", "blip-vqa", "blip-2", "git", "git-film", "florence-2", "chat")
    return Registry([row for name in names for row in tiny_checkpoint(f"tiny/{name}")], shelf=shelf)


def pillows() -> list[Any]:
    return [Pillow.fromarray(one.pixels) for one in PICTURES if isinstance(one, Image)]


def reference(shelf: Checkpoints, name: str, kind: str) -> tuple[Any, Any]:
    folder = shelf.folder(name)
    model = getattr(transformers, kind).from_pretrained(folder).eval()
    return model, transformers.AutoProcessor.from_pretrained(folder)


def answerer(registry: Registry, name: str) -> QuestionAnswerer:
    model = registry.translator(name, IMAGE, TEXT)
    assert isinstance(model, QuestionAnswerer)
    return model


@pytest.mark.parametrize(
    ("name", "kind", "prompt"),
    [
        ("tiny/blip", "BlipForConditionalGeneration", None),
        ("tiny/blip-2", "Blip2ForConditionalGeneration", None),
        ("tiny/git", "GitForCausalLM", None),
        ("tiny/florence-2", "Florence2ForConditionalGeneration", "<DETAILED_CAPTION>"),
    ],
)
def test_captions_are_those_of_transformers(
    name: str, kind: str, prompt: str | None, registry: Registry, shelf: Checkpoints
) -> None:
    model, parts = reference(shelf, name, kind)
    words = {} if prompt is None else {"text": [prompt] * 2}
    with torch.inference_mode():
        given = parts(images=pillows(), **words, return_tensors="pt")
        tokens = model.generate(**given, max_new_tokens=CAPTION)
    expected = [line.strip() for line in parts.batch_decode(tokens, skip_special_tokens=True)]
    assert [str(text) for text in registry.translator(name).translate(PICTURES)] == expected
    assert all(expected)


@pytest.mark.parametrize(
    ("name", "kind", "form"),
    [
        ("tiny/blip-vqa", "BlipForQuestionAnswering", "{}"),
        ("tiny/blip-2", "Blip2ForConditionalGeneration", "Question: {} Answer:"),
    ],
)
def test_answers_are_those_of_transformers(
    name: str, kind: str, form: str, registry: Registry, shelf: Checkpoints
) -> None:
    model, parts = reference(shelf, name, kind)
    with torch.inference_mode():
        given = parts(
            images=pillows()[:1], text=[form.replace("{}", QUESTION)], return_tensors="pt"
        )
        tokens = model.generate(**given, max_new_tokens=ANSWER, num_beams=1)
    read = given["input_ids"].shape[1] if name == "tiny/blip-2" else 0
    if tokens.shape[1] < read or not (tokens[:, :read] == given["input_ids"][:, :read]).all():
        read = 0
    (expected,) = parts.batch_decode(tokens[:, read:], skip_special_tokens=True)
    (answer,) = answerer(registry, name).answer(PICTURES[:1], [QUESTION])
    assert answer.content == expected.strip() != ""
    assert answer.confidence is not None
    assert 0 < answer.confidence < 1


def test_git_goes_on_from_the_question(registry: Registry, shelf: Checkpoints) -> None:
    model, parts = reference(shelf, "tiny/git", "GitForCausalLM")
    ids = [
        parts.tokenizer.cls_token_id,
        *parts.tokenizer(QUESTION, add_special_tokens=False).input_ids,
    ]
    with torch.inference_mode():
        pixels = parts(images=pillows()[:1], return_tensors="pt").pixel_values
        tokens = model.generate(
            pixel_values=pixels, input_ids=torch.tensor([ids]), max_new_tokens=ANSWER, num_beams=1
        )
    expected = parts.batch_decode(tokens[:, len(ids) :], skip_special_tokens=True)[0].strip()
    (answer,) = answerer(registry, "tiny/git").answer(PICTURES[:1], [QUESTION])
    assert answer.content == expected


def test_git_sees_the_frames_of_a_film(registry: Registry, shelf: Checkpoints) -> None:
    moving = film(np.random.default_rng(3).integers(0, 256, (8, 32, 32, 3), np.uint8))
    model, parts = reference(shelf, "tiny/git-film", "GitForCausalLM")
    frames = [Pillow.fromarray(frame.pixels) for frame in spread(moving, 6)]
    with torch.inference_mode():
        pixels = parts(images=frames, return_tensors="pt").pixel_values.unsqueeze(0)
        tokens = model.generate(pixel_values=pixels, max_new_tokens=CAPTION)
    (text,) = registry.translator("tiny/git-film", VIDEO, TEXT).translate([moving])
    assert str(text) == parts.batch_decode(tokens, skip_special_tokens=True)[0].strip()


def test_a_confidence_is_the_probability_of_the_answer(
    registry: Registry, shelf: Checkpoints
) -> None:
    model, parts = reference(shelf, "tiny/blip-vqa", "BlipForQuestionAnswering")
    with torch.inference_mode():
        given = parts(images=pillows()[:1], text=[QUESTION], return_tensors="pt")
        made = model.generate(
            **given, max_new_tokens=ANSWER, num_beams=1, output_scores=True,
            return_dict_in_generate=True,
        )  # fmt: skip
        steps = model.text_decoder.compute_transition_scores(
            made.sequences, made.scores, normalize_logits=True
        )
    (answer,) = answerer(registry, "tiny/blip-vqa").answer(PICTURES[:1], [QUESTION])
    assert answer.confidence == pytest.approx(float(steps[0].exp().prod()), rel=1e-4)
    surer = AnsweringOptions(min_confidence=0.99)
    (unsure,) = answerer(registry, "tiny/blip-vqa").answer(PICTURES[:1], [QUESTION], options=surer)
    assert unsure == Text(UNKNOWN, language="en", confidence=answer.confidence)


def test_a_chat_is_that_of_transformers(registry: Registry, shelf: Checkpoints) -> None:
    model, parts = reference(shelf, "tiny/chat", "LlavaForConditionalGeneration")
    prompt = f"user:<image>{QUESTION} Answer briefly.\nassistant:"
    with torch.inference_mode():
        given = parts(images=pillows()[:1], text=prompt, return_tensors="pt")
        tokens = model.generate(**given, max_new_tokens=transformers_chat.WORDS, do_sample=False)
    said = tokens[:, given["input_ids"].shape[1] :]
    (expected,) = parts.batch_decode(said, skip_special_tokens=True)
    (answer,) = answerer(registry, "tiny/chat").answer(PICTURES[:1], [QUESTION])
    assert answer.content == expected.strip() != ""
    with pytest.raises(InputError, match="does not know how sure"):
        answerer(registry, "tiny/chat").answer(
            PICTURES[:1], [QUESTION], options=AnsweringOptions(min_confidence=0.5)
        )


def test_a_checkpoint_that_cannot_talk_is_refused(registry: Registry, shelf: Checkpoints) -> None:
    card = registry.card("tiny/chat:image")
    mute = Checkpoint("tiny/blip", shelf.folder("tiny/blip"), shelf.runtime)
    with pytest.raises(MissingModel, match="does not say how a conversation"):
        transformers_chat.load(card, mute).translate(PICTURES[:1])


def test_a_short_film_gives_as_many_frames(tmp_path: Path) -> None:
    one = film(np.zeros((1, 16, 16, 3), np.uint8))
    assert len(spread(one, 4)) == 4
    none = Video(16, 16, 2.0, 1.0, "none", lambda: iter(()))
    with pytest.raises(InputError, match="no pictures"):
        spread(none, 4)
