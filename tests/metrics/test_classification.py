from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import balanced_accuracy_score, top_k_accuracy_score

from crossmodal.metrics import classification as metrics

SCORES = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.2, 0.5, 0.3], [0.1, 0.8, 0.1]])
LABELS = np.array([0, 1, 2, 0])


def test_top_k_by_hand() -> None:
    assert metrics.top_k(SCORES, LABELS).tolist() == [1, 1, 0, 0]
    assert metrics.top_k(SCORES, LABELS, 2).tolist() == [1, 1, 1, 0]  # the last one ties, and loses


def test_mean_per_class_by_hand() -> None:
    assert metrics.mean_per_class(np.array([1.0, 1, 0, 0]), LABELS) == pytest.approx(1.5 / 3)


def test_calibration_by_hand() -> None:
    # bins: 0.05 says 0.05 and is 0; 0.85 and 0.87 say 0.86 and are right once
    error = metrics.calibration_error(np.array([0.05, 0.85, 0.87]), np.array([0, 1, 0]))
    assert error == pytest.approx((0.05 + abs(0.85 + 0.87 - 1)) / 3)
    sure = metrics.calibration_error(np.array([1.0, 1.0]), np.array([1, 0]))
    assert sure == pytest.approx(0.5)


def test_weights_count() -> None:
    weights = np.array([3.0, 1])
    found = metrics.calibration_error(np.array([0.2, 0.9]), np.array([0, 1]), weights=weights)
    assert found == pytest.approx((3 * 0.2 + 0.1) / 4)


def test_against_scikit_learn() -> None:
    random = np.random.default_rng(0)
    scores, labels = random.random((300, 7)), random.integers(0, 7, 300)
    for k in (1, 3):
        found = metrics.top_k(scores, labels, k).mean()
        assert found == pytest.approx(top_k_accuracy_score(labels, scores, k=k))
    correct = metrics.top_k(scores, labels)
    expected = balanced_accuracy_score(labels, scores.argmax(1))
    assert metrics.mean_per_class(correct, labels) == pytest.approx(expected)
    odds = random.random(2000)
    happened = (random.random(2000) < odds**2).astype(float)
    share, said = calibration_curve(happened, odds, n_bins=10)
    sizes = np.bincount((odds * 10).astype(int), minlength=10)
    expected = float((sizes * abs(share - said)).sum() / 2000)
    assert metrics.calibration_error(odds, happened) == pytest.approx(expected)
