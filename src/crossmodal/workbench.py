"""The workbench: one object that holds settings and models, and does what users ask.

Every face (the package's verbs, the command line) works through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from . import codecs
from . import settings as settings_module
from .calibration import pair_name
from .card import ModelCard
from .contracts import Encoder
from .errors import InputError, StoreError
from .index import Index
from .lane import Lane
from .learn.zero_shot import Classification, zero_shot
from .media import Audio, Image, Media, Text, Video
from .modality import IMAGE, TEXT, Modality
from .registry import Registry
from .routing import Route, Router
from .settings import Settings
from .sources import catalog
from .space import Vectors

if TYPE_CHECKING:
    from .translators.cues import CueRules, Report

RECOGNITION_RATE = 16_000
"""Samples a second that speech recognisers take."""

DESCRIBED = 0.002
"""Probability that a description fits before its score is seen: it is the best of thousands."""

Input: TypeAlias = Media | Path | str


class Workbench:
    """Settings, the models that they choose, and the verbs.

    Args:
        settings: None for those of the user's file and environment.
        registry: None for the catalogue of this package and all plug-ins.
    """

    def __init__(
        self, settings: Settings | None = None, *, registry: Registry | None = None
    ) -> None:
        self.settings = settings_module.load() if settings is None else settings
        if registry is None:
            registry = Registry(catalog.cards(), commercial_only=self.settings.commercial_only)
            registry.add_plugins()
        self.registry = registry

    def models(self) -> list[ModelCard]:
        """Return the cards of all known models, by name."""
        return list(self.registry)

    def encoder(self, modality: Modality) -> Encoder:
        """Return the encoder that the settings choose for `modality`.

        Raises:
            InputError: there is none for it.
        """
        names = self._encoder_names()
        if modality not in names:
            raise InputError(
                f"No model encodes {modality}", cure=f"These are encoded: {', '.join(names)}."
            )
        return self.registry.encoder(names[modality])

    def encoders(self) -> dict[Modality, Encoder]:
        """Return the chosen encoder of every modality that has one."""
        return {modality: self.encoder(modality) for modality in self._encoder_names()}

    def _encoder_names(self) -> dict[Modality, str]:
        return {TEXT: self.settings.text_model, IMAGE: self.settings.image_model}

    def load(self, path: str | Path) -> Media:
        """Return what the file at `path` holds, by its content.

        Raises:
            InputError: it is missing, broken, too large or of an unknown kind.
        """
        return codecs.read(Path(path).expanduser(), limits=codecs.Limits.of(self.settings))

    def embed(self, items: Sequence[Input]) -> Vectors:
        """Return one unit vector for each of `items`, in order.

        Args:
            items: media; a `Path` is a file to read, a `str` is words.

        Raises:
            InputError: `items` is empty, or one of them cannot be used.
            SpaceMismatch: the models chosen for their modalities lead into different spaces.
        """
        media = [self._medium(item) for item in items]
        if not media:
            raise InputError("There is nothing to embed", cure="Pass at least one item.")
        space = self.encoder(media[0].modality).space
        values = np.empty((len(media), space.dim), np.float32)
        for modality in {medium.modality for medium in media}:
            encoder = self.encoder(modality)
            space.check(encoder.space)
            rows = [row for row, medium in enumerate(media) if medium.modality is modality]
            values[rows] = encoder.encode([media[row] for row in rows]).values
        return Vectors(space, values)

    def _medium(self, item: Input) -> Media:
        if isinstance(item, Path):
            return self.load(item)
        return Text(item) if isinstance(item, str) else item

    def index(self, folder: str | Path | None = None, *, must_exist: bool = False) -> Index:
        """Open the index in `folder`; None for the one in the settings.

        Args:
            must_exist: False creates one where there is none.

        Raises:
            StoreError: the folder cannot be used as an index, or must exist and does not.
        """
        place = self.settings.index_folder if folder is None else Path(folder).expanduser()
        if must_exist and not place.exists():
            raise StoreError(
                f"There is no index at {place}", cure="Make one: crossmodal index FOLDER"
            )
        return Index(place, encoders=self.encoders(), settings=self.settings)

    def classify(
        self, item: Media | Path | str, labels: Iterable[str], *, templates: Sequence[str] = ()
    ) -> Classification:
        """Recognise `item` as one of `labels`, or as none of them, from their words alone.

        Args:
            item: a medium, or the path of a file.
            labels: class names or descriptions, each different.
            templates: sentences with one {} for the label; () for those of `zero_shot`.

        Raises:
            InputError: no labels, two equal ones, an empty one, or a file that cannot be read.
        """
        medium = self._file(item)
        encoder, names = self.encoder(medium.modality), self.encoder(TEXT)
        return zero_shot(medium, list(labels), encoder=encoder, names=names, templates=templates)

    def route(
        self, source: Modality | str, target: Modality | str, *, keep: Lane | str | None = None
    ) -> Route:
        """Return the route from one modality to another that loses least.

        Args:
            keep: "words" or "meaning"; None for what is usual between the two.

        Raises:
            NoRoute: there is none; the message says what is reached and what to install.
        """
        lane = None if keep is None else _lane(keep)
        ends = Modality.parse(source), Modality.parse(target)
        return Router(self.registry).route(*ends, keep=lane)

    def translate(
        self, item: Media | Path | str, *, to: Modality | str, keep: Lane | str | None = None
    ) -> Media:
        """Return `item` in another modality, by the best route.

        Args:
            item: a medium, or the path of a file.
            to: the modality wanted.
            keep: see `route`.

        Raises:
            NoRoute: no route leads there.
            InputError: the file cannot be used.
        """
        medium = self._file(item)
        return self.route(medium.modality, to, keep=keep).translate([medium])[0]

    def describe(self, item: Media | Path | str) -> Text:
        """Say in a sentence what a picture, sound or film shows or sounds like.

        The result's `confidence` is the probability that the sentence matches, where the models
        on the way carry a calibration.
        """
        medium = self._file(item)
        route = self.route(medium.modality, TEXT, keep=Lane.MEANING)
        text = cast(Text, route.translate([medium])[0])
        encoder = self.registry.load(route.hops[0].card.name)
        pair = pair_name(medium.modality, TEXT)
        if not isinstance(encoder, Encoder) or pair not in encoder.card.calibration:
            return text
        score = encoder.encode([medium]).cosine(self.encoder(TEXT).encode([text]))
        odds = encoder.card.calibration[pair].probability(float(score[0, 0]), prior=DESCRIBED)
        return replace(text, confidence=odds)

    def transcribe(
        self, item: Media | Path | str, *, language: str = "en", phrases: Sequence[str] = ()
    ) -> Text:
        """Write down what is said in a sound or film, with times.

        Args:
            item: a medium, or the path of a file, which is then read in blocks: it may be long.
            language: BCP 47 code of the speech.
            phrases: where it is known what may be said: every stretch is one or more of these.

        Raises:
            InputError: there is no sound, or the model does not know the language.
        """
        # Imported where they are used, here and below: a search needs neither FFmpeg nor voices.
        from .codecs import audio
        from .translators.speech_recognition import RecognitionOptions, SpeechRecogniser

        options = RecognitionOptions(language=language, phrases=tuple(phrases))
        model = cast(SpeechRecogniser, self.registry.translator(self.settings.recognition_model))
        if isinstance(item, str | Path):
            blocks = audio.stream(Path(item).expanduser(), rate=RECOGNITION_RATE)
        else:
            blocks = iter([self._sound(item)])
        segments = tuple(model.stream(blocks, options=options))
        words = " ".join(segment.text for segment in segments)
        return Text(words, language=language, segments=segments)

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
        from .translators.speech_synthesis import SpeechSynthesiser, SynthesisOptions

        options = SynthesisOptions(language=language, voice=voice, rate=rate, pitch=pitch)
        model = cast(SpeechSynthesiser, self.registry.translator(self.settings.synthesis_model))
        text = Text(words) if isinstance(words, str) else words
        return cast(Audio, model.translate([text], options=options)[0])

    def read(self, item: Image | Path | str) -> Text:
        """Return the writing in a picture, with the box of each line; "" where there is none."""
        model = self.registry.translator(self.settings.reading_model)
        return cast(Text, model.translate([self._file(item)])[0])

    def subtitle(
        self, item: Media | Path | str, *, language: str = "en", rules: CueRules | None = None
    ) -> tuple[Text, Report]:
        """Return what is said as subtitles that can be read, and which rules had to be broken."""
        from .translators.cues import cue

        return cue(self.transcribe(item, language=language), rules=rules)

    def _file(self, item: Media | Path | str) -> Media:
        return self.load(item) if isinstance(item, str | Path) else item

    def _sound(self, medium: Media | Path | str) -> Audio:
        if isinstance(medium, Video):
            (medium,) = self.registry.translator("soundtrack").translate([medium])
        if not isinstance(medium, Audio):
            raise InputError("There is nothing to hear", cure="Give a sound or a film.")
        return medium


def _lane(word: Lane | str) -> Lane:
    try:
        return Lane(word)
    except ValueError:
        raise InputError(
            f"{word!r} cannot be kept", cure=f"Use one of: {', '.join(Lane)}."
        ) from None
