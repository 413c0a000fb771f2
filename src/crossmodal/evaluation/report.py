"""Reports: what was measured, on what, by what, and how to get the same figures again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..card import Figure
from ..metrics import intervals


@dataclass(frozen=True, slots=True)
class Draws:
    """How bootstrap samples are drawn: equal draws make equal intervals."""

    seed: int = 0
    resamples: int = intervals.RESAMPLES

    def mean(self, values: Any) -> intervals.Interval:
        """See `intervals.of_mean`."""
        return intervals.of_mean(values, seed=self.seed, resamples=self.resamples)

    def ratio(self, parts: Any, wholes: Any) -> intervals.Interval:
        """See `intervals.of_ratio`."""
        return intervals.of_ratio(parts, wholes, seed=self.seed, resamples=self.resamples)

    def totals(self, counts: Any, combine: Callable[[Any], Any]) -> intervals.Interval:
        """See `intervals.of_totals`."""
        return intervals.of_totals(counts, combine, seed=self.seed, resamples=self.resamples)

    def rows(self, count: int, figure: Callable[[Any], float]) -> intervals.Interval:
        """See `intervals.of_rows`."""
        return intervals.of_rows(count, figure, seed=self.seed, resamples=self.resamples)


def figure(
    task: str, found: intervals.Interval, *, unit: str = "%", chance: float | None = None
) -> Figure:
    """Return `found` as a figure; shares become percent, and `chance` with them."""
    factor = 100 if unit == "%" else 1
    return Figure(
        task,
        value=factor * found.value,
        unit=unit,
        low=factor * found.low,
        high=factor * found.high,
        chance=None if chance is None else factor * chance,
    )


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one task, and all that is needed to reproduce them.

    Attributes:
        task, protocol: what was measured, and by which rules.
        models: name@version and the hash of each file, by name@version.
        data, sha256: the data's file, and its hash.
        rows: how many rows of it were used.
        seed, resamples: of the bootstrap.
        figures: what was found.
        notes: what else is good to know.
    """

    task: str
    protocol: str
    models: Mapping[str, Mapping[str, str]]
    data: str
    sha256: str
    rows: int
    seed: int
    resamples: int
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values that `json.dumps` takes."""
        return asdict(self)

    def value(self, task: str) -> float:
        """Return the value of the figure called `task`.

        Raises:
            KeyError: there is none.
        """
        return {figure.task: figure.value for figure in self.figures}[task]
