"""The workbench: one object that holds settings and models, and does what users ask.

Every face (the package's verbs, the command line) works through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from . import codecs
from . import settings as settings_module
from .card import ModelCard
from .contracts import Encoder
from .errors import InputError, StoreError
from .index import Index
from .learn.zero_shot import Classification, zero_shot
from .media import Media, Text
from .modality import IMAGE, TEXT, Modality
from .registry import Registry
from .settings import Settings
from .sources import catalog
from .space import Vectors

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
            registry = Registry(catalog.shipped(), commercial_only=self.settings.commercial_only)
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
        medium = self.load(item) if isinstance(item, str | Path) else item
        encoder, names = self.encoder(medium.modality), self.encoder(TEXT)
        return zero_shot(medium, list(labels), encoder=encoder, names=names, templates=templates)
