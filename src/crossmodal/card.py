"""Model cards: a model is a row of frozen data.

Everything that a user wants to know before using a model stands on its card: what it connects,
what it may be used for, what it weighs, how good it was measured to be and what it learned from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from .calibration import LABEL, Calibration, pair_name
from .errors import InputError
from .lane import Lane
from .modality import Modality
from .space import Space


class Edge(StrEnum):
    """The five kinds of edge in the graph of modalities and spaces."""

    ENCODER = "encoder"
    DECODER = "decoder"
    TRANSLATOR = "translator"
    ALIGNER = "aligner"
    INDEX = "index"


class Tier(StrEnum):
    """Where a model's weights come from."""

    POCKET = "pocket"  # shipped inside this package
    ENGINE = "engine"  # inside another package
    HUB = "hub"  # pulled from a model hub
    LEARNED = "learned"  # on this machine, from the user's own pairs
    PLUGIN = "plugin"  # brought by another package's entry point


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quality, with what is needed to judge it.

    Attributes:
        task: what was measured on what, such as "text → image R@10, Flickr8k test".
        value: the figure, in `unit`.
        low, high: 95 % bootstrap interval, where there is one.
        chance: what guessing reaches.
        reference: a published figure for the same task, and where it was published.
    """

    task: str
    value: float
    unit: str = "%"
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model is, costs and can.

    Attributes:
        name, version: together the model's identity; `id` is "name@version".
        edge: which kind of edge it is.
        source, target: modality it takes and gives; None at the side where a space stands.
        lanes: what it keeps of what it is given.
        space: the space it leads into or out of; None for translators.
        source_space: the space that an aligner leads out of; None for all others.
        tier: where its weights come from.
        licence: SPDX expression or a plain sentence.
        commercial: whether the licence, and that of the data it learned from, allow commercial use.
        loader: "module:function" that takes the card, then the models of `parts` in order, and
            returns the model.
        parts: names of the models that this one is put together from.
        files: weights by role, as file names inside the model's folder.
        size: bytes of all its files.
        sha256: of each file, by its name.
        extra: the optional dependency it needs ("" for none).
        calibration: by pair of modalities, see `calibration.pair_name`.
        options: what the loader needs beyond the files (input side, longest text).
        requires: modules that must be importable; `extra` brings them.
        fidelity: share of what it is given that comes through, in (0, 1], as measured; routes
            are chosen by it.
        seconds: what one medium takes on one core, as measured.
        loses: what does not come through, in words; "" for what its kind of edge usually loses.
        checkpoint: the hub's name of the weights it runs on, "org/name"; "" for none. The loader
            of such a model takes the opened checkpoint right after the card.
        revision: the commit, branch or tag of `checkpoint` that is meant.
    """

    name: str
    version: str
    edge: Edge
    summary: str
    loader: str
    parts: tuple[str, ...] = ()
    source: Modality | None = None
    target: Modality | None = None
    lanes: tuple[Lane, ...] = (Lane.MEANING,)
    space: Space | None = None
    source_space: Space | None = None
    tier: Tier = Tier.PLUGIN
    licence: str = ""
    commercial: bool = True
    files: Mapping[str, str] = field(default_factory=dict)
    size: int = 0
    sha256: Mapping[str, str] = field(default_factory=dict)
    extra: str = ""
    parameters: int = 0
    quality: tuple[Figure, ...] = ()
    cost: tuple[Figure, ...] = ()
    data: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    calibration: Mapping[str, Calibration] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    fidelity: float = 1.0
    seconds: float = 0.0
    loses: str = ""
    checkpoint: str = ""
    revision: str = ""

    @property
    def id(self) -> str:
        return f"{self.name}@{self.version}"

    def calibration_with(self, modality: Modality) -> Calibration:
        """Return the curve from score to probability for this model's media against `modality`.

        Raises:
            InputError: the card holds none for that pair.
        """
        pair = pair_name(self.source or self.target or "", modality)
        if pair not in self.calibration:
            raise InputError(
                f"{self.id} has no calibration for {pair}",
                cure="Use a model whose card has one: crossmodal models show NAME",
            )
        return self.calibration[pair]

    def label_curve(self) -> Calibration:
        """Return the curve whose scale weighs classes against each other, by their words.

        Where the card has none for classes, the one for texts holds.

        Raises:
            InputError: the card holds neither.
        """
        own = self.calibration.get(pair_name(self.source or "", LABEL))
        return own or self.calibration_with(Modality.TEXT)

    def to_json(self) -> dict[str, Any]:
        """Return the card as plain values that `json.dumps` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> ModelCard:
        """Return the card that `row` (parsed JSON, as `to_json` writes it) describes.

        Raises:
            TypeError, ValueError: a field is unknown, missing or of a wrong kind.
        """
        values = dict(row)
        values["edge"] = Edge(values["edge"])
        values["tier"] = Tier(values.get("tier", Tier.PLUGIN))
        for side in ("source", "target"):
            if values.get(side) is not None:
                values[side] = Modality(values[side])
        for name in ("space", "source_space"):
            if values.get(name) is not None:
                values[name] = Space(**values[name])
        values["lanes"] = tuple(Lane(lane) for lane in values.get("lanes", (Lane.MEANING,)))
        for name in ("quality", "cost"):
            values[name] = tuple(Figure(**figure) for figure in values.get(name, ()))
        for name in ("data", "limits", "requires", "parts"):
            values[name] = tuple(values.get(name, ()))
        pairs = values.get("calibration", {})
        values["calibration"] = {pair: Calibration(**curve) for pair, curve in pairs.items()}
        return cls(**values)
