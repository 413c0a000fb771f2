"""Text → speech, by voices of the hub.

VITS (Kim et al. 2021, arXiv:2106.06103), also those of MMS in over a thousand languages; SpeechT5
(Ao et al. 2022, arXiv:2110.07205) with its vocoder. Both draw some of the sound by chance, always
with the same seed, so the same text sounds the same.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..errors import InputError, MissingExtra, MissingModel, TooLarge
from ..media import Audio, Media, Text
from ..sources.checkpoints import Checkpoint
from ..sources.torch import pretrained, seeded, torch
from .base import checked
from .hub import processor, quiet, resident
from .mixing import mono
from .speech_recognition import family
from .speech_synthesis import LONGEST, SynthesisOptions
from .spoken_text import parts, speakable

SEED = 0
_PLAIN = SynthesisOptions()
_VOCODER = "microsoft/speecht5_hifigan"
_VOICE = 512  # numbers that describe one of SpeechT5's voices


class Voice:
    """A Translator from text to audio, sentence by sentence. Threads take turns.

    A subclass says `_open`, which loads the network, and `_speak`, one sentence by it.
    """

    def __init__(self, card: ModelCard, checkpoint: Checkpoint) -> None:
        self._card, self._checkpoint = card, checkpoint
        self._model = resident(checkpoint, self._open)

    @property
    def card(self) -> ModelCard:
        return self._card

    def unload(self) -> None:
        """Give the network's memory back; the next text loads it again."""
        self._model.unload()

    def translate(
        self, batch: Sequence[Media], *, options: SynthesisOptions | None = None
    ) -> list[Media]:
        """Return each text spoken.

        Raises:
            InputError: one of `batch` is not text, holds nothing that can be said, or an option
                is of a kind that the voice does not take.
            TooLarge: a text has more than LONGEST characters; `stream` takes it.
        """
        texts = checked(self._card, batch, Text)
        for text in texts:
            if len(text.content) > LONGEST:
                raise TooLarge(
                    f"The text has {len(text.content):,} characters and {LONGEST:,} are allowed",
                    cure="Split it, or use stream(), which yields it sentence by sentence.",
                )
        return [_joined(list(self.stream(text, options=options))) for text in texts]

    def stream(self, text: Text, *, options: SynthesisOptions | None = None) -> Iterator[Audio]:
        """Return an iterator over `text` spoken, sentence by sentence. Raises as `translate`."""
        options = options or _PLAIN
        words = speakable(text.content)
        if not words:
            raise InputError("The text holds nothing to say", cure="Write at least one word.")
        language = options.language or text.language or ""
        own = str(self._card.options.get("language", ""))
        if language and own and family(language) != own:
            raise InputError(
                f"{self._card.id} does not speak {language!r}", cure=f"It speaks {own}."
            )
        if options.pitch != _PLAIN.pitch:
            raise InputError(f"{self._card.id} has one pitch", cure="Leave pitch out.")
        self._check(options)
        return self._stream(words, options)

    def _stream(self, words: str, options: SynthesisOptions) -> Iterator[Audio]:
        for part in parts(words):
            with self._model.use() as model, quiet(), seeded(SEED):
                sound = self._speak(model, part, options)
            if sound is not None:
                yield sound

    @abstractmethod
    def _open(self) -> Any:
        """Return the network and what it needs."""

    @abstractmethod
    def _check(self, options: SynthesisOptions) -> None:
        """Raise InputError where `options` ask for what this voice does not have."""

    @abstractmethod
    def _speak(self, model: Any, words: str, options: SynthesisOptions) -> Audio | None:
        """Return `words` spoken; None where the network's alphabet has none of their letters."""


