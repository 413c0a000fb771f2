"""Speech → its words, by any recogniser of the hub that transformers runs.

Whisper (Radford et al. 2022, arXiv:2212.04356) hears about a hundred languages, finds out which,
and times every word; wav2vec 2.0 and its kin (CTC; Baevski et al. 2020, arXiv:2006.11477) time
words by their frames; Moonshine (Jeffries et al. 2024, arXiv:2410.15608) is small and quick, and
times whole stretches only.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from .._optional import need
from ..card import ModelCard
from ..errors import InputError
from ..media import Segment
from .pretrained import config, hub_package, opening
from .speech_recognition import family
from .voice_activity import RATE
from .windows import Heard, Window, WindowedRecogniser

WHISPER, CTC = "seq2seq_whisper", "ctc"
_FRAMED = 20.0  # seconds of a CTC window: longer ones take more memory, and are no better
_OTHERS = 10.0  # seconds: models without word times are timed by the window, so keep it short
_TOKENS = 10  # a second of speech, at most, for models that know no end: fast speech has 6


class TransformersRecogniser(WindowedRecogniser):
    """Speech recognition by a model of transformers. Threads take turns.

    Args:
        pipeline: transformers' pipeline "automatic-speech-recognition" over the model.
        gate: the package pocketsphinx, whose detector finds lively sound.
        batch_size: windows that the network takes at once.
        beams: hypotheses that Whisper follows at once; 1 is quickest.
    """

    def __init__(
        self,
        card: ModelCard,
        pipeline: Any,
        *,
        gate: ModuleType,
        batch_size: int = 4,
        beams: int = 5,
    ) -> None:
        self._beams = beams
        self._pipeline = pipeline
        self._kind = str(pipeline.type)
        self._lock = threading.Lock()
        # CTC models were trained without padding: their windows go one by one.
        size = 1 if self._kind == CTC else batch_size
        longest = _FRAMED if self._kind == CTC else _OTHERS
        if self._kind == WHISPER:  # its network takes 30 seconds, filled up with silence
            longest = pipeline.feature_extractor.chunk_length - 1.0
        super().__init__(card, gate=gate, longest=longest, batch_size=size)

    def languages(self) -> tuple[str, ...]:
        """Return the codes of the languages that it hears; none where the model does not say."""
        generation = getattr(self._pipeline.model, "generation_config", None)
        known = getattr(generation, "lang_to_id", None) or {}
        if self._kind == WHISPER and not known:
            return ("en",)
        return tuple(sorted(token.strip("<|>") for token in known))

    def _language(self, wanted: str) -> str:
        known = self.languages()
        if not wanted or not known:
            return ""
        code = family(wanted)
        if code not in known:
            raise InputError(
                f"{self._card.id} does not know the language {wanted!r}",
                cure=f"It knows {', '.join(known)}.",
            )
        return code if len(known) > 1 else ""

    def _hear(self, some: Sequence[Window], language: str) -> list[Heard]:
        sounds = [{"raw": window.samples, "sampling_rate": RATE} for window in some]
        with self._lock:
            if self._kind == WHISPER:
                return [self._worded(row) for row in self._run(sounds, language)]
            if self._kind == CTC:
                rows = self._pipeline(sounds, return_timestamps="word")
                return [Heard(tuple(_words(row["chunks"], before=" "))) for row in rows]
            return [self._whole(sound, window) for sound, window in zip(sounds, some, strict=True)]

    def _run(self, sounds: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
        generation: dict[str, Any] = {"num_beams": self._beams}
        if len(self.languages()) > 1:
            generation |= {"task": "transcribe"} | ({"language": language} if language else {})
        with warnings.catch_warnings():
            # A last piece too short for the alignment of words: its words then last no time.
            warnings.filterwarnings("ignore", message="std\\(\\): degrees of freedom")
            rows: list[dict[str, Any]] = self._pipeline(
                sounds,
                batch_size=self._batch_size,
                return_timestamps="word",
                return_language=len(self.languages()) > 1,
                generate_kwargs=generation,
            )
        return rows

    def _worded(self, row: dict[str, Any]) -> Heard:
        chunks = row["chunks"]
        names = [chunk["language"] for chunk in chunks if chunk.get("language")]
        codes = _codes()
        language = codes.get(names[0], names[0]) if names else None
        if not names and len(self.languages()) == 1:
            language = self.languages()[0]
        return Heard(tuple(_words(chunks)), language)

    def _whole(self, sound: dict[str, Any], window: Window) -> Heard:
        seconds = window.end - window.start
        limit = {"max_new_tokens": max(_TOKENS, int(_TOKENS * seconds))}
        words = str(self._pipeline(sound, generate_kwargs=limit)["text"]).strip()
        return Heard((Segment(0.0, seconds, words),) if words else (), timed=False)


def _codes() -> dict[str, str]:
    """Return Whisper's names of languages → their codes."""
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    return {name: code for code, name in LANGUAGES.items()}


def _words(chunks: Iterable[dict[str, Any]], *, before: str = "") -> Iterator[Segment]:
    """Yield the words that the pipeline timed, `before` before each; one without an end lasts 0."""
    for chunk in chunks:
        start, end = chunk["timestamp"]
        start = 0.0 if start is None else float(start)
        if chunk["text"].strip():
            yield Segment(start, float(start if end is None else end), before + chunk["text"])


def recogniser(
    card: ModelCard, folder: Path, *, device: str = "cpu", dtype: str = "float32", beams: int = 5
) -> TransformersRecogniser:
    """Return the recogniser whose checkpoint lies in `folder`.

    Raises:
        MissingExtra: transformers or pocketsphinx is not installed.
    """
    transformers = hub_package("transformers")
    gate = need("pocketsphinx", extra="hub")
    architecture = str((config(card, folder).get("architectures") or [""])[0])
    auto = "AutoModelForCTC" if architecture.endswith("ForCTC") else "AutoModelForSpeechSeq2Seq"
    with opening(card, folder):
        model = getattr(transformers, auto).from_pretrained(
            folder, dtype=dtype, use_safetensors=True, local_files_only=True
        )
        parts = transformers.AutoProcessor.from_pretrained(folder, local_files_only=True)
        pipeline = transformers.pipeline(
            "automatic-speech-recognition",
            model=model.to(device).eval(),
            tokenizer=parts.tokenizer,
            feature_extractor=parts.feature_extractor,
            device=device,
        )
    return TransformersRecogniser(card, pipeline, gate=gate, beams=beams)
