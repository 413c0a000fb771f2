"""What every part of the workbench stands on: settings, models, and files to be read."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, cast

from .. import codecs
from .. import settings as settings_module
from ..calibration import LABEL, pair_name
from ..card import Edge, ModelCard
from ..contracts import Encoder
from ..errors import InputError
from ..learn import spaces
from ..media import Media, Text
from ..modality import AUDIO, IMAGE, TEXT, VIDEO, Modality
from ..registry import Registry
from ..settings import Settings
from ..sources import catalog
from ..sources.checkpoints import Checkpoints, Runtime

log = logging.getLogger(__name__)

Input: TypeAlias = Media | Path | str

RECOGNITION_RATE = 16_000
"""Samples a second that speech recognisers take."""


class Bench:
    """Settings, and the models that they choose.

    Args:
        settings: None for those of the user's file and environment.
        registry: None for the catalogue of this package, all plug-ins and all saved spaces.
        space: the saved space to work in; None for that of the settings.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        registry: Registry | None = None,
        space: str | None = None,
    ) -> None:
        self.settings = settings_module.load() if settings is None else settings
        if space is not None:
            self.settings = replace(self.settings, space=space)
        self.checkpoints = Checkpoints(self.settings.models_folder, Runtime.of(self.settings))
        if registry is None:
            here = {card.name: card for card in self.checkpoints.cards()}
            cards = {card.name: card for card in catalog.cards()} | here
            commercial_only = self.settings.commercial_only
            registry = Registry(
                cards.values(), commercial_only=commercial_only, shelf=self.checkpoints
            )
            registry.add_plugins()
            for card in spaces.cards():
                registry.add(card)
        self.registry = registry

    def encoder(self, modality: Modality) -> Encoder:
        """Return the encoder that the settings choose for `modality`.

        Raises:
            InputError: there is none for it.
        """
        names = self._encoder_names()
        if modality not in names:
            raise InputError(
                f"No model encodes {modality}",
                cure=f"These are encoded: {', '.join(names)}. Set {modality}_model for others.",
            )
        card = self.registry.card(names[modality], edge=Edge.ENCODER, source=modality)
        if modality is VIDEO and card.parts:
            return self._film_encoder(card)
        return self.registry.encoder(names[modality], modality)

    def encoders(self) -> dict[Modality, Encoder]:
        """Return the chosen encoder of every modality that has one.

        Sound and film are left out, with a warning, where their model leads into another space
        than that of words.
        """
        chosen = {modality: self.encoder(modality) for modality in self._encoder_names()}
        for modality in (AUDIO, VIDEO):
            encoder, words = chosen.get(modality), chosen.get(TEXT)
            if encoder is not None and words is not None and encoder.space != words.space:
                del chosen[modality]
                log.warning(
                    "%s leads into %s, and words into %s: %s is found by name and words alone; "
                    "set %s_model to a model of that space, or to nothing",
                    *(encoder.card.id, encoder.space, words.space, modality, modality),
                )
        return chosen

    def _encoder_names(self) -> dict[Modality, str]:
        chosen = {
            TEXT: self.settings.text_model,
            IMAGE: self.settings.image_model,
            AUDIO: self.settings.audio_model,
            VIDEO: self.settings.video_model,
        }
        names = {modality: name for modality, name in chosen.items() if name}
        if not self.settings.space:
            return names
        own = dict(spaces.read(self.settings.space).encoders)
        if IMAGE in own and VIDEO in names:  # films are seen by the encoder of pictures
            own.setdefault(VIDEO, names[VIDEO])
        return own

    def _film_encoder(self, card: ModelCard) -> Encoder:
        """Return the film encoder `card`, over the encoder that is chosen for pictures.

        So films and photos are always compared by one model.
        """
        name = self._encoder_names().get(IMAGE)
        if name is None:
            return self.registry.encoder(card.name)
        image = self.registry.card(name, edge=Edge.ENCODER, source=IMAGE)
        if card.parts == (image.name,) or self.registry.card(card.parts[0]).source is not IMAGE:
            return self.registry.encoder(card.name)
        curves = {
            pair_name(VIDEO, other): image.calibration[pair_name(IMAGE, one)]
            for one, other in ((TEXT, TEXT), (LABEL, LABEL), (IMAGE, IMAGE), (IMAGE, VIDEO))
            if pair_name(IMAGE, one) in image.calibration
        }
        mine = replace(card, parts=(image.name,), space=image.space, calibration=curves)
        return cast(Encoder, self.registry.build(mine))

    def load(self, path: str | Path, *, excerpt: bool = False) -> Media:
        """Return what the file at `path` holds, by its content.

        Args:
            excerpt: of a sound of more than four minutes, two minutes are enough: parts from all
                over it, joined. That is what encoders, and so `describe` and `classify`, are given.

        Raises:
            InputError: it is missing, broken, of an unknown kind or too large; a sound is that
                where it would take more memory than the setting `max_samples` allows.
        """
        limits = codecs.Limits.of(self.settings)
        return codecs.read(Path(path).expanduser(), limits=limits, excerpt=excerpt)

    def _medium(self, item: Input) -> Media:
        if isinstance(item, Path):
            return self._glance(item)
        return Text(item) if isinstance(item, str) else item

    def _glance(self, item: Media | Path | str) -> Media:
        """Return what an encoder needs of `item`: of the file of a long sound, parts."""
        return self.load(item, excerpt=True) if isinstance(item, str | Path) else item

    def _whole(self, item: Media | Path | str) -> Media:
        return self.load(item) if isinstance(item, str | Path) else item