class Vits(Voice):
    """A voice of VITS or MMS; `voice` is the number of a speaker where there are several."""

    def _open(self) -> Any:
        return pretrained(self._checkpoint, "VitsModel"), processor(
            self._checkpoint, "AutoTokenizer"
        )

    def _check(self, options: SynthesisOptions) -> None:
        speakers = max(1, int(self._checkpoint.json("config.json").get("num_speakers", 1)))
        if options.voice and not (options.voice.isdigit() and int(options.voice) < speakers):
            raise InputError(
                f"There is no voice {options.voice!r}", cure=f"Use 0 to {speakers - 1}."
            )

    def _speak(self, model: Any, words: str, options: SynthesisOptions) -> Audio | None:
        network, tokenizer = model
        if getattr(tokenizer, "is_uroman", False):
            words = _romanised(words)
        given = tokenizer(words, return_tensors="pt").to(network.device)
        if given["input_ids"].shape[1] < 1:
            return None
        network.speaking_rate = network.config.speaking_rate * options.rate / _PLAIN.rate
        speaker = {"speaker_id": int(options.voice)} if options.voice else {}
        waveform = network(**given, **speaker).waveform
        return mono(waveform[0].float().cpu().numpy(), network.config.sampling_rate)


class SpeechT5(Voice):
    """SpeechT5; `voice` is the path of a .npy file of 512 numbers, a speaker's x-vector."""

    def _open(self) -> Any:
        folder = self._checkpoint.folder
        own = replace(self._checkpoint, folder=folder / "vocoder")
        if not own.folder.is_dir():
            name = str(self._card.options.get("vocoder", _VOCODER))
            own = replace(own, name=name, folder=folder.parent.parent.joinpath(*name.split("/")))
        if not own.folder.is_dir():
            raise MissingModel(
                f"{self._card.id} needs {own.name}, which turns its spectrograms into sound",
                cure=f"Run: crossmodal models pull {own.name}",
            )
        return (
            pretrained(self._checkpoint, "SpeechT5ForTextToSpeech"),
            processor(self._checkpoint),
            pretrained(own, "SpeechT5HifiGan"),
        )

    def _check(self, options: SynthesisOptions) -> None:
        if options.rate != _PLAIN.rate:
            raise InputError(f"{self._card.id} has one pace", cure="Leave rate out.")
        if options.voice:
            _speaker(options.voice)

    def _speak(self, model: Any, words: str, options: SynthesisOptions) -> Audio | None:
        network, words_of, vocoder = model
        given = words_of(text=words, return_tensors="pt").to(network.device)
        numbers = _speaker(options.voice) if options.voice else np.zeros(_VOICE, np.float32)
        speaker = torch().from_numpy(numbers)[None].to(network.device, network.dtype)
        sound = network.generate_speech(given["input_ids"], speaker, vocoder=vocoder)
        return mono(sound.float().cpu().numpy(), vocoder.config.sampling_rate)


def _speaker(path: str) -> NDArray[np.float32]:
    """Return the numbers in the .npy file `path`.

    Raises:
        InputError: it cannot be read, or holds no 512 numbers.
    """
    try:
        numbers = np.load(Path(path).expanduser(), allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"There is no voice {path!r}: {error}", cure="Name a .npy file of 512 numbers."
        ) from error
    if not isinstance(numbers, np.ndarray) or numbers.size != _VOICE:
        raise InputError(f"{path!r} is no voice", cure="Name a .npy file of 512 numbers.")
    return np.asarray(numbers, np.float32).reshape(_VOICE)


def _romanised(words: str) -> str:
    """Return `words` in Latin letters, which some of MMS' voices read only.

    Raises:
        MissingExtra: the package for that is not installed.
    """
    try:
        from uroman import Uroman
    except ImportError as error:
        raise MissingExtra(
            "This voice reads Latin letters only, and writing others in these needs 'uroman'",
            cure="Run: pip install uroman",
        ) from error
    return str(Uroman().romanize_string(words))


def _joined(sounds: list[Audio]) -> Audio:
    if not sounds:
        raise InputError(
            "The voice knows none of these letters", cure="Write in the language that it speaks."
        )
    return Audio(np.concatenate([sound.samples for sound in sounds]), sounds[0].rate)


def load_vits(card: ModelCard, checkpoint: Checkpoint) -> Vits:
    """Return the voice of VITS or MMS that stands in `checkpoint`."""
    return Vits(card, checkpoint)


def load_speecht5(card: ModelCard, checkpoint: Checkpoint) -> SpeechT5:
    """Return the SpeechT5 that stands in `checkpoint`."""
    return SpeechT5(card, checkpoint)
