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
from .contracts import Encoder, Model, Shelf, Translator
from .errors import CrossmodalError, MissingModel, NameClash, UnknownName
from .modality import Modality

GROUP = "crossmodal.models"


class Registry:
    """Cards by name, and the models that have been loaded.

    Args:
        cards: the first rows.
        commercial_only: refuse to load what may not be used commercially.
        shelf: where pulled checkpoints stand; None for nowhere.
    """

    def __init__(
        self,
        cards: Iterable[ModelCard] = (),
        *,
        commercial_only: bool = False,
        shelf: Shelf | None = None,
    ) -> None:
        self._cards: dict[str, ModelCard] = {}
        self._models: dict[str, Model] = {}
        self._lock = threading.RLock()
        self._commercial_only = commercial_only
        self._shelf = shelf
        for card in cards:
            self.add(card)

    def add(self, card: ModelCard, *, replace: bool = False) -> None:
        """Add one row.

        Args:
            replace: put it in the place of another card of that name, and forget its model.

        Raises:
            NameClash: another card has that name.
        """
        known = self._cards.get(card.name)
        if replace and known != card:
            self._models.pop(card.name, None)
        elif known is not None and known != card:
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

    def card(
        self,
        name: str,
        *,
        edge: Edge | None = None,
        source: Modality | None = None,
        target: Modality | None = None,
    ) -> ModelCard:
        """Return the card called `name`, also written name@version.

        A checkpoint of several models ("org/name") stands for the one of them that is an `edge`
        from `source` to `target`, as far as these are given.

        Raises:
            UnknownName: there is none, or more than one; the message names the nearest.
        """
        plain, _, version = name.partition("@")
        card = self._cards.get(plain)
        found = [card] if card else [one for one in self if one.checkpoint == plain]
        found = [one for one in found if version in ("", one.version)]
        if not found:
            raise self._unknown(name, plain)
        fitting = [
            one
            for one in found
            if edge in (None, one.edge)
            and source in (None, one.source)
            and target in (None, one.target)
        ]
        if len(fitting) == 1:
            return fitting[0]
        ways = ", ".join(f"{one.name!r} ({_ends(one)})" for one in found)
        problem = "is several models" if fitting else f"is no {_wanted(edge, source, target)}"
        raise UnknownName(f"{name!r} {problem}", cure=f"It offers: {ways}.")

    def _unknown(self, name: str, plain: str) -> UnknownName:
        known = {*self._cards, *(card.checkpoint for card in self)} - {""}
        close = get_close_matches(plain, known, n=1, cutoff=0.5)
        near = self._cards[close[0]].id if close and close[0] in self._cards else "".join(close)
        hint = f"Did you mean {near!r}? " if near else ""
        pull = f" To get it from the hub: crossmodal models pull {plain}" if "/" in plain else ""
        return UnknownName(
            f"There is no model {name!r}", cure=hint + "See: crossmodal models list" + pull
        )

    def usable(self, card: ModelCard) -> bool:
        """Return whether the model of `card` can run here.

        Its licence is allowed, its packages are installed and its checkpoint has been pulled.
        """
        allowed = card.commercial or not self._commercial_only
        here = not card.checkpoint or (self._shelf is not None and self._shelf.has(card))
        whole = allowed and self.installed(card) and here
        try:
            return whole and all(self.usable(self.card(part)) for part in card.parts)
        except UnknownName:  # a saved space outlives the package that its encoders came from
            return False

    def installed(self, card: ModelCard) -> bool:
        """Return whether the packages that the model of `card` requires are installed."""
        return all(find_spec(module) is not None for module in card.requires)

    def load(self, name: str) -> Model:
        """Return the model called `name`, loading it and its parts the first time.

        Raises:
            UnknownName: there is none.
            CrossmodalError: its licence is refused by the settings, or it fails to load.
        """
        return self._load(self.card(name))

    def _load(self, card: ModelCard) -> Model:
        if self._commercial_only and not card.commercial:
            raise CrossmodalError(
                f"{card.id} may not be used commercially ({card.licence})",
                cure="Choose another model, or set commercial_only to false.",
            )
        with self._lock:
            if card.name not in self._models:
                self._models[card.name] = self.build(card)
            return self._models[card.name]

    def build(self, card: ModelCard) -> Model:
        """Return a new model that is what `card` says, over parts from this registry."""
        parts: list[object] = [self.load(part) for part in card.parts]
        if card.checkpoint:
            parts.insert(0, self._open(card))
        module, _, function = card.loader.partition(":")
        return cast(Model, getattr(import_module(module), function)(card, *parts))

    def _open(self, card: ModelCard) -> object:
        if self._shelf is None:
            raise MissingModel(
                f"{card.id} needs a checkpoint, and this registry has no place for any",
                cure="Make it with shelf=Checkpoints(FOLDER).",
            )
        return self._shelf.open(card)

    def encoder(self, name: str, source: Modality | None = None) -> Encoder:
        """Return the encoder called `name`, of `source` where a checkpoint has several.

        Raises:
            UnknownName: there is no model of that name, or it is not an encoder.
        """
        return cast(Encoder, self._load_edge(name, Edge.ENCODER, source, None))

    def translator(
        self, name: str, source: Modality | None = None, target: Modality | None = None
    ) -> Translator:
        """Return the translator called `name`, of these ends where a checkpoint has several.

        Raises:
            UnknownName: there is no model of that name, or it is not a translator.
        """
        return cast(Translator, self._load_edge(name, Edge.TRANSLATOR, source, target))

    def _load_edge(
        self, name: str, edge: Edge, source: Modality | None, target: Modality | None
    ) -> Model:
        return self._load(self.card(name, edge=edge, source=source, target=target))


def _ends(card: ModelCard) -> str:
    space = card.space.id if card.space else "?"
    return f"{card.edge}, {card.source or space} → {card.target or space}"


def _wanted(edge: Edge | None, source: Modality | None, target: Modality | None) -> str:
    ends = [f"from {source}" if source else "", f"to {target}" if target else ""]
    return " ".join(filter(None, [edge or "model", *ends]))
