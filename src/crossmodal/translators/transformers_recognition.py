"""Speech → its words, by any recogniser of the hub that transformers runs.

Whisper (Radford et al. 2022, arXiv:2212.04356) hears about a hundred languages, finds out which,
and times every word; wav2vec 2.0 and its kin (CTC; Baevski et al. 2020, arXiv:2006.11477) time
words by their frames; Moonshine (Jeffries et al. 2024, arXiv:2410.15608) is small and quick, and
times whole stretches only.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from types import ModuleType
from typing import Any

from .._optional import need
from ..card import ModelCard
from ..errors import MissingModel
from ..media import Segment
from ..sources.checkpoints import Checkpoint
from ..sources.torch import Resident, pretrained, transformers
from . import onnx_whisper
from .hub import processor, quiet, resident
from .voice_activity import RATE
from .windows import Heard, Window, WindowedRecogniser

WHISPER, CTC = "seq2seq_whisper", "ctc"
_FRAMED = 20.0  # seconds of a CTC window: longer ones take more memory, and are no better
_OTHERS = 10.0  # seconds: models without word times are timed by the window, so keep it short
_TOKENS = 10  # a second of speech, at most, for models that know no end: fast speech has 6


class TransformersRecogniser(WindowedRecogniser):
    """Speech recognition by a model of transformers. Threads take turns.

    Args:
        model: holds transformers' pipeline "automatic-speech-recognition" over the network.
        gate: the package pocketsphinx, whose detector finds lively sound.
        batch_size: windows that the network takes at once.
        beams: hypotheses that Whisper follows at once; 1 is quickest.
    """

    def __init__(
        self,
        card: ModelCard,
        model: Resident[Any],
        *,
        gate: ModuleType,
        batch_size: int = 4,
        beams: int = 5,
    ) -> None:
        self._model, self._beams = model, beams
        with model.use() as pipeline:
            self._kind = str(pipeline.type)
            generation = getattr(pipeline.model, "generation_config", None)
            self._known = tuple(sorted(getattr(generation, "lang_to_id", None) or {}))
            # CTC models were trained without padding: their windows go one by one.
            size, longest = (1, _FRAMED) if self._kind == CTC else (batch_size, _OTHERS)
            if self._kind == WHISPER:  # its network takes 30 seconds, filled up with silence
                longest = pipeline.feature_extractor.chunk_length - 1.0
        super().__init__(card, gate=gate, longest=longest, batch_size=size)

    def languages(self) -> tuple[str, ...]:
        """Return the codes of the languages that it hears; none where the model does not say."""
        if self._kind == WHISPER and not self._known:
            return ("en",)
        return tuple(token.strip("<|>") for token in self._known)

    def unload(self) -> None:
        """Give the network's memory back; the next sound loads it again."""
        self._model.unload()

    def _language(self, wanted: str) -> str:
        code = super()._language(wanted)
        return code if len(self.languages()) > 1 else ""  # one language is not to be chosen

    def _hear(self, some: Sequence[Window], language: str) -> list[Heard]:
        sounds = [{"raw": window.samples, "sampling_rate": RATE} for window in some]
        with self._model.use() as pipeline, quiet():
            if self._kind == WHISPER:
                return [self._worded(row) for row in self._run(pipeline, sounds, language)]
            if self._kind == CTC:
                rows = pipeline(sounds, return_timestamps="word")
                return [Heard(tuple(_words(row["chunks"], before=" "))) for row in rows]
            pairs = zip(sounds, some, strict=True)
            return [_whole(pipeline, sound, window) for sound, window in pairs]

    def _run(
        self, pipeline: Any, sounds: list[dict[str, Any]], language: str
    ) -> list[dict[str, Any]]:
        generation: dict[str, Any] = {"num_beams": self._beams}
        if len(self.languages()) > 1:
            generation |= {"task": "transcribe"} | ({"language": language} if language else {})
        with warnings.catch_warnings():
            # A last piece too short for the alignment of words: its words then last no time.
            warnings.filterwarnings("ignore", message="std\\(\\): degrees of freedom")
            rows: list[dict[str, Any]] = pipeline(
                sounds,
                batch_size=self._batch_size,
                return_timestamps="word",
                return_language=len(self.languages()) > 1,
                generate_kwargs=generation,
            )
        return rows

    def _worded(self, row: dict[str, Any]) -> Heard:
        language = row.get("language")
        if language is None and len(self.languages()) == 1:
            language = self.languages()[0]
        return Heard(tuple(_words(row["chunks"])), language)


