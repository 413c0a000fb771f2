from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learn.two_views import views

from crossmodal.learn.cca import CCA
from crossmodal.learn.moments import Moments


def test_equals_numpy() -> None:
    one, other = views(4, 3)
    moments = Moments([4, 3])
    moments.update([one, other])
    whole = np.cov(np.hstack([one, other]), rowvar=False)
    np.testing.assert_allclose(moments.covariance(0, 0), whole[:4, :4])
    np.testing.assert_allclose(moments.covariance(0, 1), whole[:4, 4:])
    np.testing.assert_allclose(moments.covariance(1, 0), whole[4:, :4])
    np.testing.assert_allclose(moments.mean(1), other.mean(axis=0))


@pytest.mark.parametrize("offset", [0.0, 0.5, 3.0, 1e4])
def test_no_digits_are_lost_however_far_off_centre(offset: float) -> None:
    view = 1e-3 * np.random.default_rng(0).normal(size=(5_000, 4)) + 1e-3 * offset
    found = Moments.of([view, view]).covariance(0, 1)
    exact = view.astype(np.longdouble)
    exact -= exact.mean(axis=0)
    exact = exact.T @ exact / (len(view) - 1)
    scale = np.abs(exact).max()
    np.testing.assert_allclose(found, exact.astype(np.float64), rtol=0, atol=1e-14 * scale)


@given(cuts=st.lists(st.integers(1, 299), max_size=6), offset=st.sampled_from([0.0, 1e6]))
@settings(max_examples=40, deadline=None)
def test_batches_of_any_size_say_the_same(cuts: list[int], offset: float) -> None:
    pair = [view + offset for view in views(4, 3, rows=300)]
    whole, parts = Moments([4, 3]), Moments([4, 3])
    whole.update(pair)
    edges = [0, *sorted(cuts), 300]
    for start, stop in pairwise(edges):
        parts.update([view[start:stop] for view in pair])
    for i, j in ((0, 0), (0, 1), (1, 1)):
        np.testing.assert_allclose(parts.covariance(i, j), whole.covariance(i, j), atol=1e-9)


def test_missing_rows_leave_only_their_own_view() -> None:
    one, other = views(4, 3, rows=100)
    one[:30] = np.nan
    other[90:] = np.nan
    moments = Moments([4, 3])
    moments.update([one[:50], other[:50]])
    moments.update([one[50:], other[50:]])
    assert (moments.rows, moments.count(0), moments.count(1)) == (100, 70, 90)
    np.testing.assert_allclose(moments.covariance(0, 0), np.cov(one[30:], rowvar=False))
    np.testing.assert_allclose(moments.mean(1), other[:90].mean(axis=0))
    both = np.cov(np.hstack([one[30:90], other[30:90]]), rowvar=False)
    np.testing.assert_allclose(moments.covariance(0, 1), both[:4, 4:])


def test_memory_depends_on_columns_alone() -> None:
    def peak(batches: int) -> int:
        tracemalloc.start()
        CCA().fit_batches(views(8, 6, rows=5000, seed=seed) for seed in range(batches))
        (_, most) = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20) == pytest.approx(peak(2), rel=0.2)
