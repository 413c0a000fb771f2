"""Speech → its words, by Whisper in ONNX Runtime: an ONNX export of the hub's, without torch.

The same words as Whisper in transformers with one beam. Words are timed where the export says
where its decoder looks (as those named "timestamped", and ours, do); else whole phrases are, by
the moments that Whisper writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from types import ModuleType

from tokenizers import Tokenizer

from .._optional import need
from ..card import ModelCard
from ..errors import MissingModel
from ..media import Segment
from ..sources.checkpoints import Checkpoint
from ..sources.resident import Resident
from . import whisper_features as hearing
from .whisper_decoding import Marks, Run, runs, transcribe
from .whisper_graphs import Networks
from .whisper_words import WITHOUT_SPACES, words_of
from .windows import Heard, Window, WindowedRecogniser

ARCHITECTURE = "WhisperForConditionalGeneration"


class OnnxWhisper(WindowedRecogniser):
    """Speech recognition by an ONNX export of Whisper, greedily. Threads take turns.

    Args:
        checkpoint: with the graphs, the tokenizer and the configurations.
        gate: the package pocketsphinx, whose detector finds lively sound.

    Raises:
        MissingModel: one of these is missing or broken.
    """

    def __init__(self, card: ModelCard, checkpoint: Checkpoint, *, gate: ModuleType) -> None:
        config, prepared = checkpoint.json("config.json"), _prepared(checkpoint)
        generation = checkpoint.json("generation_config.json")
        self._marks = Marks.read(config, generation, name=checkpoint.name)
        self._tokenizer = _tokenizer(checkpoint)
        self._mels = int(config.get("num_mel_bins", 80))
        self._seconds = int(prepared.get("chunk_length", 30))
        self._networks = Resident(
            partial(Networks, checkpoint), idle=checkpoint.runtime.unload_after
        )
        super().__init__(card, gate=gate, longest=self._seconds - 1.0, batch_size=1)

    def languages(self) -> tuple[str, ...]:
        """Return the codes of the languages that it hears."""
        return tuple(sorted(self._marks.languages)) or ("en",)

    def unload(self) -> None:
        """Give the networks' memory back; the next sound loads them again."""
        self._networks.unload()

    def _hear(self, some: Sequence[Window], language: str) -> list[Heard]:
        return [self._window(window, language) for window in some]

    def _window(self, window: Window, language: str) -> Heard:
        samples = window.samples
        features = hearing.log_mel(samples, mels=self._mels, seconds=self._seconds)
        frames = min(features.shape[1], -(-len(samples) // hearing.HOP))
        with self._networks.use() as networks:
            pieces, code = transcribe(networks, self._marks, features, frames, language=language)
        found = [run for piece in pieces for run in runs(piece, self._marks)]
        spaced = code not in WITHOUT_SPACES
        words = [word for run in found for word in self._words(run, spaced=spaced)]
        timed = all(run.times is not None for run in found)
        return Heard(tuple(words), code or "en", timed=timed)

    def _words(self, run: Run, *, spaced: bool) -> Iterator[Segment]:
        """Yield the words of `run`, or all of it where they are not timed."""
        if run.times is None:
            text = self._decode(run.tokens)
            if text.strip():
                yield Segment(run.start, max(run.start, run.end), text)
            return
        for text, places in words_of(run.tokens, self._decode, spaced=spaced):
            if text.strip():
                start, end = run.times[places[0], 0], run.times[places[-1], 1]
                yield Segment(float(start), float(max(start, end)), text)

    def _decode(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=False))


def _prepared(checkpoint: Checkpoint) -> dict[str, int]:
    """Return how sound is prepared.

    Raises:
        MissingModel: in a way that is not Whisper's.
    """
    found = dict(checkpoint.preprocessing("feature_extractor"))
    usual = {"sampling_rate": hearing.RATE, "n_fft": hearing.WINDOW, "hop_length": hearing.HOP}
    for name, value in usual.items():
        if found.get(name, value) != value:
            raise MissingModel(
                f"{checkpoint.name} hears with {name} {found[name]}, not {value} as Whisper does",
                cure="Choose another checkpoint.",
            )
    return found


def _tokenizer(checkpoint: Checkpoint) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(checkpoint.folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises plain Exception
        raise MissingModel(
            f"{checkpoint.name} cannot be opened: its tokenizer.json cannot be read: {error}",
            cure=f"Run: crossmodal models pull {checkpoint.name} --onnx int8",
        ) from error


def load(card: ModelCard, checkpoint: Checkpoint) -> OnnxWhisper:
    """Return the Whisper whose ONNX export stands in `checkpoint`.

    Raises:
        MissingExtra: pocketsphinx is not installed.
        MissingModel: files are missing or broken, or are of no Whisper.
    """
    gate = need("pocketsphinx", extra=card.extra or "speech")
    config = checkpoint.json("config.json")
    if ARCHITECTURE not in (config.get("architectures") or ()):
        raise MissingModel(
            f"{checkpoint.name} is an ONNX export of {config.get('architectures')}",
            cure="Of recognisers only Whisper runs as ONNX; pull this one without --onnx.",
        )
    return OnnxWhisper(card, checkpoint, gate=gate)
