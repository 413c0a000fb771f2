"""Speech → its words, by PocketSphinx.

PocketSphinx (D. Huggins-Daines et al., ICASSP 2006) is small and old: it hears clear American
English well enough to find and to caption, and errs on about every second or third word of free
text. Where it is known what may be said (`RecognitionOptions.phrases`) it is far better.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from .._optional import need
from ..card import ModelCard
from ..codecs import audio as audio_codec
from ..contracts import Translator
from ..errors import InputError
from ..media import Audio, Media, Segment, Text
from .base import checked
from .voice_activity import RATE, Samples, Stretch, speech

LANGUAGES = ("en",)
LOWEST_RATE = 4000  # Hz; below it no vowels are left

_LONGEST = 20.0  # seconds that are decoded at once
_BLOCK = 30  # seconds that are resampled at once
_FRAMES = 100  # of the decoder in a second
_ONE = 0.95  # probability, of the grammar, that one phrase is all that is said
_WORD = re.compile(r"[a-z]['a-z.-]*")
_GRAMMAR = "phrases"  # name of the decoder's search for `phrases`


@dataclass(frozen=True, slots=True)
class RecognitionOptions:
    """How to listen.

    Attributes:
        language: BCP 47 code; "" for the model's only one, or for it to find out.
        phrases: where it is known what may be said, such as ("yes", "no"): every stretch of
            speech is taken as one or more of these. Empty for free speech.
        threshold: probability, in [0, 1], from which a sound counts as speech. Lower hears more
            whispering and more noise.
    """

    language: str = ""
    phrases: tuple[str, ...] = ()
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise InputError(f"threshold is {self.threshold}", cure="Use 0 to 1.")
        if isinstance(self.phrases, str):
            raise InputError("phrases is one string", cure="Pass a tuple of phrases.")


@runtime_checkable
class Recogniser(Translator, Protocol):
    """What `transcribe` needs of a model: sounds of any length, block by block."""

    def transcript(
        self, blocks: Iterable[Audio], *, options: RecognitionOptions | None = None
    ) -> Text:
        """Return what is said in `blocks`, the consecutive parts of one sound."""
        ...

    def stream(
        self, blocks: Iterable[Audio], *, options: RecognitionOptions | None = None
    ) -> Iterator[Segment]:
        """Yield the same segment by segment, as it is recognised."""
        ...


class SpeechRecogniser:
    """A Translator from audio to text. May be used from several threads; they take turns."""

    def __init__(self, card: ModelCard, engine: ModuleType) -> None:
        self._card = card
        self._engine = engine
        self._lock = threading.Lock()
        # Means are taken over each stretch alone, so that no sound changes how the next is heard.
        self._decoder: Any = engine.Decoder(loglevel="FATAL", cmn="batch")
        self._free: str = self._decoder.current_search()
        self._grammar: tuple[str, ...] = ()

    @property
    def card(self) -> ModelCard:
        return self._card

    def translate(
        self, batch: Sequence[Media], *, options: RecognitionOptions | None = None
    ) -> list[Media]:
        """Return what is said in each sound, with timed segments and words; "" where nothing is.

        Raises:
            InputError: one of `batch` is not audio, or its rate is below LOWEST_RATE.
        """
        sounds = checked(self._card, batch, Audio)
        for sound in sounds:
            require_rate(sound)
        return [self.transcript([sound], options=options) for sound in sounds]

    def transcript(
        self, blocks: Iterable[Audio], *, options: RecognitionOptions | None = None
    ) -> Text:
        """Return what is said in `blocks`, the consecutive parts of one sound."""
        segments = tuple(self.stream(blocks, options=options))
        content = " ".join(segment.text for segment in segments)
        return Text(content, language="en", segments=segments)

    def stream(
        self, blocks: Iterable[Audio], *, options: RecognitionOptions | None = None
    ) -> Iterator[Segment]:
        """Yield what is said in `blocks`, the consecutive parts of one sound, as it is recognised.

        Only one block is in memory at a time, so the sound may be of any length: pass
        `codecs.audio.stream(path, rate=16000)`.

        Raises:
            InputError: the language is not English, or a phrase is not of the dictionary.
        """
        options = options or RecognitionOptions()
        if options.language and family(options.language) not in LANGUAGES:
            raise InputError(
                f"PocketSphinx does not know the language {options.language!r}",
                cure="It knows en. For other languages use a Whisper model of the hub: "
                "crossmodal models list",
            )
        phrases = self._known(options.phrases)
        parts = (part for block in blocks for part in resampled(block))
        for stretch in speech(
            parts, engine=self._engine, threshold=options.threshold, longest=_LONGEST
        ):
            segment = self._decode(stretch, phrases)
            if segment is not None:
                yield segment

    def _known(self, phrases: tuple[str, ...]) -> tuple[str, ...]:
        """Return `phrases` in the spelling of the dictionary.

        Raises:
            InputError: one is empty, or holds a word that the dictionary lacks.
        """
        spelt = tuple(" ".join(phrase.lower().split()) for phrase in phrases)
        if not all(spelt):
            raise InputError("One of the phrases is empty", cure="Leave it out.")
        words = sorted({word for phrase in spelt for word in phrase.split()})
        with self._lock:
            strange = [
                word
                for word in words
                if not _WORD.fullmatch(word) or self._decoder.lookup_word(word) is None
            ]
        if strange:
            raise InputError(
                f"The dictionary lacks {', '.join(map(repr, strange[:5]))}",
                cure="Use English words; write numbers as they are said.",
            )
        return spelt

    def _decode(self, stretch: Stretch, phrases: tuple[str, ...]) -> Segment | None:
        with self._lock:
            self._expect(phrases)
            self._decoder.reinit_feat()  # forgets the noise of the sound before
            self._decoder.start_utt()
            try:
                self._decoder.process_raw(stretch.samples.tobytes(), full_utt=True)
            finally:
                self._decoder.end_utt()
            words = tuple(_words(self._decoder.seg() or (), stretch.start))
        if not words:
            return None
        return Segment(
            start=words[0].start,
            end=words[-1].end,
            text=" ".join(word.text for word in words),
            confidence=float(np.mean([word.confidence for word in words])),
            words=words,
        )

    def _expect(self, phrases: tuple[str, ...]) -> None:
        """Make the decoder listen for `phrases`, or for free speech where there are none."""
        if phrases and phrases != self._grammar:
            self._decoder.activate_search(self._free)
            if self._grammar:
                self._decoder.remove_search(_GRAMMAR)
            choices = " | ".join(f"( {phrase} )" for phrase in phrases)
            rules = (
                f"#JSGF V1.0; grammar phrases; <phrase> = {choices} ; "
                f"public <said> = /{_ONE}/ <phrase> | /{1 - _ONE:g}/ <phrase> <said> ;"
            )
            self._decoder.add_jsgf_string(_GRAMMAR, rules.encode())
            self._grammar = phrases
        self._decoder.activate_search(_GRAMMAR if phrases else self._free)


def load(card: ModelCard) -> SpeechRecogniser:
    """Return the speech recogniser that `card` describes.

    Raises:
        MissingExtra: pocketsphinx is not installed.
    """
    return SpeechRecogniser(card, need("pocketsphinx", extra="speech"))


def _words(found: Iterable[Any], start: float) -> Iterator[Segment]:
    """Yield the words that the decoder found, leaving out its marks for silence and noise."""
    for part in found:
        if part.word[0] in "<[(+":
            continue
        yield Segment(
            start=start + part.start_frame / _FRAMES,
            end=start + (part.end_frame + 1) / _FRAMES,
            text=part.word.partition("(")[0],  # "was(2)" is another way to say "was"
            confidence=min(1.0, max(0.0, float(part.prob))),
        )


def family(language: str) -> str:
    """Return the first part of a BCP 47 code, in small letters: "en" for "en-US"."""
    return language.replace("_", "-").lower().partition("-")[0]


def require_rate(sound: Audio) -> None:
    """Raise InputError where `sound` has too few samples a second to hold speech."""
    if sound.rate < LOWEST_RATE:
        raise InputError(
            f"A sound came at {sound.rate} Hz", cure=f"Speech needs {LOWEST_RATE} Hz or more."
        )


def resampled(sound: Audio) -> Iterator[Samples]:
    """Yield `sound` at RATE in 16 bits, a small part at a time."""
    require_rate(sound)
    size = _BLOCK * sound.rate
    for at in range(0, len(sound.samples), size):
        block = Audio(sound.samples[at : at + size], sound.rate)
        if sound.rate == RATE:
            yield _sixteen_bits(block.samples)
        else:
            for frame in audio_codec.frames(block, rate=RATE):
                yield _sixteen_bits(np.asarray(frame.to_ndarray(), np.float32)[0])


def _sixteen_bits(samples: NDArray[np.float32]) -> Samples:
    whole: NDArray[np.float32] = np.nan_to_num(samples).clip(-1, 1) * np.float32(32767)
    return whole.astype(np.int16)
