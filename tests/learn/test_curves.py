from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from crossmodal.errors import InputError
from crossmodal.learn.curves import fit_curve, fit_soft_curve, match_scores
from crossmodal.learn.held_out import Pairs


def test_agrees_with_logistic_regression() -> None:
    random = np.random.default_rng(0)
    matches, others = random.normal(0.5, 0.15, 2000), random.normal(0.1, 0.15, 9000)
    curve = fit_curve(matches, others)
    labels = np.repeat([1, 0], [2000, 9000])
    reference = LogisticRegression(C=1e9, class_weight="balanced").fit(
        np.concatenate([matches, others])[:, None], labels
    )
    assert curve.scale == pytest.approx(reference.coef_[0, 0], rel=0.02)
    assert curve.bias == pytest.approx(reference.intercept_[0], rel=0.02)


def test_kinds_that_do_not_overlap_have_a_finite_curve() -> None:
    curve = fit_curve(np.full(50, 0.9), np.full(500, 0.1))
    assert np.isfinite([curve.scale, curve.bias]).all()
    assert curve.probability(0.9) > 0.95
    assert curve.probability(0.1) < 0.05


def test_scores_that_say_nothing_give_even_odds() -> None:
    curve = fit_curve(np.full(50, 0.5), np.full(50, 0.5))
    assert curve.probability(0.5) == pytest.approx(0.5, abs=0.01)


def test_a_curve_is_found_again_from_its_own_probabilities() -> None:
    scores = np.linspace(-1, 1, 200)
    targets = 1 / (1 + np.exp(-(6 * scores - 2)))
    curve = fit_soft_curve(scores, targets, np.ones(200))
    assert (curve.scale, curve.bias) == (pytest.approx(6, rel=1e-3), pytest.approx(-2, rel=1e-3))


def test_match_scores_leave_right_answers_out() -> None:
    pairs, _, _ = Pairs.of([0, 0, 1, 2], [0, 1, 1, 2])
    matches, others = match_scores(np.eye(3), np.eye(3), pairs)
    assert matches.tolist() == [1, 0, 1, 1]
    assert set(others.tolist()) == {0}  # the ones stand on the diagonal, which is all right
    with pytest.raises(InputError, match="no scores of one kind"):
        fit_curve(matches, matches[:0])
