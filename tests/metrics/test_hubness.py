from __future__ import annotations

import numpy as np
import pytest

from crossmodal.metrics import hubness
from crossmodal.metrics.retrieval import first_ranks, recall_at


def unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=1, keepdims=True)


@pytest.fixture
def views() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pictures, their texts, and other texts as a bank; some pictures are near to all texts."""
    random = np.random.default_rng(0)
    meaning = random.normal(size=(900, 24))
    texts = unit(meaning + 0.7 * random.normal(size=meaning.shape) + 1.5)
    pictures = unit(meaning + 0.7 * random.normal(size=meaning.shape) + random.random((900, 1)) * 2)
    return pictures[:300], texts[:300], texts[300:]


def test_occurrences_by_hand() -> None:
    scores = np.array([[3.0, 2, 1], [3, 1, 2], [3, 2, 1]])
    assert hubness.occurrences(scores, 2).tolist() == [3, 2, 1]
    assert hubness.occurrences(scores, 9).tolist() == [3, 3, 3]


def test_skewness_by_hand() -> None:
    assert hubness.skewness(np.array([4, 4, 4])) == 0
    # of 0, 0, 3: deviations -1, -1, 2; (−1 −1 + 8)/3 over sqrt(2)³
    assert hubness.skewness(np.array([0, 0, 3])) == pytest.approx(2 / 2**1.5)


def test_corrections_by_hand() -> None:
    bank = np.array([[1.0, 0], [0, 1]])
    candidates = np.array([[1.0, 0], [-1, 0]])
    np.testing.assert_allclose(hubness.nearness(candidates, bank, k=1), [1, 0])
    np.testing.assert_allclose(hubness.nearness(candidates, bank, k=5), [0.5, -0.5])
    crowd = hubness.log_crowd(candidates, bank, temperature=0.5)
    np.testing.assert_allclose(crowd[0], 0.5 * np.log((np.exp(2) + 1) / 2))
    scores = np.array([[0.6, 0.5]])
    np.testing.assert_allclose(hubness.inverted_softmax(scores, crowd), scores - crowd)
    local = hubness.csls(scores, np.array([0.2]), np.array([0.4, 0.1]))
    np.testing.assert_allclose(local, [[0.6, 0.7]])
    np.testing.assert_allclose(
        hubness.centred(bank, np.array([1.0, 0])), [[0, 0], [-(0.5**0.5), 0.5**0.5]]
    )


def test_corrections_help_where_there_are_hubs(
    views: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    pictures, texts, bank = views
    plain = texts @ pictures.T
    crowd = hubness.log_crowd(pictures, bank, temperature=0.05)
    local = hubness.csls(plain, hubness.nearness(texts, pictures), hubness.nearness(pictures, bank))
    right = np.eye(300, dtype=bool)
    before = recall_at(first_ranks(plain, right), 10).mean()
    for better in (hubness.inverted_softmax(plain, crowd), local):
        assert recall_at(first_ranks(better, right), 10).mean() > before + 0.05
        assert hubness.skewness(hubness.occurrences(better)) < hubness.skewness(
            hubness.occurrences(plain)
        )


def test_no_overflow() -> None:
    one = np.array([[1.0, 0]])
    crowd = hubness.log_crowd(one, np.array([[1.0, 0], [-1, 0]]), temperature=1e-4)
    assert crowd[0] == pytest.approx(1, abs=1e-3)
