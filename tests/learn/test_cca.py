from __future__ import annotations

import numpy as np
import pytest
from cca_zoo import linear as reference_package
from hypothesis import given, settings
from hypothesis import strategies as st
from learn.two_views import Matrix, column_correlations, views

from crossmodal.errors import InputError
from crossmodal.learn.cca import CCA


def variates(model: CCA, pair: list[Matrix]) -> list[Matrix]:
    return [model.transform(view, which) for which, view in enumerate(pair)]


def test_worked_by_hand() -> None:
    # x and y share one coordinate and hold one each of their own, all uncorrelated: 1 and 0.
    signs = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)], float)
    model = CCA().fit([signs[:, :2] * [3, 5], signs[:, [0, 2]] * [2, 7]])
    np.testing.assert_allclose(model.correlations_, [1, 0], atol=1e-12)
    # variates have variance one: 8 rows of ±3 have variance 9 · 8 / 7
    np.testing.assert_allclose(model.weights_[0][:, 0], [np.sqrt(7 / 8) / 3, 0], atol=1e-12)
    np.testing.assert_allclose(model.weights_[1][:, 0], [np.sqrt(7 / 8) / 2, 0], atol=1e-12)


def test_agrees_with_the_reference() -> None:
    pair = views(12, 9)
    model = CCA().fit(pair)
    reference = reference_package.CCA(n_components=9).fit(pair).transform(pair)
    np.testing.assert_allclose(model.correlations_, column_correlations(*reference), atol=1e-9)
    np.testing.assert_allclose(column_correlations(*variates(model, pair)), model.correlations_)


def test_ridge_agrees_with_the_reference_on_columns_of_variance_one() -> None:
    pair = [(view - view.mean(0)) / view.std(0, ddof=1) for view in views(12, 9)]
    model = CCA(n_components=4, ridge=0.3).fit(pair)
    reference = reference_package.RidgeCCA(n_components=4, shrinkage=0.3).fit(pair)
    expected = column_correlations(*reference.transform(pair))
    np.testing.assert_allclose(model.correlations_, expected, atol=1e-9)


def test_variates_are_uncorrelated_and_of_variance_one() -> None:
    pair = views(12, 9)
    for mapped in variates(CCA().fit(pair), pair):
        np.testing.assert_allclose(np.cov(mapped, rowvar=False), np.eye(9), atol=1e-9)


@pytest.mark.parametrize("size", [1, 37, 150, 400])
def test_streamed_it_is_the_same(size: int) -> None:
    pair = views(12, 9)
    whole = CCA(ridge=0.01).fit(pair)
    parts = CCA(ridge=0.01)
    batches = [[view[start : start + size] for view in pair] for start in range(0, 400, size)]
    parts.fit_batches(batches)
    np.testing.assert_allclose(parts.correlations_, whole.correlations_, atol=1e-10)
    np.testing.assert_allclose(parts.weights_[0], whole.weights_[0], atol=1e-7)
    if size > 30:
        again = CCA(ridge=0.01)
        for batch in batches:
            again.partial_fit(batch)
        np.testing.assert_array_equal(again.weights_[1], parts.weights_[1])
        assert again.rows_ == 400


@given(seed=st.integers(0, 10_000), units=st.floats(-3, 3))
@settings(max_examples=30, deadline=None)
def test_linear_maps_of_a_view_change_no_correlation(seed: int, units: float) -> None:
    pair = views(5, 4, rows=80, seed=seed)
    random = np.random.default_rng(seed)
    mixed = pair[0] @ (random.normal(size=(5, 5)) + 3 * np.eye(5)) * 10**units + 7
    expected = CCA().fit(pair).correlations_
    np.testing.assert_allclose(CCA().fit([mixed, pair[1]]).correlations_, expected, atol=1e-6)


@given(seed=st.integers(0, 10_000), rows=st.integers(2, 30), ridge=st.sampled_from([0, 1e-3, 1]))
@settings(max_examples=60, deadline=None)
def test_answers_are_finite_whatever_the_columns(seed: int, rows: int, ridge: float) -> None:
    random = np.random.default_rng(seed)
    one, other = random.normal(size=(rows, 6)), random.normal(size=(rows, 5))
    one[:, 1] = 0.1  # constant
    one[:, 2] = 2 * one[:, 0] - 3  # collinear
    other[:, 3] = 1e-9 * random.normal(size=rows)
    other[rows // 2 :] = other[: rows - rows // 2]  # rows that come twice
    if np.ptp(other[:, 0]) == 0:
        other[0] += 1
    model = CCA(ridge=ridge).fit([one, other])
    assert np.isfinite(model.weights_[0]).all()
    assert np.isfinite(model.weights_[1]).all()
    assert (np.abs(model.correlations_) <= 1).all()
    assert 1 <= model.dim_ <= min(5, rows - 1)


def test_collinear_and_constant_columns_add_nothing() -> None:
    one, other = views(5, 4)
    more = np.hstack([one, one[:, :2] @ [[1.0], [2.0]], np.full((400, 1), 3.3)])
    model = CCA().fit([more, other])
    np.testing.assert_allclose(model.correlations_, CCA().fit([one, other]).correlations_)


def test_columns_in_tiny_units_count() -> None:
    one, other = views(5, 4)
    expected = CCA().fit([one, other]).correlations_
    tiny = one * np.array([1, 1e-9, 1e9, 1, 1])
    np.testing.assert_allclose(CCA().fit([tiny, other]).correlations_, expected, atol=1e-6)


def test_fewer_rows_than_columns() -> None:
    pair = views(30, 20, rows=10)
    assert CCA().fit(pair).correlations_ == pytest.approx(np.ones(9))  # as the docs say
    fresh = views(30, 20, rows=200, seed=1)
    scores = {ridge: CCA(n_components=2, ridge=ridge).fit(pair).score(fresh) for ridge in (0, 0.5)}
    assert scores[0.5] > scores[0]


def test_power_weighs_dimensions_by_their_correlation() -> None:
    pair = views(12, 9)
    plain, weighed = CCA().fit(pair), CCA(power=2).fit(pair)
    np.testing.assert_allclose(weighed.weights_[0], plain.weights_[0] * plain.correlations_**2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_components": 5}, "n_components is 5, and the views share 4"),
        ({"n_components": 0}, "n_components is 0"),
        ({"n_components": 1.5}, "n_components is 1.5"),
        ({"ridge": -0.1}, "ridge is -0.1"),
        ({"ridge": 2}, "ridge is 2"),
        ({"ridge": "much"}, "ridge is 'much'"),
    ],
)
def test_wrong_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        CCA(**options).fit(views(6, 4))  # type: ignore[arg-type]


def test_wrong_batches() -> None:
    with pytest.raises(InputError, match="No batches"):
        CCA().fit_batches([])
    model = CCA().partial_fit(views(6, 4))
    with pytest.raises(InputError, match=r"Views of \[5, 4\] columns came"):
        model.partial_fit(views(5, 4))


def test_a_loaded_one_cannot_go_on(tmp_path: object) -> None:
    from crossmodal.learn.estimator import load

    found = load(CCA().fit(views(6, 4)).save(f"{tmp_path}/a.safetensors"))
    assert isinstance(found, CCA)
    with pytest.raises(InputError, match="holds no moments"):
        found.partial_fit(views(6, 4))
    assert found.fit(views(6, 4)).rows_ == 400
