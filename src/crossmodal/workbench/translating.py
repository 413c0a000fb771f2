"""Translating: from any modality to any other, and pictures and films into words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from ..calibration import pair_name
from ..card import Edge
from ..contracts import Encoder
from ..errors import InputError
from ..lane import Lane
from ..learn.zero_shot import zero_shot
from ..media import Audio, Media, Text
from ..modality import AUDIO, TEXT, VIDEO, Modality
from ..routing import Route, Router
from .base import RECOGNITION_RATE, Bench

CONFIRMED = 30.0
"""Seconds of the longest sound of which the encoder is asked whether it is speech."""
DESCRIBED = 0.002
"""Probability that a description fits before its score is seen: it is the best of thousands."""


class Translating(Bench):
    """The verbs that find and go a route."""

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

    def route_of(
        self, medium: Media, target: Modality | str, *, keep: Lane | str | None = None
    ) -> Route:
        """Return the route from `medium` to another modality, by what it holds.

        Args:
            keep: "words" or "meaning"; None for what is usual between the two. Of a sound in which
                nobody speaks, text keeps the meaning.

        Raises:
            NoRoute: as for `route`.
        """
        goal = Modality.parse(target)
        if keep is not None or not isinstance(medium, Audio) or goal is not TEXT:
            return self.route(medium.modality, goal, keep=keep)
        prefer = Lane.WORDS if self._spoken(medium) else Lane.MEANING
        return Router(self.registry).route(AUDIO, TEXT, prefer=prefer)

    def _spoken(self, sound: Audio) -> bool:
        """Return whether somebody speaks in `sound`: the gate says so, and the encoder agrees.

        The encoder is asked about short sounds alone: there, barking and crying pass the gate, and
        one vector tells the whole.
        """
        # Imported where it is used: a picture's route needs no FFmpeg.
        from ..translators.heard import LABELS, SPEECH_LABEL, Kind, listen

        if listen(sound).kind is not Kind.SPEECH:
            return False
        if not self.settings.audio_model or sound.duration > CONFIRMED:
            return True
        encoder, names = self.encoder(AUDIO), self.encoder(TEXT)
        if encoder.space != names.space:
            return True
        found = zero_shot(sound, LABELS, encoder=encoder, names=names)
        return found.labels[0].label == SPEECH_LABEL

    def translate(
        self, item: Media | Path | str, *, to: Modality | str, keep: Lane | str | None = None
    ) -> Media:
        """Return `item` in another modality, by the best route.

        Args:
            item: a medium, or the path of a file.
            to: the modality wanted.
            keep: see `route_of`.

        Raises:
            NoRoute: no route leads there.
            InputError: the file cannot be used.
        """
        return self.translation(item, to=to, keep=keep)[0]

    def translation(
        self, item: Media | Path | str, *, to: Modality | str, keep: Lane | str | None = None
    ) -> tuple[Media, Route]:
        """Return what `translate` returns, and the route that was taken.

        The sound of a file is read in blocks by models that hear, and by encoders in parts: it may
        be long.
        """
        medium = self._glance(item)
        route = self.route_of(medium, to, keep=keep)
        if not isinstance(item, str | Path):
            return route.translate([medium])[0], route
        if route.takes_blocks:
            from ..codecs import audio

            blocks = audio.stream(Path(item).expanduser(), rate=RECOGNITION_RATE)
            return route.translate_blocks(blocks), route
        if route.source is AUDIO and route.hops[0].card.edge is not Edge.ENCODER:
            medium = self._whole(item)
        return route.translate([medium])[0], route

    def describe(self, item: Media | Path | str) -> Text:
        """Say in a sentence what a picture, sound or film shows or sounds like.

        The result's `confidence` is the probability that the sentence is right, by how well its
        vector agrees with the medium's; None where no model on the way carries a curve for that.

        Raises:
            InputError: the file cannot be used, or is text.
            NoRoute: no model here describes it.
        """
        medium = self._glance(item)
        if isinstance(medium, Text):
            raise InputError("A text was to be described", cure="Give a picture, sound or film.")
        if self.settings.captioning_model:
            return self._captioned(medium, self.settings.captioning_model)
        route = self.route(medium.modality, TEXT, keep=Lane.MEANING)
        text = cast(Text, route.translate([medium])[0])
        encoder = self.registry.load(route.hops[0].card.name)
        pair = pair_name(medium.modality, TEXT)
        own, prior = route.hops[-1].card.calibration.get(pair), 0.5  # learned from its sentences
        curve = own or encoder.card.calibration.get(pair)
        if not isinstance(encoder, Encoder) or curve is None:
            return text
        score = encoder.encode([medium]).cosine(self.encoder(TEXT).encode([text]))
        odds = curve.probability(float(score[0, 0]), prior=prior if own else DESCRIBED)
        return replace(text, confidence=odds)

    def _captioned(self, medium: Media, name: str) -> Text:
        """Return what the model `name` says of `medium`, of a film also by its best frame."""
        sources = {card.source for card in self.registry if name in (card.name, card.checkpoint)}
        if medium.modality is VIDEO and VIDEO not in sources:
            (medium,) = self.registry.translator("still").translate([medium])
        model = self.registry.translator(name, medium.modality, TEXT)
        return cast(Text, model.translate([medium])[0])


def _lane(word: Lane | str) -> Lane:
    try:
        return Lane(word)
    except ValueError:
        raise InputError(
            f"{word!r} cannot be kept", cure=f"Use one of: {', '.join(Lane)}."
        ) from None
