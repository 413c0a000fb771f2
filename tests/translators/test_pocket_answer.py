"""A tiny answerer that looks at two cells of a picture: which is asked, and what colour it has."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from contract import check_translator, film, samples
from onnx import TensorProto, helper, numpy_helper
from tiny import IMAGE_CARD, tiny_image_encoder, tiny_text_encoder

from crossmodal.card import Edge, ModelCard
from crossmodal.encoders.image import ImageEncoder
from crossmodal.errors import InputError, TooLarge
from crossmodal.media import Image, Media
from crossmodal.modality import IMAGE, TEXT
from crossmodal.sources.onnx import Network
from crossmodal.translators.pocket_answer import LONGEST, PocketAnswer, load, question_words
from crossmodal.translators.question_answering import (
    PLAIN_QUESTION,
    UNKNOWN,
    AnsweringOptions,
    QuestionAnswerer,
)

WORDS = ["<pad>", "<unk>", "what", "colour", "is", "the", "left", "right", "in", "picture", "it"]
ANSWERS = ["<none>", "red", "green", "blue"]
PLAIN = {"scale": 1.0, "bias": 0.0}
CARD = ModelCard(
    name="tiny-answerer", version="1", edge=Edge.TRANSLATOR, summary="Two cells.", loader="",
    source=IMAGE, target=TEXT, fidelity=0.1,
    options={"confidence": {"closed": PLAIN, "open": PLAIN}, "min_confidence": 0.5},
)  # fmt: skip


def model(
    nodes: list[onnx.NodeProto],
    inputs: dict[str, tuple[int, list[str | int]]],
    outputs: dict[str, list[str | int]],
    weights: dict[str, np.ndarray],
) -> Network:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, *kind) for name, kind in inputs.items()],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in outputs.items()
        ],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(made)
    return Network(made.SerializeToString(), name="tiny.onnx")


def image_with_cells() -> ImageEncoder:
    """Vector: the mean colour. Grid: the mean colours, 0 to 1, of the left and right halves."""
    nodes = [
        helper.make_node("Cast", ["pixels"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["float", "scale"], ["light"]),
        helper.make_node("Reshape", ["light", "halves"], ["parts"]),
        helper.make_node("ReduceMean", ["parts", "axes"], ["grid"], keepdims=0),
        helper.make_node("ReduceMean", ["grid", "cells"], ["vector"], keepdims=0),
    ]
    weights = {
        "scale": np.array(1 / 255, np.float32), "halves": np.array([-1, 8, 2, 4, 3]),
        "axes": np.array([1, 3]), "cells": np.array([1]),
    }  # fmt: skip
    network = model(
        nodes, {"pixels": (TensorProto.UINT8, ["n", 8, 8, 3])},
        {"vector": ["n", 3], "grid": ["n", 2, 3]}, weights,
    )  # fmt: skip
    return ImageEncoder(IMAGE_CARD, network)


def answering() -> Network:
    """Logits: 8 times the colours of the cell that a word names, both where none does."""
    chooses = np.zeros((len(WORDS), 2), np.float32)
    chooses[6], chooses[7] = (8, 0), (0, 8)
    chooses[9] = 4
    nodes = [
        helper.make_node("Gather", ["chooses", "ids"], ["each"]),
        helper.make_node("ReduceSum", ["each", "words"], ["weight"], keepdims=1),
        helper.make_node("MatMul", ["weight", "grid"], ["seen3"]),
        helper.make_node("Squeeze", ["seen3", "words"], ["seen"]),
        helper.make_node("Pad", ["seen", "before"], ["logits"]),
        helper.make_node("Identity", ["text"], ["unused1"]),
        helper.make_node("Identity", ["vector"], ["unused2"]),
    ]
    weights = {"chooses": chooses, "words": np.array([1]), "before": np.array([0, 1, 0, 0])}
    floats = {"text": ["n", 3], "vector": ["n", 3], "grid": ["n", 2, 3]}
    inputs = {name: (TensorProto.FLOAT, shape) for name, shape in floats.items()}
    given = {"ids": (TensorProto.INT64, ["n", LONGEST]), **inputs}
    return model(nodes, given, {"logits": ["n", 4]}, weights)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def answerer() -> PocketAnswer:
    return PocketAnswer(
        CARD, network=answering(), words=WORDS, answers=ANSWERS,
        image=image_with_cells(), text=tiny_text_encoder(),
    )  # fmt: skip


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Image:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, :30], pixels[:, 30:] = left, right
    return Image(pixels)


FLAG = halves((230, 0, 0), (0, 0, 230))


def test_the_encoder_tells_what_is_where() -> None:
    encoder = image_with_cells()
    vectors, grid = encoder.look([FLAG, FLAG])
    assert grid.shape == (2, 2, 3)
    np.testing.assert_allclose(grid[0], [[0.9, 0, 0], [0, 0, 0.9]], atol=0.03)
    np.testing.assert_array_equal(vectors.values, encoder.encode([FLAG, FLAG]).values)
    assert len(encoder.look([])[0]) == 0
    with pytest.raises(InputError, match="no output 'grid'"):
        tiny_image_encoder().look([FLAG])


def test_the_question_says_where_to_look(answerer: PocketAnswer) -> None:
    asked = ["What color is the left?", "what colour is the right"]
    found = answerer.answer([FLAG, FLAG], asked)
    assert [text.content for text in found] == ["red", "blue"]
    assert all(text.confidence is not None and text.confidence > 0.9 for text in found)


def test_it_keeps_the_contracts(answerer: PocketAnswer) -> None:
    assert isinstance(answerer, QuestionAnswerer)
    check_translator(answerer, samples(IMAGE))
    (plain,) = answerer.translate([FLAG])
    (asked,) = answerer.answer([FLAG], [PLAIN_QUESTION])
    assert plain == asked


def test_many_pairs_are_as_each_alone(answerer: PocketAnswer) -> None:
    other = halves((0, 220, 0), (220, 0, 0))
    pictures: list[Media] = [FLAG, other] * 50
    asked = ["colour left"] * 100
    assert [text.content for text in answerer.answer(pictures, asked)] == ["red", "green"] * 50


@pytest.mark.parametrize(
    "question",
    ["?", "a", "Что это такое, и какого оно цвета?", "何色ですか", "asdf qwer zxcv", "🐕🐕🐕"],
)
def test_a_question_of_unknown_words_is_not_guessed_at(
    answerer: PocketAnswer, question: str
) -> None:
    (found,) = answerer.answer([FLAG], [question])
    assert found.content == UNKNOWN
    assert found.confidence == 0
    (guess,) = answerer.answer([FLAG], [question], options=AnsweringOptions(0))
    assert guess.content in ANSWERS[1:]


def test_unsure_is_unknown(answerer: PocketAnswer) -> None:
    grey = halves((120, 120, 120), (120, 120, 120))
    (found,) = answerer.answer([grey], ["what colour is the left"])
    assert found.content == UNKNOWN
    assert found.confidence is not None
    assert 0.1 < found.confidence < 0.5


def test_bad_calls(answerer: PocketAnswer) -> None:
    with pytest.raises(InputError, match="empty"):
        answerer.answer([FLAG], [" "])
    with pytest.raises(TooLarge):
        answerer.answer([FLAG], ["what " * 10_000])
    with pytest.raises(InputError, match="was given video"):
        answerer.answer([film(np.zeros((1, 8, 8, 3), np.uint8))], ["what?"])
    with pytest.raises(InputError, match="sees cells"):
        load(CARD, tiny_text_encoder(), tiny_text_encoder())


def test_question_words() -> None:
    assert question_words("What's the COLOR, of it's left-hand side?") == [
        *("what", "is", "the", "colour", "of", "it's", "left-hand", "side"),
    ]
    assert question_words("¿?") == []
    assert len(question_words("what " * 50)) == LONGEST
