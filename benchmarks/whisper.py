"""Whisper in transformers and in CTranslate2: the same random weights, as many decoded tokens.

    PYTHONPATH=src:. python -m benchmarks.whisper [--size tiny|base] [--tokens 64] [--rounds 5]

Random weights say nothing that has a sense, but calculate as long as trained ones. All rows decode
one window of 30 seconds, greedily, without an end before `--tokens`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .timing import interleaved, table

SIZES = {"tiny": (384, 4, 6), "base": (512, 6, 8)}  # width, layers, heads
WORDS = 50_000  # tokens beside bytes, marks and times
RATE = 16_000


def transformers_task(
    folder: Path, dtype: str, tokens: int, sound: np.ndarray
) -> Callable[[], object]:
    """Return a call of transformers' Whisper."""
    import torch
    from transformers import AutoProcessor, WhisperForConditionalGeneration

    model = WhisperForConditionalGeneration.from_pretrained(folder, dtype=dtype).eval()
    parts = AutoProcessor.from_pretrained(folder)
    length = {"max_new_tokens": tokens, "min_new_tokens": tokens}

    def call() -> object:
        with torch.inference_mode():
            features = parts(sound, sampling_rate=RATE, return_tensors="pt").input_features
            return model.generate(
                features.to(model.dtype), num_beams=1, language="en", task="transcribe", **length
            )

    return call


def ctranslate2_task(
    folder: Path, compute: str, tokens: int, sound: np.ndarray
) -> Callable[[], object]:
    """Return a call of the same weights in CTranslate2, with faster-whisper's features."""
    import ctranslate2
    import faster_whisper

    engine = faster_whisper.WhisperModel(str(folder), device="cpu", compute_type=compute)
    ids = [
        engine.hf_tokenizer.token_to_id(word)
        for word in ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")
    ]
    end = engine.hf_tokenizer.token_to_id("<|endoftext|>")

    def call() -> object:
        features = faster_whisper.audio.pad_or_trim(engine.feature_extractor(sound))[None]
        (made,) = engine.model.generate(
            ctranslate2.StorageView.from_array(np.ascontiguousarray(features, np.float32)),
            [ids], beam_size=1, max_length=2 * tokens, suppress_tokens=[-1, end],
        )  # fmt: skip
        if len(made.sequences_ids[0]) != tokens:
            raise RuntimeError(f"{len(made.sequences_ids[0])} tokens instead of {tokens}")
        return made

    return call


def ours_and_theirs(folder: Path, sound: np.ndarray) -> dict[str, Callable[[], object]]:
    """Return our recogniser's window over faster-whisper, and the bare call that it makes."""
    from crossmodal.card import Edge, ModelCard
    from crossmodal.modality import AUDIO, TEXT
    from crossmodal.sources.checkpoints import Checkpoint, Runtime
    from crossmodal.translators.faster_whisper import load
    from crossmodal.translators.windows import Window

    card = ModelCard(
        "benchmark", "1", Edge.TRANSLATOR, "", "", source=AUDIO, target=TEXT, options={"beams": 1}
    )
    ours = load(card, Checkpoint("benchmark", folder, Runtime("cpu")))
    engine: Any = ours._engine

    def bare() -> object:
        found, _ = engine.transcribe(
            sound, language=None, beam_size=1, word_timestamps=True, temperature=0.0,
            condition_on_previous_text=False,
        )  # fmt: skip
        return list(found)

    return {
        "faster-whisper, bare": bare,
        "faster-whisper, by us": partial(ours._hear, [Window(0.0, sound)], ""),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", choices=SIZES, default="base")
    options.add_argument("--tokens", type=int, default=64)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    from ctranslate2.converters import TransformersConverter

    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from tiny_hub.hearing import make_whisper

    width, layers, heads = SIZES[given.size]
    sound = np.random.default_rng(0).normal(size=28 * RATE).astype(np.float32) * 0.05
    with tempfile.TemporaryDirectory() as place:
        torch_folder, other = Path(place) / "torch", Path(place) / "ctranslate2"
        torch_folder.mkdir()
        make_whisper(torch_folder, width=width, layers=layers, heads=heads, seconds=30, words=WORDS)
        copied = ["tokenizer.json", "preprocessor_config.json"]
        TransformersConverter(str(torch_folder), copy_files=copied).convert(str(other))
        tasks = {
            f"transformers {kind}": transformers_task(torch_folder, kind, given.tokens, sound)
            for kind in ("float32", "bfloat16")
        } | {
            f"CTranslate2 {kind}": ctranslate2_task(other, kind, given.tokens, sound)
            for kind in ("float32", "int8")
        }
        _print(f"Whisper {given.size}, {given.tokens} tokens", tasks, given.rounds)
        _print("What we add to a window", ours_and_theirs(other, sound), given.rounds)


def _print(title: str, tasks: dict[str, Callable[[], object]], rounds: int) -> None:
    for task in tasks.values():
        task()  # warm
    seconds = interleaved(tasks, rounds=rounds)
    last = list(seconds.values())[-1]
    rows = [(name, value, value / last) for name, value in seconds.items()]
    table(title, ("system", "s", "of the last row"), rows)


if __name__ == "__main__":
    main()
