"""The registry: from a model's name to its card, and to the model itself.

Rows come from the catalogue of this package and from other packages' entry points in the group
`crossmodal.models`: a name, and a function without arguments that returns ModelCards. Two rows
of one name are an error. A model is loaded once, when it is first asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import cast

from .card import Edge, ModelCard
from .contracts import Encoder, Model, Translator
from .errors import CrossmodalError, NameClash, UnknownName

GROUP = "crossmodal.models"


class Registry:
    """Cards by name, and the models that have been loaded."""

    def __init__(self, cards: Iterable[ModelCard] = (), *, commercial_only: bool = False) -> None:
        self._cards: dict[str, ModelCard] = {}
        self._models: dict[str, Model] = {}
        self._lock = threading.RLock()
        self._commercial_only = commercial_only
        for card in cards:
            self.add(card)

    def add(self, card: ModelCard) -> None:
        """Add one row.

        Raises:
            NameClash: another card has that name.
        """
        known = self._cards.get(card.name)
        if known is not None and known != card:
            raise NameClash(
                f"Two models are called {card.name!r} ({known.loader} and {card.loader})",
                cure="Rename one, or uninstall one of the packages that bring them.",
            )
        self._cards[card.name] = card

    def add_plugins(self) -> None:
        """Add the rows of every installed package that has an entry point in `GROUP`."""
        for point in entry_points(group=GROUP):
            try:
                cards = list(point.load()())
            except Exception as error:
                raise CrossmodalError(
                    f"The plug-in {point.name!r} ({point.value}) failed: {error}",
                    cure="Mend or uninstall the package that brings it.",
                ) from error
            for card in cards:
                self.add(card)

    def __iter__(self) -> Iterator[ModelCard]:
        """Yield all cards, by name."""
        return iter(sorted(self._cards.values(), key=lambda card: card.name))

    def card(self, name: str) -> ModelCard:
        """Return the card called `name`, also written name@version.

        Raises:
            UnknownName: there is none; the message names the nearest.
        """
        plain, _, version = name.partition("@")
        card = self._cards.get(plain)
        if card is not None and version in ("", card.version):
            return card
        close = get_close_matches(plain, self._cards, n=1, cutoff=0.5)
        hint = f"Did you mean {self._cards[close[0]].id!r}? " if close else ""
        raise UnknownName(f"There is no model {name!r}", cure=hint + "See: crossmodal models list")

    def usable(self, card: ModelCard) -> bool:
        """Return whether the model of `card` can run here: licence allowed, packages installed."""
        allowed = card.commercial or not self._commercial_only
        installed = all(find_spec(module) is not None for module in card.requires)
        return allowed and installed and all(self.usable(self.card(part)) for part in card.parts)

    def load(self, name: str) -> Model:
        """Return the model called `name`, loading it and its parts the first time.

        Raises:
            UnknownName: there is none.
            CrossmodalError: its licence is refused by the settings, or it fails to load.
        """
        card = self.card(name)
        if self._commercial_only and not card.commercial:
            raise CrossmodalError(
                f"{card.id} may not be used commercially ({card.licence})",
                cure="Choose another model, or set commercial_only to false.",
            )
        with self._lock:
            if card.name not in self._models:
                parts = [self.load(part) for part in card.parts]
                module, _, function = card.loader.partition(":")
                self._models[card.name] = getattr(import_module(module), function)(card, *parts)
            return self._models[card.name]

    def encoder(self, name: str) -> Encoder:
        """Return the encoder called `name`.

        Raises:
            UnknownName: there is no model of that name, or it is not an encoder.
        """
        return cast(Encoder, self._load_edge(name, Edge.ENCODER))

    def translator(self, name: str) -> Translator:
        """Return the translator called `name`.

        Raises:
            UnknownName: there is no model of that name, or it is not a translator.
        """
        return cast(Translator, self._load_edge(name, Edge.TRANSLATOR))

    def _load_edge(self, name: str, edge: Edge) -> Model:
        found = self.card(name).edge
        if found is not edge:
            raise UnknownName(
                f"The model {name!r} is one of kind {found}, not {edge}",
                cure="See: crossmodal models list",
            )
        return self.load(name)
