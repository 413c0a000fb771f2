from __future__ import annotations

import numpy as np
import pytest

from crossmodal.metrics import spaces

ONE = np.array([[1.0, 0], [0, 1]])


def test_gap_by_hand() -> None:
    # means (1/2, 1/2) and (-1/2, 1/2)
    assert spaces.modality_gap(ONE, np.array([[-1.0, 0], [0, 1]])) == pytest.approx(1)
    assert spaces.modality_gap(ONE, ONE[::-1]) == 0


def test_total_correlation_against_numpy() -> None:
    random = np.random.default_rng(0)
    first = random.normal(size=(50, 4))
    second = first + random.normal(size=(50, 4))
    expected = sum(np.corrcoef(first[:, k], second[:, k])[0, 1] for k in range(4))
    assert spaces.total_correlation(first, second) == pytest.approx(expected)
    first[:, 1] = 7  # constant
    expected -= np.corrcoef(second[:, 1], (second - 0)[:, 1])[0, 1] * 0
    less = spaces.total_correlation(first, second)
    rest = [k for k in range(4) if k != 1]
    assert less == pytest.approx(sum(np.corrcoef(first[:, k], second[:, k])[0, 1] for k in rest))


def test_uniformity_by_hand() -> None:
    assert spaces.uniformity(np.array([[1.0, 0], [1, 0], [1, 0]])) == pytest.approx(0)
    assert spaces.uniformity(np.array([[1.0, 0], [-1, 0]])) == pytest.approx(-8)  # 2 * 4


def test_round_trip() -> None:
    start = np.eye(3)
    cosines, ranks = spaces.round_trip(start, start[[0, 2, 1]])
    assert cosines.tolist() == [1, 0, 0]
    assert ranks.tolist() == [0, 2, 2]
