"""Whisper → ONNX, in the hub's usual layout, with what says where in the sound each word is.

The decoder becomes one graph with a switch: one branch begins a text, the other goes on with it.
Weights that both hold stand beside the branches, once.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from .._optional import need
from ..errors import InputError
from ..sources.checkpoints import Checkpoint
from ..sources.shrinking import OPSET, ending, shrink, silence
from ..sources.torch import pretrained, torch
from .whisper_graphs import ATTENTION, MERGED, SWITCH

KIND = "WhisperForConditionalGeneration"
ENCODER, FIRST, NEXT = "encoder_model", "decoder_model", "decoder_with_past_model"


def export(checkpoint: Checkpoint, folder: Path, *, precision: str, merged: bool = True) -> None:
    """Write the networks of the Whisper in `checkpoint` below `folder`.

    Args:
        checkpoint: with safetensors.
        precision: one of PRECISIONS.
        merged: one graph of the decoder; else two, which hold every weight twice.

    Raises:
        InputError: it is no Whisper, or an export already.
        MissingExtra: the packages that export are not installed.
    """
    if checkpoint.is_onnx or KIND not in (
        checkpoint.json("config.json").get("architectures") or ()
    ):
        raise InputError(f"{checkpoint.name} cannot be exported", cure="A Whisper of torch can be.")
    for package in ("onnx", "onnxscript"):
        need(package, extra="export")
    target = folder / "onnx"
    target.mkdir(parents=True, exist_ok=True)
    with silence(), tempfile.TemporaryDirectory() as place:
        plain, small = Path(place, "plain"), Path(place, "small")
        plain.mkdir()
        small.mkdir()
        _trace(pretrained(checkpoint, KIND), plain)
        for stem in (ENCODER, FIRST, NEXT):
            apart = stem == ENCODER or not merged
            name = f"{stem}{ending(precision)}.onnx"
            shrink(plain / f"{stem}.onnx", (target if apart else small) / name, precision=precision)
        if merged:
            first, following = (small / f"{stem}{ending(precision)}.onnx" for stem in (FIRST, NEXT))
            merge(first, following, target / f"{MERGED}{ending(precision)}.onnx")


def _trace(model: Any, folder: Path) -> None:
    """Write the encoder, the decoder that begins a text and the one that goes on with it."""
    t, config = torch(), model.config
    layers = range(config.decoder_layers)
    model.set_attn_implementation("eager")  # the kind that says where it looks
    encoder, begin, go_on = _parts(model)
    sound = t.zeros(1, config.num_mel_bins, 2 * config.max_source_positions)
    tokens = t.full((1, 2), config.decoder_start_token_id)
    with t.no_grad():
        hidden = encoder(sound)
        past = list(begin(tokens, hidden)[1 : 1 + 4 * len(layers)])
    kinds = [f"{layer}.{side}.{part}" for layer in layers for side in ("decoder", "encoder")
             for part in ("key", "value")]  # fmt: skip
    grown = [kind for kind in kinds if ".decoder." in kind]
    looks = [f"{ATTENTION}{layer}" for layer in layers]
    varying = [{2: "past"} if kind in grown else {} for kind in kinds]

    def write(
        stem: str, part: Any, given: Any, shapes: Any, inputs: list[str], outputs: list[str]
    ) -> None:
        with t.no_grad():
            t.onnx.export(
                part, given, folder / f"{stem}.onnx", input_names=inputs, output_names=outputs,
                dynamic_shapes=shapes, opset_version=OPSET, external_data=False, dynamo=True,
                verbose=False,
            )  # fmt: skip

    write(ENCODER, encoder, (sound,), ({},), ["input_features"], ["last_hidden_state"])
    write(
        FIRST, begin, (tokens, hidden), ({1: "tokens"}, {}),
        ["input_ids", "encoder_hidden_states"],
        ["logits", *(f"present.{kind}" for kind in kinds), *looks],
    )  # fmt: skip
    write(
        NEXT, go_on, (tokens[:, :1], past), ({}, varying),
        ["input_ids", *(f"past_key_values.{kind}" for kind in kinds)],
        ["logits", *(f"present.{kind}" for kind in grown), *looks],
    )  # fmt: skip


def _parts(model: Any) -> tuple[Any, Any, Any]:
    """Return modules: sound → encoded; tokens, encoded → outputs; token, past → outputs."""
    t = torch()
    from transformers import DynamicCache, EncoderDecoderCache

    decoder, layers = model.model.decoder, range(model.config.decoder_layers)

    def decoded(tokens: Any, hidden: Any, cache: Any, sides: Sequence[str]) -> tuple[Any, ...]:
        looks: list[Any] = []
        hooks = [
            layer.encoder_attn.register_forward_hook(lambda _m, _a, out: looks.append(out[1]))
            for layer in decoder.layers
        ]
        out = decoder(
            input_ids=tokens, encoder_hidden_states=hidden, past_key_values=cache, use_cache=True
        )
        for hook in hooks:
            hook.remove()
        caches = [getattr(cache, side).layers[layer] for layer in layers for side in sides]
        kept = [value for one in caches for value in (one.keys, one.values)]
        return (model.proj_out(out.last_hidden_state), *kept, *looks)

    class Part(t.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

    class Encoder(Part):
        def forward(self, features: Any) -> Any:
            return self.model.model.encoder(features).last_hidden_state

    class Begin(Part):
        def forward(self, tokens: Any, hidden: Any) -> Any:
            cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
            return decoded(tokens, hidden, cache, ("self_attention_cache", "cross_attention_cache"))

    class GoOn(Part):
        def forward(self, tokens: Any, past: Any) -> Any:
            cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
            for layer in layers:
                keys, values, read_keys, read_values = past[4 * layer : 4 * layer + 4]
                cache.self_attention_cache.update(keys, values, layer)
                cache.cross_attention_cache.update(read_keys, read_values, layer)
                cache.is_updated[layer] = True
            # Only that there is a sound matters here: its keys and values are in the memory.
            hidden = past[2][:, 0, :1, :1]
            return decoded(tokens, hidden, cache, ("self_attention_cache",))

    return Encoder().eval(), Begin().eval(), GoOn().eval()


def merge(first: Path, following: Path, target: Path) -> None:
    """Write both halves of a decoder as one graph, whose switch tells whether there is a past."""
    onnx = need("onnx", extra="export")
    begin, go_on = (onnx.load(path) for path in (first, following))
    shared = _shared_weights([begin.graph, go_on.graph])
    kinds = {one.name: one for graph in (go_on.graph, begin.graph) for one in graph.input}
    outputs = [one.name for one in begin.graph.output]
    for graph in (begin.graph, go_on.graph):
        _make_branch(onnx, graph, outputs)
    make = onnx.helper
    whole = make.make_graph(
        [make.make_node("If", [SWITCH], outputs, then_branch=go_on.graph, else_branch=begin.graph)],
        "decoder",
        [*kinds.values(), make.make_tensor_value_info(SWITCH, onnx.TensorProto.BOOL, [1])],
        [make.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs],
        shared,
    )
    sets = {one.domain: one for model in (begin, go_on) for one in model.opset_import}
    versions = {"opset_imports": list(sets.values()), "ir_version": begin.ir_version}
    functions = {(one.domain, one.name): one for one in (*begin.functions, *go_on.functions)}
    onnx.save(make.make_model(whole, functions=list(functions.values()), **versions), target)


def _shared_weights(graphs: Sequence[Any]) -> list[Any]:
    """Take the weights out of `graphs`, where equal ones get the same name; return each once."""
    kept: dict[bytes, Any] = {}
    for graph in graphs:
        names = {}
        for weight in graph.initializer:
            old, weight.name = weight.name, ""
            key = hashlib.sha256(weight.SerializeToString(deterministic=True)).digest()
            weight.name = f"weight_{len(kept)}"
            names[old] = kept.setdefault(key, weight).name
        for node in graph.node:
            node.input[:] = [names.get(name, name) for name in node.input]
    found = [deepcopy(weight) for weight in kept.values()]
    for graph in graphs:
        del graph.initializer[:], graph.value_info[:]
    return found


def _make_branch(onnx: Any, graph: Any, outputs: Sequence[str]) -> None:
    """Give `graph` as many outputs as `outputs`, under names of its own; what it lacks is empty."""
    own = {one.name for one in graph.output}
    for node in graph.node:
        node.input[:] = [f"{name}.here" if name in own else name for name in node.input]
        node.output[:] = [f"{name}.here" if name in own else name for name in node.output]
    make, number = onnx.helper, onnx.TensorProto.FLOAT
    for name in outputs:
        if name not in own:
            empty = make.make_tensor(name, number, [0, 1, 1, 1], [])
            graph.node.append(make.make_node("Constant", [], [f"{name}.here"], value=empty))
    del graph.input[:], graph.output[:]
    graph.output.extend(make.make_tensor_value_info(f"{one}.here", number, None) for one in outputs)
