"""Whisper's networks as exporters lay them out in ONNX: an encoder, and a decoder with a memory.

The decoder is one graph with a switch (`decoder_model_merged`), or two: one that begins a text
(`decoder_model`) and one that goes on with it (`decoder_with_past_model`). Keys and values of what
was read and written stay in ONNX Runtime from token to token (`present.*` → `past_key_values.*`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingModel
from ..sources.checkpoints import Checkpoint
from ..sources.graph import KINDS, open_session

MERGED = "decoder_model_merged"
ATTENTION = "cross_attentions."
"""How the outputs begin that say where in the sound each token looks; not all exports have them."""
SWITCH = "use_cache_branch"


@dataclass(slots=True)
class Memory:
    """What the decoder keeps of one text: the sound as encoded, and keys and values by input."""

    hidden: Any
    past: dict[str, Any]
    length: int


@dataclass(frozen=True, slots=True)
class Step:
    """What the decoder says after reading some tokens.

    Attributes:
        logits: (V,) float32, for the token to come.
        attention: for each layer (heads, tokens read, frames) float32; () where there is none.
    """

    logits: NDArray[np.float32]
    attention: Sequence[NDArray[np.float32]]


class Networks:
    """The encoder and decoder of a checkpoint, run on the CPU. Not for two threads at once.

    Raises:
        MissingModel: a graph is missing, broken, or not as exporters of Whisper write it.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        config = checkpoint.json("config.json")
        self._name = checkpoint.name
        self._heads = int(config["decoder_attention_heads"])
        self._width = int(config["d_model"]) // self._heads
        self._encoder = self._open(checkpoint, "encoder_model")
        if any((checkpoint.folder / "onnx").glob(f"{MERGED}*.onnx")):
            self._first = self._next = self._open(checkpoint, MERGED)
        else:
            self._first = self._open(checkpoint, "decoder_model")
            self._next = self._open(checkpoint, "decoder_with_past_model")

    @property
    def says_where(self) -> bool:
        """Whether steps say where in the sound each token looks."""
        return any(one.name.startswith(ATTENTION) for one in self._first.get_outputs())

    def encode(self, features: NDArray[np.float32]) -> Any:
        """Return the sound of `features`, (mels, T), as the decoder reads it."""
        (found,) = self._run(
            self._encoder, {"input_features": features[None]}, ["last_hidden_state"]
        )
        return found

    def begin(self, hidden: Any, tokens: Sequence[int]) -> tuple[Step, Memory]:
        """Return what follows `tokens` in the text of the sound `hidden`, and the memory."""
        past = {
            one.name: self._nothing(one.shape[2])
            for one in self._first.get_inputs()
            if one.name.startswith("past_key_values.")
        }
        memory = Memory(hidden, past, 0)
        return self._step(self._first, memory, tokens, told=("decoder", "encoder")), memory

    def go_on(self, memory: Memory, token: int) -> Step:
        """Return what follows `token`, which joins `memory`."""
        # The sound's keys and values stay as they are: merged graphs give back empty ones.
        return self._step(self._next, memory, [token], told=("decoder",))

    def _nothing(self, length: object) -> NDArray[np.float32]:
        """Return keys or values of no past, which are not looked at."""
        size = length if isinstance(length, int) else 0
        return np.zeros((1, self._heads, size, self._width), np.float32)

    def _step(
        self, session: Any, memory: Memory, tokens: Sequence[int], *, told: Sequence[str]
    ) -> Step:
        places = np.arange(memory.length, memory.length + len(tokens))
        given = {
            "input_ids": np.array([tokens], np.int64),
            "encoder_hidden_states": memory.hidden,
            SWITCH: np.array([memory.length > 0]),
            "cache_position": places,
            "position_ids": places[None],
            **memory.past,
        }
        names = [one.name for one in session.get_outputs()]
        kept = [
            name for name in names if name.startswith("present.") and name.split(".")[2] in told
        ]
        where = [name for name in names if name.startswith(ATTENTION)]
        logits, *rest = self._run(session, given, ["logits", *kept, *where])
        memory.length += len(tokens)
        for name, value in zip(kept, rest, strict=False):
            memory.past[name.replace("present.", "past_key_values.", 1)] = value
        looks = [np.asarray(one.numpy()[0], np.float32) for one in rest[len(kept) :]]
        return Step(np.asarray(logits.numpy()[0, -1], np.float32), looks)

    def _run(self, session: Any, given: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
        from onnxruntime import OrtValue

        feed = {}
        for one in session.get_inputs():
            if one.name not in given:
                raise MissingModel(
                    f"A graph of {self._name} wants {one.name}, which is not known here",
                    cure="Choose another export of it.",
                )
            value = given[one.name]
            if isinstance(value, np.ndarray):
                value = OrtValue.ortvalue_from_numpy(value.astype(KINDS[one.type], copy=False))
            elif value.data_type() != one.type:
                value = OrtValue.ortvalue_from_numpy(value.numpy().astype(KINDS[one.type]))
            feed[one.name] = value
        found: list[Any] = session.run_with_ort_values(list(names), feed)
        return found

    def _open(self, checkpoint: Checkpoint, stem: str) -> Any:
        session = open_session(checkpoint.onnx(stem), name=checkpoint.name)
        given = [one.name for one in session.get_outputs()]
        wanted = "last_hidden_state" if stem == "encoder_model" else "logits"
        if wanted not in given:
            raise MissingModel(
                f"{stem} of {checkpoint.name} gives {', '.join(given)}, and no {wanted}",
                cure="Choose another export of it, or make one: crossmodal models export",
            )
        return session
