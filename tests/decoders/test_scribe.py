from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
from contract import check_decoder
from onnx import TensorProto, helper, numpy_helper
from tiny import SPACE, TEXT_CARD

from crossmodal.card import Edge
from crossmodal.decoders.scribe import Scribe, WritingOptions
from crossmodal.encoders.text import TextEncoder
from crossmodal.errors import InputError, SpaceMismatch
from crossmodal.media import Text
from crossmodal.modality import TEXT
from crossmodal.sources.onnx import Network
from crossmodal.space import Space, Vectors

WORDS = ["</s>", "<unk>", "a", "red", "green", "blue", "photo", "and", ","]
CARD = replace(
    TEXT_CARD, name="tiny-scribe", edge=Edge.DECODER, source=None, target=TEXT,
    options={"writing": {"shortest": 1, "longest": 8, "length_penalty": 0.5}},
)  # fmt: skip
FOLLOWS = {
    0: {2: 3.0, 6: 2.5},
    2: {6: 0.0, 0: -4.0},
    3: {6: 3.0},
    4: {6: 3.0},
    5: {6: 3.0},
    6: {0: 2.0},
}
"""After "a" comes a colour, as the vector says; then "photo", then the end."""


def network() -> Network:
    """log softmax(vector @ colours * [the last word is "a"] + follows[last word])."""
    follows = np.full((len(WORDS), len(WORDS)), -6, np.float32)
    for last, chances in FOLLOWS.items():
        for word, chance in chances.items():
            follows[last, word] = chance
    colours = np.zeros((len(WORDS), 3, len(WORDS)), np.float32)
    colours[2, :, 3:6] = 12 * np.eye(3)
    nodes = [
        helper.make_node("Gather", ["follows", "ids"], ["base3"]),
        helper.make_node("Squeeze", ["base3", "one"], ["base"]),
        helper.make_node("Gather", ["colours", "ids"], ["table4"]),
        helper.make_node("Squeeze", ["table4", "one"], ["table"]),
        helper.make_node("Unsqueeze", ["vector", "one"], ["row"]),
        helper.make_node("MatMul", ["row", "table"], ["pull3"]),
        helper.make_node("Squeeze", ["pull3", "one"], ["pull"]),
        helper.make_node("Add", ["base", "pull"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["chances"], axis=1),
        helper.make_node("Cast", ["ids"], ["words"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["words", "axes"], ["now"]),
        helper.make_node("Identity", ["place"], ["unused1"]),
        helper.make_node("Identity", ["past"], ["unused2"]),
    ]
    weights = {
        "follows": follows, "colours": colours, "one": np.array([1]), "axes": np.array([2, 3, 4]),
    }  # fmt: skip
    inputs = [
        helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["n", 3]),
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["n", 1]),
        helper.make_tensor_value_info("place", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("past", TensorProto.FLOAT, ["n", 1, 1, "p", 1]),
    ]
    outputs = [
        helper.make_tensor_value_info("chances", TensorProto.FLOAT, ["n", len(WORDS)]),
        helper.make_tensor_value_info("now", TensorProto.FLOAT, ["n", 1, 1, 1, 1]),
    ]
    held = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return Network(model.SerializeToString(), name="tiny-scribe")


@pytest.fixture
def scribe(text_encoder: TextEncoder) -> Scribe:
    return Scribe(CARD, network=network(), words=WORDS, encoder=text_encoder)


def towards(red: float, green: float, blue: float) -> Vectors:
    return Vectors(SPACE, np.array([[red, green, blue]], np.float32) - (red + green + blue) / 3)


@pytest.mark.parametrize(
    ("colour", "words"),
    [((1, 0, 0), "A red photo."), ((0, 1, 0), "A green photo."), ((0, 0, 1), "A blue photo.")],
)
def test_it_writes_what_the_vector_says(
    scribe: Scribe, colour: tuple[float, float, float], words: str
) -> None:
    assert scribe.decode(towards(*colour)) == [Text(words, language="en")]


def test_it_keeps_the_contract(scribe: Scribe) -> None:
    check_decoder(scribe)


def test_grounding_prefers_the_sentence_that_leads_back(scribe: Scribe) -> None:
    colour = towards(0.9, 0.85, 0)
    (drafts,) = scribe.drafts(colour, options=WritingOptions(shortest=1, grounding=0))
    assert [draft.likeliness for draft in drafts] == sorted(
        (draft.likeliness for draft in drafts), reverse=True
    )
    (grounded,) = scribe.drafts(colour, options=WritingOptions(shortest=1, grounding=1e6))
    assert grounded[0].cosine == max(draft.cosine for draft in drafts)
    assert {draft.words for draft in grounded} == {draft.words for draft in drafts}


def test_length_is_kept(scribe: Scribe) -> None:
    (text,) = scribe.decode(towards(1, 0, 0), options=WritingOptions(shortest=5, longest=6))
    assert 5 <= len(str(text).replace(",", " ,").split()) <= 6
    (text,) = scribe.decode(towards(1, 0, 0), options=WritingOptions(shortest=1, longest=1))
    assert len(str(text).split()) == 1


def test_a_vector_of_zeros_is_written_of_too(scribe: Scribe) -> None:
    assert str(scribe.decode(Vectors(SPACE, np.zeros((1, 3), np.float32)))[0])


@pytest.mark.parametrize(
    "wrong",
    [{"beams": 0}, {"beams": 51}, {"shortest": 9, "longest": 8}, {"longest": 28},
     {"shortest": 0}, {"length_penalty": -1}, {"grounding": -0.1}, {"grounding": float("nan")}],
)  # fmt: skip
def test_options_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError):
        WritingOptions(**wrong)  # type: ignore[arg-type]


def test_other_spaces_are_refused(scribe: Scribe, text_encoder: TextEncoder) -> None:
    other = Space("other", "1", 3)
    with pytest.raises(SpaceMismatch):
        scribe.decode(Vectors(other, np.zeros((1, 3), np.float32)))
    with pytest.raises(InputError, match="its encoder leads into"):
        Scribe(replace(CARD, space=other), network=network(), words=WORDS, encoder=text_encoder)
