"""Text → speech, by espeak-ng: over a hundred languages, robotic, and very fast.

The pitch trembles a little, as in people, and espeak-ng offers no way to begin that anew: the
same text spoken twice sounds the same, but its samples, and its length by a millisecond, differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from ..card import ModelCard
from ..errors import InputError, TooLarge, UnknownName
from ..media import Audio, Media, Text
from .base import checked
from .espeak import Espeak, Voice, espeak
from .spoken_text import parts, speakable

LONGEST = 500_000  # characters of one sound: about ten hours

# What people write → what espeak-ng calls it, where the two differ.
_ALIASES = {"en": "en-us", "zh": "cmn", "zh-cn": "cmn", "zh-tw": "cmn", "zh-hk": "yue"}
_ALIASES |= {"no": "nb", "fil": "tl", "iw": "he", "in": "id"}


@dataclass(frozen=True, slots=True)
class SynthesisOptions:
    """How to speak.

    Attributes:
        language: BCP 47 code; "" for the text's own language, or English where it has none.
        voice: what it sounds like, one of `SpeechSynthesiser.voices()`; "" for the plain one.
        rate: words a minute, 80 to 450.
        pitch: 0 (lowest) to 99.
    """

    language: str = ""
    voice: str = ""
    rate: int = 175
    pitch: int = 50

    def __post_init__(self) -> None:
        if not 80 <= self.rate <= 450:
            raise InputError(f"rate is {self.rate}", cure="Use 80 to 450 words a minute.")
        if not 0 <= self.pitch <= 99:
            raise InputError(f"pitch is {self.pitch}", cure="Use 0 to 99.")


class SpeechSynthesiser:
    """A Translator from text to audio. May be used from several threads; they take turns."""

    def __init__(self, card: ModelCard, engine: Espeak) -> None:
        self._card = card
        self._engine = engine
        self._voices: dict[str, Voice] = {}
        for voice in engine.voices():
            for code in voice.languages:
                self._voices.setdefault(code, voice)
        self._variants = engine.variants()

    @property
    def card(self) -> ModelCard:
        return self._card

    def languages(self) -> dict[str, str]:
        """Return the languages that it speaks: BCP 47 code → name."""
        return {code: self._voices[code].name for code in sorted(self._voices)}

    def voices(self) -> tuple[str, ...]:
        """Return what it can sound like, in any language."""
        return self._variants

    def translate(
        self, batch: Sequence[Media], *, options: SynthesisOptions | None = None
    ) -> list[Media]:
        """Return each text spoken, at espeak-ng's own rate.

        Raises:
            InputError: one of `batch` is not text, or holds nothing that can be said.
            TooLarge: a text has more than LONGEST characters; `stream` takes it.
            UnknownName: there is no such language or voice.
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
        """Return an iterator over `text` spoken, sentence by sentence, each as soon as it is ready.

        What is wrong with `text` or `options` is raised at once, as by `translate`.
        """
        options = options or SynthesisOptions()
        words = speakable(text.content)
        if not words:
            raise InputError("The text holds nothing to say", cure="Write at least one word.")
        voice = self._voice(options.language or text.language or "en", options.voice)
        return self._stream(words, voice, options)

    def _stream(self, words: str, voice: str, options: SynthesisOptions) -> Iterator[Audio]:
        for part in parts(words):
            spoken = self._engine.say(part, voice=voice, rate=options.rate, pitch=options.pitch)
            yield Audio(spoken.astype(np.float32) / np.float32(32768), self._engine.rate)

    def _voice(self, language: str, variant: str) -> str:
        """Return espeak-ng's name of the voice for `language` that sounds like `variant`."""
        wanted = language.replace("_", "-").lower()
        family = wanted.partition("-")[0]
        codes = (_ALIASES.get(wanted), wanted, _ALIASES.get(family), family)
        code = next((code for code in codes if code and code in self._voices), None)
        if code is None:
            raise UnknownName(
                f"espeak-ng does not speak {language!r}",
                cure=_nearest(wanted, sorted(self._voices), "languages()"),
            )
        if not variant:
            return self._voices[code].identifier
        if variant not in self._variants:
            raise UnknownName(
                f"There is no voice {variant!r}",
                cure=_nearest(variant, list(self._variants), "voices()"),
            )
        return f"{self._voices[code].identifier}+{variant}"


def load(card: ModelCard) -> SpeechSynthesiser:
    """Return the speech synthesiser that `card` describes.

    Raises:
        MissingExtra: espeakng-loader is not installed.
    """
    return SpeechSynthesiser(card, espeak())


def _joined(sounds: list[Audio]) -> Audio:
    return Audio(np.concatenate([sound.samples for sound in sounds]), sounds[0].rate)


def _nearest(word: str, known: list[str], listing: str) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    return f"{hint}Some of the {len(known)}: {', '.join(known[:6])}; all: {listing}."
