"""Speech → its words, by Whisper in CTranslate2 (the package faster-whisper).

The same networks as Whisper's in transformers, converted; int8 on processors, where it is several
times quicker. Needs no torch.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from .._optional import need
from ..card import ModelCard
from ..errors import MissingModel
from ..media import Segment
from ..sources.checkpoints import Checkpoint
from .windows import Heard, Window, WindowedRecogniser

NUMBERS = {"auto": "auto"} | {name: name for name in ("float32", "bfloat16", "float16")}
"""The setting dtype → CTranslate2's kind of numbers; "auto" is the quickest: int8 on processors."""
FILES = ("model.bin", "config.json", "tokenizer.json")


class FasterWhisper(WindowedRecogniser):
    """Speech recognition by faster-whisper. Threads take turns.

    Args:
        engine: a faster_whisper.WhisperModel.
        gate: the package pocketsphinx, whose detector finds lively sound.
        beams: hypotheses that are followed at once; 1 is quickest.
    """

    def __init__(self, card: ModelCard, engine: Any, *, gate: ModuleType, beams: int = 5) -> None:
        self._engine, self._beams = engine, beams
        self._lock = threading.Lock()
        longest = engine.feature_extractor.chunk_length - 1.0  # of the 30 seconds it takes
        super().__init__(card, gate=gate, longest=longest, batch_size=1)

    def languages(self) -> tuple[str, ...]:
        """Return the codes of the languages that it hears."""
        return tuple(sorted(self._engine.supported_languages))

    def _hear(self, some: Sequence[Window], language: str) -> list[Heard]:
        return [self._window(window, language) for window in some]

    def _window(self, window: Window, language: str) -> Heard:
        with self._lock:
            # The gate has listened already, and what was said before another speaker's turn or a
            # pause misleads more often than it helps.
            found, about = self._engine.transcribe(
                window.samples,
                language=language or None,
                beam_size=self._beams,
                temperature=0.0,  # no dice: the same sound gives the same words
                word_timestamps=True,
                condition_on_previous_text=False,
                vad_filter=False,
            )
            return Heard(tuple(_words(found)), about.language)


def _words(found: Any) -> Iterator[Segment]:
    for part in found:
        for word in part.words or ():
            if word.word.strip():
                odds = min(1.0, max(0.0, float(word.probability)))
                yield Segment(float(word.start), float(word.end), word.word, odds)


def load(card: ModelCard, checkpoint: Checkpoint) -> FasterWhisper:
    """Return the recogniser whose CTranslate2 model stands in `checkpoint`.

    Raises:
        MissingExtra: faster-whisper or pocketsphinx is not installed.
        MissingModel: files are missing or broken.
    """
    package = need("faster_whisper", extra="whisper")
    gate = need("pocketsphinx", extra="whisper")
    cure = f"Run: crossmodal models pull {checkpoint.name}"
    for name in FILES:
        if not (checkpoint.folder / name).is_file():
            raise MissingModel(f"{checkpoint.name} lacks its file {name}", cure=cure)
    device, _, number = checkpoint.runtime.device.partition(":")
    try:
        engine = package.WhisperModel(
            str(checkpoint.folder),
            device="cpu" if device == "mps" else device,  # CTranslate2 knows no other
            device_index=int(number or 0),
            compute_type=NUMBERS[checkpoint.runtime.dtype],
            local_files_only=True,
        )
    except (RuntimeError, ValueError) as error:
        raise MissingModel(f"{checkpoint.name} cannot be opened: {error}", cure=cure) from error
    return FasterWhisper(card, engine, gate=gate, beams=card.options.get("beams", 5))
