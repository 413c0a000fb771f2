"""Sentence encoders in the format of sentence-transformers (Reimers and Gurevych 2019).

`modules.json` says what follows the network: pooling of its tokens, dense layers, unit length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ..card import ModelCard
from ..errors import MissingModel
from ..sources.checkpoints import Checkpoint
from .hub import Part, WordEncoder
from .pooling import normalise, pool, pooling_modes
from .words import Words

LONGEST = 512  # tokens, where the checkpoint says nothing
ENCODERS = {"t5": "T5EncoderModel", "mt5": "MT5EncoderModel"}
"""Networks of which only the encoder is wanted, by config.json's model_type."""

OUTPUTS = ("text_embeds", "sentence_embedding", "last_hidden_state", "token_embeddings")
"""What exports call their outputs, best first: one vector a text, else one a token."""

Step = Callable[[Any, Any], Any]
"""From what the step before gave, and which tokens are real (N, T), to what the next one takes."""


def load_text(card: ModelCard, checkpoint: Checkpoint) -> WordEncoder:
    """Return the encoder."""
    modules = sorted(checkpoint.json("modules.json"), key=lambda row: row["idx"])
    network = replace(checkpoint, folder=checkpoint.folder / modules[0]["path"])
    steps = [_step(checkpoint, row, exported=network.is_onnx) for row in modules[1:]]

    def whole(value: Any, real: Any) -> Any:
        for step in steps:
            value = step(value, real)
        return value

    def features(model: Any, ids: Any, mask: Any) -> Any:
        tokens = model(input_ids=ids, attention_mask=mask).last_hidden_state
        return whole(tokens, mask)

    kind = ENCODERS.get(network.json("config.json").get("model_type"), "AutoModel")
    part = Part(kind, features, stem="model", may_lack=("pooler.",), outputs=OUTPUTS, after=whole)
    return WordEncoder(card, _words(checkpoint, network), part, network)


def _words(checkpoint: Checkpoint, network: Checkpoint) -> Words:
    settings = network.json("sentence_bert_config.json")
    whole = checkpoint.json("config_sentence_transformers.json")
    prompt = (whole.get("prompts") or {}).get(whole.get("default_prompt_name") or "", "")
    lower = bool(settings.get("do_lower_case"))
    places = network.json("config.json").get("max_position_embeddings", LONGEST)
    return Words(
        network,
        longest=settings.get("max_seq_length") or places,
        clean=lambda words: words and prompt + (words.lower() if lower else words),
    )


def _step(checkpoint: Checkpoint, row: Mapping[str, Any], *, exported: bool) -> Step:
    kind = str(row["type"]).rpartition(".")[2]
    config = checkpoint.json(f"{row['path']}/config.json")
    if kind == "Pooling":
        return partial(pool, modes=pooling_modes(config))
    if kind == "Normalize":
        return normalise
    if kind == "Dense":
        return (
            partial(_lacking, checkpoint) if exported else _dense(checkpoint, row["path"], config)
        )
    raise MissingModel(
        f"{checkpoint.name} has a module of the kind {kind}, which is not known here",
        cure="Pooling, Dense and Normalize are: choose another checkpoint.",
    )


def _lacking(checkpoint: Checkpoint, _value: Any, _real: Any) -> Any:
    raise MissingModel(
        f"The export of {checkpoint.name} ends before its dense layer",
        cure="Make a whole one: crossmodal models export",
    )


def _dense(checkpoint: Checkpoint, path: str, config: Mapping[str, Any]) -> Step:
    from ..sources.torch import tensors, torch

    weights = tensors(checkpoint, f"{path}/model.safetensors")
    name = str(config.get("activation_function", "torch.nn.modules.activation.Tanh"))
    kind = name.rpartition(".")[2]
    if not name.startswith("torch.nn.") or kind not in ("Identity", "Tanh", "ReLU", "GELU"):
        raise MissingModel(
            f"{checkpoint.name} ends in {name}, which is not known here",
            cure="Choose another checkpoint.",
        )
    after = getattr(torch().nn, kind)()

    def step(value: Any, _: Any) -> Any:
        mine = {key: tensor.to(value) for key, tensor in weights.items()}
        return after(
            torch().nn.functional.linear(value, mine["linear.weight"], mine.get("linear.bias"))
        )

    return step
