from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, ndcg_score

from crossmodal.errors import InputError
from crossmodal.metrics import retrieval

# Three queries, four candidates; worked out by hand below.
SCORES = np.array([[0.9, 0.1, 0.5, 0.3], [0.2, 0.2, 0.8, 0.1], [0.4, 0.4, 0.4, 0.4]])
RIGHT = np.array([[1, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]], bool)


def test_first_ranks_by_hand() -> None:
    # first; behind 0.8 and the tied 0.2; behind all that tie
    assert retrieval.first_ranks(SCORES, RIGHT).tolist() == [0, 2, 3]


def test_recall_and_median_by_hand() -> None:
    ranks = np.array([0, 2, 3])
    assert retrieval.recall_at(ranks, 1).tolist() == [1, 0, 0]
    assert retrieval.recall_at(ranks, 3).tolist() == [1, 1, 0]
    assert retrieval.median_rank(ranks) == 3


def test_average_precision_by_hand() -> None:
    # places 1 and 3: (1/1 + 2/3) / 2; place 3 with its tie: 1/3; place 4: 1/4
    found = retrieval.average_precision(SCORES, RIGHT)
    np.testing.assert_allclose(found, [5 / 6, 1 / 3, 1 / 4])


def test_vectors_in_blocks_agree_with_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    pictures, texts = random.normal(size=(20, 8)), random.normal(size=(60, 8))
    groups = np.repeat(np.arange(20), 3)
    right = groups[:, None] == np.arange(20)
    expected = retrieval.first_ranks(texts @ pictures.T, right)
    monkeypatch.setattr(retrieval, "BLOCK", 7)
    found = retrieval.ranks(texts, pictures, query_groups=groups)
    np.testing.assert_array_equal(found, expected)
    back = retrieval.ranks(pictures, texts, candidate_groups=groups)
    np.testing.assert_array_equal(back, retrieval.first_ranks(pictures @ texts.T, right.T))
    assert len(retrieval.ranks(pictures[:0], texts)) == 0


def test_against_scikit_learn() -> None:
    random = np.random.default_rng(3)
    scores = random.integers(0, 6, (50, 30)).astype(float)  # with many ties
    right = random.random((50, 30)) < 0.2
    right[:, 0] = True
    expected = [average_precision_score(*row) for row in zip(right, scores, strict=True)]
    np.testing.assert_allclose(retrieval.average_precision(scores, right), expected)
    gains = random.integers(0, 4, (50, 30)) + right
    for k in (None, 5):
        ours = retrieval.ndcg(scores, gains, k=k).mean()
        assert ours == pytest.approx(ndcg_score(gains, scores, k=k))


def test_ndcg_by_hand() -> None:
    found = retrieval.ndcg(np.array([[3.0, 2, 1]]), np.array([[0.0, 1, 1]]))
    assert found[0] == pytest.approx((1 / np.log2(3) + 1 / 2) / (1 + 1 / np.log2(3)))


@pytest.mark.parametrize(("candidates", "right"), [(20, 1), (20, 5), (7, 7)])
def test_chance_is_what_random_orders_reach(candidates: int, right: int) -> None:
    random = np.random.default_rng(4)
    scores = random.random((20_000, candidates))
    answers = np.zeros(scores.shape, bool)
    answers[:, :right] = True
    ranks = retrieval.first_ranks(scores, answers)
    expected = retrieval.chance_recall(candidates=candidates, right=right, k=3)
    assert retrieval.recall_at(ranks, 3).mean() == pytest.approx(expected, abs=0.01)
    median = retrieval.chance_median_rank(candidates=candidates, right=right)
    assert retrieval.median_rank(ranks) == pytest.approx(median, abs=1)
    precision = retrieval.chance_average_precision(candidates=candidates, right=right)
    found = retrieval.average_precision(scores[:4000], answers[:4000]).mean()
    assert found == pytest.approx(precision, abs=0.01)


def test_a_model_without_opinion_finds_nothing() -> None:
    ranks = retrieval.first_ranks(np.zeros((4, 50)), np.eye(4, 50, dtype=bool))
    assert retrieval.recall_at(ranks, 10).sum() == 0


def test_what_cannot_be_measured() -> None:
    with pytest.raises(InputError, match="do not fit"):
        retrieval.first_ranks(SCORES, RIGHT[:2])
    with pytest.raises(InputError, match="no right candidate"):
        retrieval.first_ranks(SCORES, np.zeros_like(RIGHT))
    with pytest.raises(InputError, match="Gains"):
        retrieval.ndcg(SCORES, np.zeros(SCORES.shape))
