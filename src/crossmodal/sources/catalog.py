"""The catalogue: the cards of the models that this package knows.

A card is a JSON file. Those in `shipped/` lie beside their weights; those in `engines/` speak of
models inside other packages, or of none that were trained at all. The hub's checkpoints are rows
of their families, see `families`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files

from ..card import ModelCard
from ..errors import MissingModel
from . import families

FOLDERS = ("engines", "shipped")
SUFFIX = ".card.json"


def cards() -> Iterator[ModelCard]:
    """Yield the cards of all known models."""
    for folder in FOLDERS:
        for entry in sorted((files(__package__) / folder).iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith(SUFFIX):
                yield ModelCard.from_json(json.loads(entry.read_text("utf-8")))
    yield from families.known()


def weights(card: ModelCard, role: str) -> bytes:
    """Return the bytes of the shipped file that plays `role` ("network", "tokenizer") for `card`.

    Raises:
        MissingModel: the file is not there, as after a broken install.
    """
    entry = files(__package__) / "shipped" / card.files[role]
    if not entry.is_file():
        raise MissingModel(
            f"{card.id} lacks its file {card.files[role]}",
            cure="Run: pip install --force-reinstall crossmodal",
        )
    return entry.read_bytes()
