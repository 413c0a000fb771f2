"""Wording: speech into words and words into speech, writing in pictures, subtitles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ..errors import InputError
from ..media import Audio, Image, Media, Text, Video
from ..modality import AUDIO, IMAGE, TEXT
from .base import RECOGNITION_RATE, Bench

if TYPE_CHECKING:
    from ..codecs.burning import Progress
    from ..translators.cues import CueRules, Report


class Wording(Bench):
    """The verbs that keep the words."""

    def transcribe(
        self, item: Media | Path | str, *, language: str = "", phrases: Sequence[str] = ()
    ) -> Text:
        """Write down what is said in a sound or film, with times.

        Args:
            item: a medium, or the path of a file, which is then read in blocks: it may be long.
            language: BCP 47 code of the speech; "" for the model's own, or for it to find out.
            phrases: where it is known what may be said: every stretch is one or more of these.

        Raises:
            InputError: there is no sound, or the model does not know the language.
        """
        # Imported where they are used, here and below: a search needs neither FFmpeg nor voices.
        from ..codecs import audio
        from ..translators.speech_recognition import Recogniser, RecognitionOptions

        options = RecognitionOptions(language=language, phrases=tuple(phrases))
        model = cast(
            Recogniser, self.registry.translator(self.settings.recognition_model, AUDIO, TEXT)
        )
        if isinstance(item, str | Path):
            blocks = audio.stream(Path(item).expanduser(), rate=RECOGNITION_RATE)
        else:
            blocks = iter([self._sound(item)])
        return model.transcript(blocks, options=options)

    def speak(
        self,
        words: str | Text,
        *,
        language: str = "",
        voice: str = "",
        rate: int = 175,
        pitch: int = 50,
    ) -> Audio:
        """Say `words` aloud.

        Args:
            language: BCP 47 code; "" for the text's own, or English.
            voice: one of the synthesiser's voices; "" for the plain one.
            rate: words a minute, 80 to 450.
            pitch: 0 (lowest) to 99.
        """
        from ..translators.speech_synthesis import SpeechSynthesiser, SynthesisOptions

        options = SynthesisOptions(language=language, voice=voice, rate=rate, pitch=pitch)
        model = cast(
            SpeechSynthesiser, self.registry.translator(self.settings.synthesis_model, TEXT, AUDIO)
        )
        text = Text(words) if isinstance(words, str) else words
        return cast(Audio, model.translate([text], options=options)[0])

    def read(self, item: Image | Path | str) -> Text:
        """Return the writing in a picture, with the box of each line; "" where there is none."""
        model = self.registry.translator(self.settings.reading_model, IMAGE, TEXT)
        return cast(Text, model.translate([self._glance(item)])[0])

    def subtitle(
        self, item: Media | Path | str, *, language: str = "", rules: CueRules | None = None
    ) -> tuple[Text, Report]:
        """Return what is said as subtitles that can be read, and which rules had to be broken."""
        from ..translators.cues import cue

        return cue(self.transcribe(item, language=language), rules=rules)

    def burn(
        self,
        film: Path | str,
        text: Text,
        output: Path | str,
        *,
        font: Path | None = None,
        progress: Progress | None = None,
    ) -> Path:
        """Write `film` anew, with the segments of `text` on its pictures; the sound is kept.

        Args:
            text: subtitles, as `subtitle` returns them.
            output: ends in .mp4 or .webm.
            font: a font file, for writing that the built-in one (Latin) lacks.
            progress: told (seconds done, seconds in all) after each frame.

        Raises:
            InputError: `film` is no film, or `output` cannot be written.
        """
        from ..codecs import Limits, burning

        limits = Limits.of(self.settings)
        source = Path(film).expanduser()
        return burning.burn(source, text, output, font=font, limits=limits, progress=progress)

    def _sound(self, medium: Media | Path | str) -> Audio:
        if isinstance(medium, Video):
            (medium,) = self.registry.translator("soundtrack").translate([medium])
        if not isinstance(medium, Audio):
            raise InputError("There is nothing to hear", cure="Give a sound or a film.")
        return medium
