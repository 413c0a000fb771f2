from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from crossmodal.calibration import Calibration
from crossmodal.learn import heads

CURVE = Calibration(10.0, -5.0)


def unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def made(classes: int = 6, shots: int = 8, *, noise: float = 1.2) -> tuple[np.ndarray, ...]:
    """Examples, their labels, words that point roughly to each class, and test vectors."""
    random = np.random.default_rng(0)
    means = random.normal(size=(classes, 32))
    words = unit(means + 2.5 * random.normal(size=means.shape))
    labels, tests = np.repeat(np.arange(classes), shots), np.repeat(np.arange(classes), 50)
    draw = lambda rows: unit(means[rows] + noise * random.normal(size=(len(rows), 32)))  # noqa: E731
    return draw(labels), labels, words, draw(tests), tests


def accuracy(head: heads.Head, vectors: np.ndarray, labels: np.ndarray) -> float:
    return float((head.scores(vectors).argmax(axis=1) == labels).mean())


def test_prototypes_by_hand() -> None:
    vectors = np.array([[1.0, 0], [0, 1], [-1, 0]])
    head = heads.prototypes(vectors, np.array([0, 0, 1]), classes=2, curve=CURVE)
    scores = head.scores(np.array([[1.0, 0]]))
    np.testing.assert_allclose(scores, [[10 * 0.5**0.5 - 5, -15]])


def test_the_probe_is_scikit_learns() -> None:
    vectors, labels, _, tests, _ = made()
    ours = heads.probe(vectors, labels, classes=6, strength=5.0).scores(tests)
    theirs = LogisticRegression(C=5.0, tol=1e-10, max_iter=5000).fit(vectors, labels)
    expected = theirs.decision_function(tests)
    level = lambda scores: scores - scores.mean(axis=1, keepdims=True)  # noqa: E731
    np.testing.assert_allclose(level(ours), level(expected), atol=0.01 * abs(expected).max())


def test_tip_adapter_by_hand() -> None:
    words, keys = np.eye(2), np.array([[0.6, 0.8]])
    head = heads.Head(10 * words, np.zeros(2), keys, np.array([1]), alpha=2.0, beta=3.0)
    found = head.scores(np.array([[1.0, 0]]))
    np.testing.assert_allclose(found, [[10, 2 * np.exp(-3 * 0.4)]])


def test_one_example_takes_the_papers_values() -> None:
    head = heads.tip_adapter(np.eye(3), np.arange(3), words=np.eye(3), curve=CURVE)
    assert (head.alpha, head.beta) == heads.CACHE


def test_examples_help_words_and_words_help_examples() -> None:
    vectors, labels, words, tests, wanted = made(shots=3)
    alone = heads.Head(words, np.zeros(6), np.zeros((0, 32)), np.zeros(0, np.int64))
    words_alone = accuracy(alone, tests, wanted)
    mixed = accuracy(heads.tip_adapter(vectors, labels, words=words, curve=CURVE), tests, wanted)
    assert mixed > words_alone + 0.05
    tuned = heads.tuned_tip_adapter(vectors, labels, words=words, curve=CURVE)
    assert accuracy(tuned, tests, wanted) > words_alone + 0.05
    assert not np.allclose(tuned.keys, vectors)


def test_tuning_lowers_what_it_minimises() -> None:
    vectors, labels, words, _, _ = made()
    losses = []
    for learn in (heads.tip_adapter, heads.tuned_tip_adapter):
        head = learn(vectors, labels, words=words, curve=CURVE)
        affinity = np.exp(-head.beta * (1 - vectors @ head.keys.T))
        np.fill_diagonal(affinity, 0)  # each without its own key
        scores = vectors @ head.weights.T + head.alpha * heads.by_class(affinity, labels, 6)
        losses.append(heads.cross_entropy(scores, labels))
    assert losses[1] < losses[0]


def test_held_out_scores_never_saw_their_example() -> None:
    """A head that knows its own examples by heart says nothing of the others."""
    vectors, labels = np.eye(8), np.repeat(np.arange(4), 2)

    def by_heart(seen: np.ndarray, classes: np.ndarray) -> heads.Head:
        return heads.Head(np.zeros((4, 8)), np.zeros(4), seen, classes, alpha=1.0, beta=100.0)

    found = heads.held_out_scores(by_heart, vectors, labels, folds=2)
    np.testing.assert_allclose(found, 0, atol=1e-20)


def test_sums_by_class() -> None:
    found = heads.by_class(np.array([[1.0, 2, 4]]), np.array([1, 0, 1]), 3)
    assert found.tolist() == [[2, 5, 0]]


def test_cross_entropy_by_hand() -> None:
    found = heads.cross_entropy(np.log([[3.0, 1], [1, 1]]), np.array([0, 1]))
    assert found == pytest.approx(-(np.log(0.75) + np.log(0.5)) / 2)
