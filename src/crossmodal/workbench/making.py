"""Making: pictures, films and sounds from descriptions, and films from pictures and sounds."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..card import Edge, ModelCard
from ..errors import InputError, MissingModel, NoRoute, UnknownName
from ..lane import Lane
from ..media import Audio, Image, Media, Text, Video
from ..modality import AUDIO, IMAGE, TEXT, VIDEO, Modality
from ..routing import Router
from .base import Bench

if TYPE_CHECKING:
    from ..translators.making import Listener, MakingOptions


class Making(Bench):
    """The verbs that make something new."""

    def draw(
        self,
        words: str | Text,
        *,
        seed: int | None = None,
        size: tuple[int, int] | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        negative: str = "",
        start: Image | Path | str | None = None,
        strength: float = 0.6,
        on_step: Listener | None = None,
        on_note: Callable[[str], None] | None = None,
    ) -> Image:
        """Paint what `words` describe.

        Args:
            seed: the same seed paints the same picture again; None for a new one each time.
            size: (width, height) in pixels; None for the model's own.
            steps: of denoising; None for the model's own.
            guidance: how closely to keep to the words; None for the model's own.
            negative: words for what should not be there.
            start: a picture, or the path of one, to begin from.
            strength: how much of `start` is painted over, in (0, 1].
            on_step: hears of every step, may look at what is there, and stops by returning False.
            on_note: hears what was made differently than asked; None for a warning.

        Raises:
            MissingModel: no model here paints; the message says which to pull.
            InputError: the words are empty, or the model does not take an option.
            Cancelled: `on_step` stopped it.
        """
        picture = None if start is None else self._picture_of(start)
        options = _options(
            seed, size=size, steps=steps, guidance=guidance, negative=negative, start=picture,
            strength=strength, on_step=on_step, on_note=on_note,
        )  # fmt: skip
        text = Text(words) if isinstance(words, str) else words
        return cast(Image, self._made(text, IMAGE, self.settings.drawing_model, options))

    def animate(
        self,
        item: Media | Path | str,
        *,
        seed: int | None = None,
        size: tuple[int, int] | None = None,
        seconds: float | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        negative: str = "",
        on_step: Listener | None = None,
        on_note: Callable[[str], None] | None = None,
    ) -> Video:
        """Make a film of what words describe, of a picture, or of what a sound sounds like.

        Args:
            item: a medium, or the path of a file; a `str` is words.
            seconds: how long it lasts; None for the model's own.
            seed, size, steps, guidance, negative, on_step, on_note: see `draw`.

        Raises: as `draw`.
        """
        options = _options(
            seed, size=size, steps=steps, guidance=guidance, negative=negative, seconds=seconds,
            on_step=on_step, on_note=on_note,
        )  # fmt: skip
        name = self.settings.animating_model
        return cast(Video, self._made(self._medium(item), VIDEO, name, options))

    def sound(
        self,
        words: str | Text,
        *,
        seed: int | None = None,
        seconds: float | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        negative: str = "",
        on_step: Listener | None = None,
        on_note: Callable[[str], None] | None = None,
    ) -> Audio:
        """Make the sound that `words` describe; `speak` says words.

        Args:
            seconds: how long it lasts; None for five.
            seed, steps, guidance, negative, on_step, on_note: see `draw`.

        Raises: as `draw`.
        """
        options = _options(
            seed, steps=steps, guidance=guidance, negative=negative, seconds=seconds,
            on_step=on_step, on_note=on_note,
        )  # fmt: skip
        text = Text(words) if isinstance(words, str) else words
        return cast(Audio, self._made(text, AUDIO, self.settings.sounding_model, options))

    def _made(self, medium: Media, target: Modality, name: str, options: MakingOptions) -> Media:
        """Return what the model `name`, or the best one here, makes of `medium`.

        Where that takes another modality, a route leads there first.
        """
        from ..translators.making import Maker, words_of

        if isinstance(medium, Text):
            words_of(medium.content, name or "The model")  # before who makes it is asked
        card = self._named(name, medium, target) if name else self._best(medium, target)
        if card is None:
            return self._routed(medium, target)
        model = self.registry.load(card.name)
        if not isinstance(model, Maker):
            raise InputError(
                f"{card.id} makes nothing new", cure="Choose another: crossmodal models list"
            )
        source = cast(Modality, card.source)
        if medium.modality is not source:
            way = Router(self.registry).route(medium.modality, source, prefer=Lane.MEANING)
            (medium,) = way.translate([medium])
        return model.make([medium], options=options)[0]

    def _named(self, name: str, medium: Media, target: Modality) -> ModelCard:
        """Return the card of the model `name` to `target`, from the modality of `medium` or text.

        Raises:
            UnknownName: there is no such model, or it makes something else.
        """
        edge = Edge.TRANSLATOR
        try:
            return self.registry.card(name, edge=edge, source=medium.modality, target=target)
        except UnknownName:
            found = [
                card
                for card in self.registry
                if name.partition("@")[0] in (card.name, card.checkpoint) and card.target is target
            ]
            found.sort(key=lambda card: card.source is not TEXT)
            if not found:
                raise
            return found[0]

    def _best(self, medium: Media, target: Modality) -> ModelCard | None:
        """Return the card of the best maker here, one that takes `medium` itself before others.

        None where no maker is here, and a route leads to `target` all the same.

        Raises:
            MissingModel: no route leads there either.
        """
        makers = [card for card in self.registry if _makes(card, target)]
        here = [card for card in makers if self.registry.usable(card)]
        if target is AUDIO or medium.modality is not TEXT:
            direct = [card for card in here if card.source is medium.modality]
        else:
            direct = [card for card in here if card.source is TEXT]
        fitting = direct or [card for card in here if card.source is TEXT]
        if fitting:
            return max(fitting, key=lambda card: card.fidelity)
        if target is not AUDIO and self._reaches(medium.modality, target):
            return None
        wanted = [card for card in makers if card.source in (medium.modality, TEXT)]
        raise MissingModel(
            f"No model here makes {target} of {medium.modality}", cure=pull_one_of(wanted)
        )

    def _reaches(self, source: Modality, target: Modality) -> bool:
        try:
            Router(self.registry).route(source, target, keep=Lane.MEANING)
        except NoRoute:
            return False
        return True

    def _routed(self, medium: Media, target: Modality) -> Media:
        route = Router(self.registry).route(medium.modality, target, keep=Lane.MEANING)
        return route.translate([medium])[0]

    def _picture_of(self, item: Image | Path | str) -> Image:
        medium = self._glance(item)
        if not isinstance(medium, Image):
            raise InputError(f"It was to begin from {medium.modality}", cure="Give a picture.")
        return medium


def pull_one_of(cards: list[ModelCard]) -> str:
    """Return the advice to pull the smallest of the checkpoints of `cards`."""
    known = sorted((card for card in cards if card.checkpoint), key=lambda card: card.size)
    if not known:
        return "See: crossmodal models list"
    first, others = known[0], sorted({card.checkpoint for card in known[1:]})
    advice = f"Run: crossmodal models pull {first.checkpoint} ({first.size / 1e9:.1f} GB,"
    advice += f" {first.licence})"
    return advice + (f", or one of: {', '.join(others)}" if others else "")


def _makes(card: ModelCard, target: Modality) -> bool:
    """Return whether `card` is of a model that makes `target` of what is meant, not of words."""
    return (
        card.edge is Edge.TRANSLATOR
        and card.target is target
        and card.lanes == (Lane.MEANING,)
        and card.source in (TEXT, IMAGE)
    )


def _options(seed: int | None, **given: Any) -> MakingOptions:
    from ..translators.making import MakingOptions

    chosen = secrets.randbelow(2**32) if seed is None else seed
    told = {name: value for name, value in given.items() if value is not None}
    return MakingOptions(seed=chosen, **told)
