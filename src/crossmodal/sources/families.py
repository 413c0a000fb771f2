"""Families: which architectures of the hub run here, by which loaders, and their known checkpoints.

A family is one JSON file in `hub/`: the architectures that it runs (as `config.json` and
`model_index.json` name them), one row for each edge that such a checkpoint offers, and one row for
each checkpoint that the catalogue recommends. Any other checkpoint of the architecture works too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from ..card import ModelCard
from ..errors import MissingModel

SUFFIX = ".family.json"
SENTENCES = "SentenceTransformer"
"""The architecture of what has a `modules.json`, whatever its network is."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Family:
    """Checkpoints that the same loaders run.

    Attributes:
        name: of the file.
        title: what people call them.
        architectures: class names that their configuration files carry.
        edges: one row for each model that a checkpoint offers, with fields of ModelCard and
            `role`, what tells them apart in names ("image", "text"); "" where there is one only.
        checkpoints: known ones, with fields of ModelCard and `dim`, the space's dimension.
        space: where the dimension is found in a checkpoint: `tensor`, whose first axis it is, or
            `config`, the path of a key in config.json.
        calibration: curves from score to probability that are taken until better ones are fitted.
        logit: where the model's own curve from score to probability is found, see `facts`.
        extra, requires: see ModelCard.
    """

    name: str
    title: str
    architectures: tuple[str, ...]
    edges: tuple[Row, ...]
    checkpoints: tuple[Row, ...] = ()
    space: Mapping[str, str] | None = None
    calibration: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    logit: Mapping[str, Any] | None = None
    extra: str = "hub"
    requires: tuple[str, ...] = ("torch", "transformers")

    def cards(self, row: Row) -> Iterator[ModelCard]:
        """Yield the cards of the checkpoint that `row` describes, one for each edge."""
        for edge in self.edges:
            yield self._card(edge, row)

    def _card(self, edge: Row, row: Row) -> ModelCard:
        fields = {**edge, **{key: value for key, value in row.items() if key != "name"}}
        role, dim = fields.pop("role", ""), fields.pop("dim", 0)
        revision = row.get("revision", "")
        version = revision[:7] if len(revision) == 40 else revision or "main"
        name = row["name"]
        if fields["edge"] in ("encoder", "decoder"):
            fields["space"] = {"name": name, "version": version, "dim": dim}
            fields.pop("lanes", None)
            known = row.get("calibration", {})
            fields["calibration"] = {**self.calibration, **known}
            assumed = [pair for pair in self.calibration if pair not in known]
            if assumed:
                note = f"probabilities of {', '.join(assumed)} are assumed, not fitted"
                fields["limits"] = [*row.get("limits", ()), note]
        return ModelCard.from_json(
            {
                "tier": "hub",
                "extra": self.extra,
                "requires": self.requires,
                "summary": f"{self.title}: {name}",
                **fields,
                "options": {**edge.get("options", {}), **row.get("options", {})},
                "name": f"{name}:{role}" if role else name,
                "version": version,
                "checkpoint": name,
            }
        )

    @classmethod
    def from_json(cls, name: str, row: Row) -> Family:
        """Return the family that `row` (parsed JSON) describes."""
        lists = ("architectures", "edges", "checkpoints", "requires")
        values: dict[str, Any] = {k: tuple(v) if k in lists else v for k, v in row.items()}
        return cls(name, **values)


@cache
def families() -> tuple[Family, ...]:
    """Return all families, by name."""
    folder = files(__package__) / "hub"
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return tuple(
        Family.from_json(entry.name.removesuffix(SUFFIX), json.loads(entry.read_text("utf-8")))
        for entry in entries
        if entry.name.endswith(SUFFIX)
    )


def known() -> Iterator[ModelCard]:
    """Yield the cards of all checkpoints that the catalogue recommends."""
    for family in families():
        for row in family.checkpoints:
            yield from family.cards(row)


def known_row(name: str) -> Row:
    """Return what the catalogue knows of the checkpoint `name`; {} for nothing."""
    rows = (row for family in families() for row in family.checkpoints)
    return next((row for row in rows if row["name"] == name), {})


def family_of(architectures: Sequence[str], *, name: str) -> Family:
    """Return the family that runs the checkpoint `name`, which is one of `architectures`.

    Raises:
        MissingModel: there is none.
    """
    for architecture in architectures:
        for family in families():
            if architecture in family.architectures:
                return family
    titles = ", ".join(family.title for family in families())
    raise MissingModel(
        f"{name} is of the architecture {' or '.join(architectures) or 'unknown'},"
        " which nothing here runs",
        cure=f"These run: {titles}.",
    )
