"""From vectors of pairs to a measured shared space.

Some pairs are held out for the figures and the calibration, and are never learned from. What a
method chooses by (ridge, dimension, when to stop) it sets aside from the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..calibration import Calibration
from ..errors import InputError
from .curves import fit_curve, fit_soft_curve, match_scores
from .estimator import Estimator
from .held_out import Floats, Recall, measured, ranks, split, unit
from .methods import METHODS, check_method
from .sides import Sides

KS = (1, 5, 10)
LEAST_MEASURED, LEAST_LEARNED = 2, 4
"""Groups of pairs: two to tell matches from others, four to choose by one and learn from three."""
MOST_ALIKE = 300
"""Things whose likeness to each other calibrates a modality against itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A shared space, and how well held-out things find each other in it.

    Attributes:
        estimator: the fitted aligner; its view 0 is the left side.
        forth, back: recall from left to right and from right to left, at KS.
        learned_from, held_out: pairs.
        curve: calibrates left against right.
        test: the held-out sides, in their own spaces.
    """

    method: str
    estimator: Estimator
    forth: tuple[Recall, ...]
    back: tuple[Recall, ...]
    learned_from: int
    held_out: int
    curve: Calibration
    test: Sides

    def mapped(self, which: int) -> Floats:
        """Return the held-out things of one side in the shared space, at length 1."""
        values = (self.test.left, self.test.right)[which]
        return unit(self.estimator.transform(values, which))

    def curve_alike(self, which: int, known: Calibration) -> Calibration:
        """Return the curve for two things of one side.

        No pairs say which photos are of one kind. The side's own encoder does: the curve is the
        one by which the new space agrees best with what `known` makes of the old one.
        """
        old = unit((self.test.left, self.test.right)[which][:MOST_ALIKE])
        new = self.mapped(which)[:MOST_ALIKE]
        targets = known.probability((old @ old.T).ravel())
        weights = targets / targets.sum() + (1 - targets) / max((1 - targets).sum(), 1e-9)
        return fit_soft_curve((new @ new.T).ravel(), targets, weights)


def learn(
    sides: Sides,
    *,
    method: str = "cca",
    lock: int | None = None,
    held_out: float = 0.1,
    seed: int = 0,
) -> Learned:
    """Return the shared space of two kinds of things, measured on held-out pairs.

    Args:
        method: one of METHODS.
        lock: the side (0 or 1) whose vectors stay as they are; the other is led into its space.
        held_out: share of the pairs that figures and calibration come from.
        seed: decides which pairs are held out, and whatever the method draws.

    Raises:
        InputError: the method is unknown or cannot lock, or the pairs cannot be learned from.
    """
    check_method(method, locking=lock is not None)
    out, groups = split(sides.pairs, share=held_out, seed=seed)
    _check_enough(groups, held_out)
    rest, test = sides.only(~out), sides.only(out)
    estimator = METHODS[method](rest, seed, lock)
    one, other = estimator.transform(test.left, 0), estimator.transform(test.right, 1)
    there, back = test.pairs, test.pairs.turned
    forth_ranks, back_ranks = ranks(one, other, there), ranks(other, one, back)
    return Learned(
        method=method,
        estimator=estimator,
        forth=tuple(measured(forth_ranks, k, pairs=there, candidates=len(other)) for k in KS),
        back=tuple(measured(back_ranks, k, pairs=back, candidates=len(one)) for k in KS),
        learned_from=len(rest.pairs),
        held_out=len(test.pairs),
        curve=fit_curve(*match_scores(one, other, test.pairs)),
        test=test,
    )


def _check_enough(groups: int, share: float) -> None:
    """Refuse fewer groups of pairs than it takes to learn from, to choose by and to measure by."""
    measured_by = round(share * groups)
    if measured_by < LEAST_MEASURED or groups - measured_by < LEAST_LEARNED:
        needed = math.ceil(max(LEAST_MEASURED / share, LEAST_LEARNED / (1 - share)))
        raise InputError(
            f"{groups} different pairs came, of which {share:.0%} are held out: too few to learn "
            "from and to measure by",
            cure=f"Pass at least {needed}.",
        )
