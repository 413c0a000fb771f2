"""Sentence encoders in the format of sentence-transformers (Reimers and Gurevych 2019).

`modules.json` says what follows the network: pooling of its tokens, dense layers, unit length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..card import ModelCard
from ..errors import MissingModel
from ..sources.checkpoints import Checkpoint
from .hub import Part, WordEncoder
from .words import Words

LONGEST = 512  # tokens, where the checkpoint says nothing
ENCODERS = {"t5": "T5EncoderModel", "mt5": "MT5EncoderModel"}
"""Networks of which only the encoder is wanted, by config.json's model_type."""

LEGACY = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""Older names of the pooling modes, in the order in which several are put together."""

Step = Callable[[Any, Any], Any]
"""From what the step before gave and the mask (N, T) to what the next one takes."""


def load_text(card: ModelCard, checkpoint: Checkpoint) -> WordEncoder:
    """Return the encoder."""
    modules = sorted(checkpoint.json("modules.json"), key=lambda row: row["idx"])
    network = replace(checkpoint, folder=checkpoint.folder / modules[0]["path"])
    steps = [] if network.is_onnx else [_step(checkpoint, row) for row in modules[1:]]

    def features(model: Any, ids: Any, mask: Any) -> Any:
        value = model(input_ids=ids, attention_mask=mask).last_hidden_state
        for step in steps:
            value = step(value, mask)
        return value

    kind = ENCODERS.get(network.json("config.json").get("model_type"), "AutoModel")
    part = Part(kind, features, stem="model", may_lack=("pooler.",))
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


def _step(checkpoint: Checkpoint, row: Mapping[str, Any]) -> Step:
    kind = str(row["type"]).rpartition(".")[2]
    config = checkpoint.json(f"{row['path']}/config.json")
    if kind == "Pooling":
        return partial(pool, modes=pooling_modes(config))
    if kind == "Normalize":
        return lambda value, _: value / value.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    if kind == "Dense":
        return _dense(checkpoint, row["path"], config)
    raise MissingModel(
        f"{checkpoint.name} has a module of the kind {kind}, which is not known here",
        cure="Pooling, Dense and Normalize are: choose another checkpoint.",
    )


def pooling_modes(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return how tokens become one vector, by a Pooling module's configuration."""
    modes = config.get("pooling_mode")
    if modes is None:
        return tuple(mode for key, mode in LEGACY.items() if config.get(key)) or ("mean",)
    return (modes,) if isinstance(modes, str) else tuple(modes)


def pool(tokens: Any, mask: Any, *, modes: Sequence[str]) -> Any:
    """Return (N, D * len(modes)) of `tokens` (N, T, D), of which `mask` (N, T) tells the real."""
    from ..sources.torch import torch

    return torch().cat([_POOLS[mode](tokens, mask) for mode in modes], dim=-1)


def _mean(tokens: Any, mask: Any, *, power: float = 1.0) -> Any:
    weights = mask.unsqueeze(-1).to(tokens.dtype)
    return (tokens * weights).sum(1) / weights.sum(1).clamp_min(1e-9) ** power


def _weighted(tokens: Any, mask: Any) -> Any:
    return _mean(tokens, mask * mask.cumsum(1))


def _greatest(tokens: Any, mask: Any) -> Any:
    return tokens.masked_fill(mask.unsqueeze(-1) == 0, float("-inf")).max(1).values


def _first(tokens: Any, mask: Any) -> Any:
    return _at(tokens, mask.argmax(1))


def _last(tokens: Any, mask: Any) -> Any:
    return _at(tokens, mask.shape[1] - 1 - mask.flip(1).argmax(1))


def _at(tokens: Any, places: Any) -> Any:
    return tokens.gather(1, places[:, None, None].expand(-1, 1, tokens.shape[-1])).squeeze(1)


_POOLS: dict[str, Step] = {
    "cls": _first,
    "max": _greatest,
    "mean": _mean,
    "mean_sqrt_len_tokens": partial(_mean, power=0.5),
    "weightedmean": _weighted,
    "lasttoken": _last,
}


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
