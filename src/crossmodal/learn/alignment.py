"""From pairs of things, or of features, to a shared space that can be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from ..card import ModelCard
from ..contracts import Encoder
from ..errors import InputError
from ..modality import Modality
from . import space_cards, spaces
from .aligning import Learned, learn
from .encoding import Report, Unused, encode_side, join
from .methods import check_method
from .pairs_table import ThingPairs
from .sides import Sides
from .views import check_views


@dataclass(frozen=True, slots=True)
class Plan:
    """How to align.

    Attributes:
        method: see `methods.METHODS`.
        lock: the side that stays in its encoder's space: 0, 1, or its modality; None for neither.
        held_out: share of the pairs that are measured by and not learned from.
        seed: decides which those are, and whatever the method draws.

    Raises:
        InputError: there is no such method, or it cannot lock a side.
    """

    method: str = "cca"
    lock: int | str | None = None
    held_out: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        check_method(self.method, locking=self.lock is not None)

    def side(self, kinds: tuple[str, str]) -> int | None:
        """Return the number of the locked side, whose names are `kinds`.

        Raises:
            InputError: there is no such side.
        """
        if self.lock is None or self.lock in (0, 1):
            return self.lock if self.lock is None else int(self.lock)
        if self.lock not in kinds:
            raise InputError(
                f"There is no side {self.lock!r} to lock", cure=f"Lock {kinds[0]} or {kinds[1]}."
            )
        return kinds.index(str(self.lock))


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """A learned space, and what it was learned from.

    Attributes:
        learned: the fitted aligner, and its recall on held-out pairs.
        sides: what the two sides are, such as "image" and "text".
        lock: the side that stays in its encoder's space.
        encoders: of both sides; () for features.
        unused: things that could not be used.
        space: the name it was saved under; "" where it was not.
        folder: where it was saved.
    """

    learned: Learned
    sides: tuple[str, str]
    lock: int | None = None
    encoders: tuple[Encoder, ...] = ()
    unused: tuple[Unused, ...] = ()
    space: str = ""
    folder: Path | None = field(default=None)

    def save(
        self,
        name: str,
        *,
        source: str = "pairs",
        others: Mapping[Modality, ModelCard] | None = None,
        replace_old: bool = False,
    ) -> Alignment:
        """Return it as saved under `name`, see `spaces.save`.

        Args:
            source: what the pairs came from, for the models' cards.
            others: the models that encode each modality by default.
        """
        if self.encoders:
            saved = space_cards.of_encoders(
                name, self.learned, self.encoders, lock=self.lock, others=others or {},
                source=source,
            )  # fmt: skip
        else:
            saved = space_cards.of_features(name, self.learned, self.sides)
        folder = spaces.save(saved, self.learned.estimator, replace_old=replace_old)
        return replace(self, space=name, folder=folder)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values that `json.dumps` takes."""
        return {
            **space_cards.report(self.learned, self.sides),
            "space": self.space,
            "folder": str(self.folder) if self.folder else None,
            "unused": [{"path": one.name, "problem": one.error} for one in self.unused],
        }


def align_features(left: ArrayLike, right: ArrayLike, plan: Plan) -> Alignment:
    """Align two matrices of features whose rows belong together; equal rows are one thing.

    Raises:
        InputError: they do not fit each other, or cannot be learned from.
    """
    views = check_views([left, right])
    sides = ("left", "right")
    lock = plan.side(sides)
    learned = learn(
        Sides.of_rows(views[0], views[1]),
        method=plan.method,
        lock=lock,
        held_out=plan.held_out,
        seed=plan.seed,
    )
    return Alignment(learned, sides, lock)


def align_media(
    things: ThingPairs,
    encoders: Callable[[Modality], Encoder],
    plan: Plan,
    *,
    workers: int = 1,
    report: Report | None = None,
) -> Alignment:
    """Align things through the encoders of their modalities.

    Raises:
        InputError: none can be used, or they cannot be learned from.
    """
    one, other = (
        encode_side(side, encoders, workers=workers, report=report)
        for side in (things.left, things.right)
    )
    kinds = (str(one.encoder.card.source), str(other.encoder.card.source))
    lock = plan.side(kinds)
    learned = learn(
        join(one, other, things.pairs),
        method=plan.method,
        lock=lock,
        held_out=plan.held_out,
        seed=plan.seed,
    )
    return Alignment(
        learned, kinds, lock, (one.encoder, other.encoder), (*one.unused, *other.unused)
    )
