"""Tiny real models: ONNX networks of a few numbers that know three colours.

All lead into the space "tiny": a picture's vector is its mean colour less grey, a sentence's the
mean of its words' colours; of sounds the low ones are red, the middle ones green, the high ones
blue. So "red" finds red pictures and humming, and every step on the way is real.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace

from crossmodal.calibration import Calibration
from crossmodal.card import Edge, ModelCard
from crossmodal.encoders.audio import FRAMES, AudioEncoder
from crossmodal.encoders.image import ImageEncoder
from crossmodal.encoders.log_mel import MELS
from crossmodal.encoders.text import TextEncoder
from crossmodal.modality import AUDIO, IMAGE, TEXT
from crossmodal.sources.onnx import Network
from crossmodal.space import Space

SPACE = Space("tiny", "1", 3)
WORDS = ["[UNK]", "red", "green", "blue", "a", "photo"]
CURVE = Calibration(scale=20.0, bias=-8.0)
CALIBRATION = {"image-text": CURVE, "image-image": CURVE, "text-text": CURVE}
SOUND_CALIBRATION = {"audio-text": CURVE, "audio-image": CURVE, "audio-audio": CURVE}

IMAGE_CARD = ModelCard(
    name="tiny-image",
    version="1",
    edge=Edge.ENCODER,
    summary="Mean colour of a picture.",
    loader="tiny:load_image",
    source=IMAGE,
    space=SPACE,
    calibration=CALIBRATION,
    options={"side": 8},
)
TEXT_CARD = ModelCard(
    name="tiny-text",
    version="1",
    edge=Edge.ENCODER,
    summary="Mean colour of the colours that a sentence names.",
    loader="tiny:load_text",
    source=TEXT,
    space=SPACE,
    calibration=CALIBRATION,
    options={"tokens": 16},
)
AUDIO_CARD = ModelCard(
    name="tiny-audio",
    version="1",
    edge=Edge.ENCODER,
    summary="The colour of a sound's pitch.",
    loader="tiny:load_audio",
    source=AUDIO,
    space=SPACE,
    calibration=SOUND_CALIBRATION,
)


def cards() -> list[ModelCard]:
    return [IMAGE_CARD, TEXT_CARD, AUDIO_CARD]


def load_audio(card: ModelCard) -> AudioEncoder:
    return tiny_audio_encoder(card)


def load_image(card: ModelCard) -> ImageEncoder:
    return tiny_image_encoder(card)


def load_text(card: ModelCard) -> TextEncoder:
    return tiny_text_encoder(card)


def tiny_image_encoder(card: ModelCard = IMAGE_CARD) -> ImageEncoder:
    nodes = [
        helper.make_node("Cast", ["pixels"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
        helper.make_node("ReduceMean", ["mean", "last"], ["grey"], keepdims=1),
        helper.make_node("Sub", ["mean", "grey"], ["vector"]),
    ]
    weights = {"axes": np.array([1, 2]), "last": np.array([1])}
    inputs = {"pixels": (TensorProto.UINT8, ["n", 8, 8, 3])}
    return ImageEncoder(card, network(nodes, inputs, weights))


def tiny_text_encoder(card: ModelCard = TEXT_CARD) -> TextEncoder:
    table = np.zeros((len(WORDS), 3), np.float32)
    table[1:4] = np.eye(3) - 1 / 3
    table[[0, 4, 5]] = 0.01 * (np.arange(9).reshape(3, 3) % 4 - 1)
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"]),
        helper.make_node("Cast", ["mask"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["float", "last"], ["weights"]),
        helper.make_node("Mul", ["rows", "weights"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "tokens"], ["vector"], keepdims=0),
    ]
    inputs = {name: (TensorProto.INT64, ["n", "t"]) for name in ("ids", "mask")}
    weights = {"table": table, "last": np.array([2]), "tokens": np.array([1])}
    words = Tokenizer(WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.normalizer = Lowercase()
    words.pre_tokenizer = Whitespace()
    return TextEncoder(card, network(nodes, inputs, weights), words)


def tiny_audio_encoder(card: ModelCard = AUDIO_CARD) -> AudioEncoder:
    thirds = np.repeat(
        np.eye(3, dtype=np.float32), [MELS // 3, MELS // 3, MELS - 2 * (MELS // 3)], 0
    )
    nodes = [
        helper.make_node("ReduceMean", ["bands", "time"], ["pitches"], keepdims=0),
        helper.make_node("MatMul", ["pitches", "thirds"], ["colours"]),
        helper.make_node("ReduceMean", ["colours", "last"], ["grey"], keepdims=1),
        helper.make_node("Sub", ["colours", "grey"], ["vector"]),
    ]
    inputs = {"bands": (TensorProto.FLOAT, ["n", MELS, FRAMES])}
    weights = {"time": np.array([2]), "last": np.array([1]), "thirds": thirds / (MELS / 3)}
    return AudioEncoder(card, network(nodes, inputs, weights))


def network(
    nodes: list[onnx.NodeProto],
    inputs: dict[str, tuple[int, list[str | int]]],
    weights: dict[str, NDArray[np.generic]],
) -> Network:
    return Network(graph_bytes(nodes, inputs, weights), name="tiny.onnx")


def graph_bytes(
    nodes: list[onnx.NodeProto],
    inputs: dict[str, tuple[int, list[str | int]]],
    weights: dict[str, NDArray[np.generic]],
) -> bytes:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info(name, kind, shape)
            for name, (kind, shape) in inputs.items()
        ],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()