def _whole(pipeline: Any, sound: dict[str, Any], window: Window) -> Heard:
    """Return what a model hears that cannot say when."""
    seconds = window.end - window.start
    limit = {"max_new_tokens": max(_TOKENS, int(_TOKENS * seconds))}
    words = str(pipeline(sound, generate_kwargs=limit)["text"]).strip()
    return Heard((Segment(0.0, seconds, words),) if words else (), timed=False)


def _words(chunks: Iterable[dict[str, Any]], *, before: str = "") -> Iterator[Segment]:
    """Yield the words that the pipeline timed, `before` before each; one without an end lasts 0."""
    for chunk in chunks:
        start, end = chunk["timestamp"]
        start = 0.0 if start is None else float(start)
        if chunk["text"].strip():
            yield Segment(start, float(start if end is None else end), before + chunk["text"])


def load_whisper(card: ModelCard, checkpoint: Checkpoint) -> WindowedRecogniser:
    """Return the Whisper that stands in `checkpoint`, or another that writes token by token.

    Raises:
        MissingExtra: pocketsphinx or, but for an ONNX export, transformers is not installed.
        MissingModel: the checkpoint cannot be opened.
    """
    if checkpoint.is_onnx:
        return onnx_whisper.load(card, checkpoint)
    return _load(card, checkpoint, "AutoModelForSpeechSeq2Seq")


def load_ctc(card: ModelCard, checkpoint: Checkpoint) -> TransformersRecogniser:
    """Return the CTC recogniser that stands in `checkpoint`. Raises as `load_whisper`."""
    if checkpoint.is_onnx:
        raise MissingModel(
            f"{checkpoint.name} is an ONNX export",
            cure="Of recognisers only Whisper runs as ONNX; pull this one without --onnx.",
        )
    return _load(card, checkpoint, "AutoModelForCTC")


def _load(card: ModelCard, checkpoint: Checkpoint, kind: str) -> TransformersRecogniser:
    gate = need("pocketsphinx", extra=card.extra)
    model = resident(checkpoint, partial(_pipeline, checkpoint, kind))
    return TransformersRecogniser(card, model, gate=gate, beams=card.options.get("beams", 5))


def _pipeline_class() -> Any:
    """Return transformers' pipeline, with the language of a sound beside its words.

    When it is asked for the language, transformers' own (5.23) puts the language's token before
    the others and no time for it, so that every word gets the time of the next.
    """
    base: Any = transformers().AutomaticSpeechRecognitionPipeline

    class Recognition(base):  # type: ignore[misc]
        def postprocess(
            self, model_outputs: list[dict[str, Any]], return_language: Any = None, **options: Any
        ) -> dict[str, Any]:
            found = [output.pop("lang_id") for output in model_outputs if "lang_id" in output]
            row: dict[str, Any] = super().postprocess(model_outputs, **options)
            if return_language and found:
                token = self.tokenizer.decode(found[0])
                row["language"] = token.strip("<|>")
            return row

    return Recognition


def _pipeline(checkpoint: Checkpoint, kind: str) -> Any:
    model, parts = pretrained(checkpoint, kind), processor(checkpoint)
    return transformers().pipeline(
        "automatic-speech-recognition",
        pipeline_class=_pipeline_class(),
        model=model,
        tokenizer=parts.tokenizer,
        feature_extractor=parts.feature_extractor,
        device=model.device,
    )
