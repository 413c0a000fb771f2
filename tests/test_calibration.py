from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.calibration import Calibration, pair_name

CURVE = Calibration(scale=10.0, bias=-5.0)


def test_worked_by_hand() -> None:
    assert CURVE.probability(0.5) == pytest.approx(0.5)
    assert CURVE.probability(0.5, prior=0.01) == pytest.approx(0.01)
    assert CURVE.probability(1.0) == pytest.approx(1 / (1 + np.exp(-5)))
    # odds e^5 for a match, 1 to 99 against one beforehand
    assert CURVE.probability(1.0, prior=0.01) == pytest.approx(np.exp(5) / (np.exp(5) + 99))


def test_arrays_keep_their_shape() -> None:
    scores = np.array([[0.0, 0.5], [0.7, 1.0]], np.float32)
    odds = CURVE.probability(scores)
    assert odds.shape == scores.shape
    assert odds[0, 1] == pytest.approx(CURVE.probability(0.5))


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.001, 0.999))
def test_probability_is_ordered_like_scores(first: float, second: float, prior: float) -> None:
    low, high = sorted((first, second))
    assert 0 <= CURVE.probability(low, prior=prior) <= CURVE.probability(high, prior=prior) <= 1


def test_steep_curves_do_not_overflow() -> None:
    steep = Calibration(scale=1e6, bias=0.0)
    assert steep.probability(-1.0) == 0
    assert steep.probability(1.0) == 1


def test_pairs_have_one_name_both_ways() -> None:
    assert pair_name("text", "image") == pair_name("image", "text") == "image-text"
