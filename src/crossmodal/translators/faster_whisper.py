"""Speech → its words, by Whisper in CTranslate2 (the package faster-whisper).

The same networks as Whisper's in transformers, converted; int8 on processors, where it is several
times quicker. Needs no torch.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from .._optional import need
from ..card import ModelCard
from ..errors import InputError, MissingModel
from ..media import Segment
from .speech_recognition import family
from .windows import Heard, Window, WindowedRecogniser

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

    def _language(self, wanted: str) -> str:
        code = family(wanted)
        if code and code not in self._engine.supported_languages:
            raise InputError(
                f"{self._card.id} does not know the language {wanted!r}",
                cure=f"It knows {', '.join(self.languages())}.",
            )
        return code

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


def recogniser(
    card: ModelCard, folder: Path, *, device: str = "cpu", compute: str = "default"
) -> FasterWhisper:
    """Return the recogniser whose CTranslate2 model lies in `folder`.

    Args:
        compute: CTranslate2's name of the kind of numbers, such as "int8"; "default" for the
            model's own.

    Raises:
        MissingExtra: faster-whisper or pocketsphinx is not installed.
        MissingModel: files are missing or broken.
    """
    package = need("faster_whisper", extra="whisper")
    gate = need("pocketsphinx", extra="whisper")
    cure = f"Pull it again: crossmodal models pull {card.name}"
    for name in FILES:
        if not (folder / name).is_file():
            raise MissingModel(f"{card.id} lacks its file {name}", cure=cure)
    try:
        engine = package.WhisperModel(
            str(folder), device=device, compute_type=compute, local_files_only=True
        )
    except (RuntimeError, ValueError) as error:
        raise MissingModel(f"{card.id} cannot be opened: {error}", cure=cure) from error
    return FasterWhisper(card, engine, gate=gate)
