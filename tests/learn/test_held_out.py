from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.errors import InputError
from crossmodal.learn.held_out import Pairs, measured, quality, ranks, split


def test_ranks_worked_by_hand() -> None:
    queries = np.array([[1.0, 0], [0, 1], [1, 1]])
    answers = np.array([[0.0, 2], [3, 0], [1, 1.1]])
    # cosines: [0 1 .67], [1 0 .74], [.71 .71 .999]
    np.testing.assert_array_equal(ranks(queries, answers, Pairs.one_to_one(3)), [2, 2, 0])
    pairs = Pairs(np.array([0, 0, 1, 2]), np.array([1, 2, 0, 1]))
    np.testing.assert_array_equal(ranks(queries, answers, pairs), [0, 0, 2])
    # the tie of the third query counts against it; the other way the third answer comes third
    assert quality(queries, answers, pairs) == pytest.approx(100 * (1 + 1 + 1 / 3) / 3)


def test_what_tells_nothing_apart_finds_nothing() -> None:
    same = np.ones((11, 3))
    assert ranks(same, same, Pairs.one_to_one(11)).tolist() == [10] * 11
    assert ranks(np.zeros((11, 3)), same, Pairs.one_to_one(11)).tolist() == [10] * 11


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_ranks_by_counting(seed: int) -> None:
    random = np.random.default_rng(seed)
    left, right = random.integers(0, 6, 30), random.integers(0, 9, 30)
    pairs, first, second = Pairs.of(left.tolist(), right.tolist())
    one, other = random.normal(size=(len(first), 4)), random.normal(size=(len(second), 4))
    found = ranks(one, other, pairs)
    for number, query in enumerate(one):
        scores = other @ query / np.linalg.norm(other, axis=1)
        mine = set(pairs.right[pairs.left == number].tolist())
        order = np.argsort(-scores).tolist()
        assert found[number] == min(order.index(answer) for answer in mine)


def test_pairs_see_equal_things_as_one() -> None:
    pairs, left, right = Pairs.of(["a", "a", "b", "a"], ["x", "y", "x", "x"])
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == [
        (0, 0), (0, 1), (1, 0),
    ]  # fmt: skip
    assert (left, right) == ([0, 2], [0, 1])
    assert pairs.turned.left.tolist() == [0, 0, 1]
    assert pairs.turned.right.tolist() == [0, 1, 0]


def test_recall_with_interval_and_chance() -> None:
    found = np.array([0] * 30 + [5] * 70)
    figure = measured(found, 3, pairs=Pairs.one_to_one(100), candidates=100)
    assert figure.value == pytest.approx(30)
    assert 15 < figure.low < 30 < figure.high < 45
    assert figure.chance == pytest.approx(3)
    five = Pairs(np.repeat(np.arange(2), 5), np.arange(10))
    # 1 - (5 · 4) / (10 · 9): of ten answers five are right, two are drawn
    assert measured(np.zeros(2, int), 2, pairs=five, candidates=10).chance == pytest.approx(700 / 9)


@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.3, 0.5]))
@settings(max_examples=30, deadline=None)
def test_split_keeps_what_hangs_together(seed: int, share: float) -> None:
    random = np.random.default_rng(seed)
    photos = np.repeat(np.arange(20), 3)
    captions = np.where(random.random(60) < 0.05, 0, np.arange(60))  # some captions come twice
    pairs, _, _ = Pairs.of(photos.tolist(), captions.tolist())
    out, count = split(pairs, share=share, seed=seed)
    assert out.any()
    assert not out.all()
    assert not set(pairs.left[out]) & set(pairs.left[~out])
    if count < 20:  # some photos hang together by a caption
        assert not set(pairs.right[out]) & set(pairs.right[~out])


def test_split_of_few_words_for_many_photos() -> None:
    pairs, _, _ = Pairs.of(list(range(100)), ["cat", "dog"] * 50)
    for seen in (pairs, pairs.turned):
        out, count = split(seen, share=0.2)
        assert (count, out.sum()) == (100, 20)
        assert {len(set(side[out])) for side in (seen.left, seen.right)} == {2, 20}


def test_split_refuses_what_cannot_be_split() -> None:
    with pytest.raises(InputError, match="hang together"):
        split(Pairs.one_to_one(1), share=0.5)
    with pytest.raises(InputError, match="held-out share is 1"):
        split(Pairs.one_to_one(9), share=1)
