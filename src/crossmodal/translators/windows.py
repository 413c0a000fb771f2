"""Speech in windows: what recognisers that hear half a minute at once have in common.

The gate of `voice_activity` finds where somebody speaks, so silence and noise give no text. What
it lets through is put together into windows as long as the network takes, one batch of windows in
memory at a time, so a sound may be of any length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..errors import InputError
from ..media import Audio, Media, Segment, Text
from .base import checked
from .speech_recognition import RecognitionOptions, family, require_rate, resampled
from .voice_activity import RATE, Stretch, speech

_PAUSE = 1.0  # seconds without a word that begin a new segment
_ENDS = (".", "?", "!", "…", "。", "？", "！")


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Sound that begins `start` seconds after the stream: `samples` is (T,) float32 at RATE."""

    start: float
    samples: NDArray[np.float32]

    @property
    def end(self) -> float:
        return self.start + len(self.samples) / RATE


@dataclass(frozen=True, slots=True)
class Heard:
    """What a network heard in one window, and in which language.

    `words` are timed from the window's start, and written as the network writes them: with a
    space before each where the language has spaces. Where it cannot time words (`timed` is
    False) there is one for the whole window.
    """

    words: tuple[Segment, ...]
    language: str | None = None
    timed: bool = True


class WindowedRecogniser:
    """A Translator from audio to text over a network that hears one window at once.

    A subclass says `_hear`: what is said in each of some windows.

    Args:
        gate: the package pocketsphinx, whose detector finds lively sound.
        longest: seconds of one window, at most.
        batch_size: windows that the network takes at once.
    """

    def __init__(
        self, card: ModelCard, *, gate: ModuleType, longest: float, batch_size: int
    ) -> None:
        self._card, self._gate = card, gate
        self._longest, self._batch_size = longest, batch_size

    @property
    def card(self) -> ModelCard:
        return self._card

    def translate(
        self, batch: Sequence[Media], *, options: RecognitionOptions | None = None
    ) -> list[Media]:
        """Return what is said in each sound, with timed segments and words; "" where nothing is.

        Raises:
            InputError: one of `batch` is not audio, its rate is too low, or the model does not
                know the language.
        """
        sounds = checked(self._card, batch, Audio)
        for sound in sounds:
            require_rate(sound)
        return [self.transcript([sound], options=options) for sound in sounds]

    def transcript(
        self, blocks: Iterable[Audio], *, options: RecognitionOptions | None = None
    ) -> Text:
        """Return what is said in `blocks`, the consecutive parts of one sound."""
        languages: Counter[str] = Counter()
        segments = tuple(self._stream(blocks, options or RecognitionOptions(), languages))
        content = " ".join(segment.text for segment in segments)
        language = languages.most_common(1)[0][0] if languages else None
        return Text(content, language=language, segments=segments)

    def stream(
        self, blocks: Iterable[Audio], *, options: RecognitionOptions | None = None
    ) -> Iterator[Segment]:
        """Yield what is said in `blocks`, the parts of one sound, as it is recognised."""
        return self._stream(blocks, options or RecognitionOptions(), Counter())

    def _stream(
        self, blocks: Iterable[Audio], options: RecognitionOptions, languages: Counter[str]
    ) -> Iterator[Segment]:
        if options.phrases:
            raise InputError(
                f"{self._card.id} cannot be told what may be said",
                cure="Leave phrases out, or set recognition_model to pocketsphinx.",
            )
        language = self._language(options.language)
        parts = (part for block in blocks for part in resampled(block))
        stretches = speech(
            parts, engine=self._gate, threshold=options.threshold, longest=self._longest
        )
        waiting = windows(stretches, longest=self._longest)
        while some := tuple(islice(waiting, self._batch_size)):
            for window, heard in zip(some, self._hear(some, language), strict=True):
                if heard.language and heard.words:
                    languages[heard.language] += len(heard.words)
                yield from segments(heard, window)

    def languages(self) -> tuple[str, ...]:
        """Return the codes of the languages that it hears; none where the model does not say."""
        raise NotImplementedError

    def _language(self, wanted: str) -> str:
        """Return the model's own code of the language `wanted`; "" where it shall find out.

        Raises:
            InputError: the model does not know the language.
        """
        code, known = family(wanted), self.languages()
        if not known:
            return ""
        if code and code not in known:
            raise InputError(
                f"{self._card.id} does not know the language {wanted!r}",
                cure=f"It knows {', '.join(known)}.",
            )
        return code

    def _hear(self, some: Sequence[Window], language: str) -> list[Heard]:
        """Return what is said in each of `some`."""
        raise NotImplementedError


def windows(stretches: Iterable[Stretch], *, longest: float) -> Iterator[Window]:
    """Yield `stretches` joined into windows no longer than `longest` seconds.

    Between two stretches of one window lies silence as long as there was no speech.
    """
    held: list[Stretch] = []
    for stretch in stretches:
        end = stretch.start + len(stretch.samples) / RATE
        if held and end - held[0].start > longest:
            yield _joined(held)
            held = []
        held.append(stretch)
    if held:
        yield _joined(held)


def _joined(stretches: Sequence[Stretch]) -> Window:
    start, last = stretches[0].start, stretches[-1]
    begin = round((last.start - start) * RATE)
    samples = np.zeros(begin + len(last.samples), np.float32)
    for stretch in stretches:
        at = round((stretch.start - start) * RATE)
        part = stretch.samples[: len(samples) - at]
        samples[at : at + len(part)] = part.astype(np.float32) / np.float32(32768)
    return Window(start, samples)


def segments(heard: Heard, window: Window) -> Iterator[Segment]:
    """Yield what was heard in `window` as sentences timed from the stream's start.

    A sentence ends at its full stop, or before a pause.
    """
    held: list[Segment] = []
    for word in heard.words:
        start = min(window.start + word.start, window.end)
        end = max(start, min(window.start + word.end, window.end))
        placed = replace(word, start=start, end=end)
        if held and (start - held[-1].end > _PAUSE or held[-1].text.endswith(_ENDS)):
            yield _sentence(held, timed=heard.timed)
            held = []
        held.append(placed)
    if held:
        yield _sentence(held, timed=heard.timed)


def _sentence(words: Sequence[Segment], *, timed: bool) -> Segment:
    known = [word.confidence for word in words if word.confidence is not None]
    return Segment(
        start=words[0].start,
        end=words[-1].end,
        text="".join(word.text for word in words).strip(),
        confidence=float(np.mean(known)) if known and len(known) == len(words) else None,
        words=tuple(replace(word, text=word.text.strip()) for word in words) if timed else (),
    )
