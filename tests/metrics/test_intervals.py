from __future__ import annotations

import numpy as np
import pytest

from crossmodal.errors import InputError
from crossmodal.metrics import intervals


def test_the_interval_is_that_of_the_normal_law() -> None:
    values = np.random.default_rng(1).normal(3, 2, 400)
    found = intervals.of_mean(values)
    error = values.std() / 20
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(found.value - 1.96 * error, abs=0.15 * error)
    assert found.high == pytest.approx(found.value + 1.96 * error, abs=0.15 * error)


def test_equal_seeds_draw_equal_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).random(50)
    one, two = intervals.of_mean(values, seed=3), intervals.of_mean(values, seed=3)
    assert one == two
    assert one != intervals.of_mean(values, seed=4)
    monkeypatch.setattr(intervals, "BLOCK", 70)  # a sample at a time
    assert intervals.of_mean(values, seed=3).low == pytest.approx(one.low)


def test_rows_are_drawn_whole() -> None:
    values = np.repeat(np.random.default_rng(2).integers(0, 2, 100), 5).reshape(100, 5)
    whole, alone = intervals.of_mean(values), intervals.of_mean(values.ravel())
    assert whole.high - whole.low > 1.8 * (alone.high - alone.low)


def test_a_rate_is_a_ratio_of_sums() -> None:
    found = intervals.of_ratio([1, 0, 3], [10, 2, 4])
    assert found.value == pytest.approx(4 / 16)
    assert 0 <= found.low < found.value < found.high <= 0.75


def test_any_figure_of_rows() -> None:
    values = np.arange(101.0)
    found = intervals.of_rows(101, lambda rows: float(np.median(values[rows])), resamples=300)
    assert found.value == 50
    assert 30 < found.low < 50 < found.high < 70


def test_coverage() -> None:
    """The interval holds the truth about as often as it says."""
    random = np.random.default_rng(5)
    inside = 0
    for _ in range(200):
        found = intervals.of_mean(random.random(60), resamples=300, level=0.9)
        inside += found.low <= 0.5 <= found.high
    assert 0.83 < inside / 200 < 0.96


def test_nothing_to_measure() -> None:
    for empty in (
        lambda: intervals.of_mean([]),
        lambda: intervals.of_rows(0, lambda rows: 0.0),
        lambda: intervals.of_ratio([], []),
    ):
        with pytest.raises(InputError, match="no items"):
            empty()
    with pytest.raises(InputError, match="nothing to measure against"):
        intervals.of_ratio([1, 2], [0, 0])
