from __future__ import annotations

import numpy as np
import pytest
from learn.two_views import views
from scipy.linalg import orthogonal_procrustes

from crossmodal.learn.procrustes import Procrustes


def turn(dim: int, *, seed: int = 0) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(dim, dim)))[0]


def test_a_turned_and_shifted_view_is_turned_back() -> None:
    (one,) = views(5)
    other = one @ turn(5) + 3
    model = Procrustes().fit([one, other])
    np.testing.assert_allclose(model.transform(one, 0), other, atol=1e-9)
    np.testing.assert_array_equal(model.transform(other, 1), other)


def test_agrees_with_scipy() -> None:
    one, other = (view - view.mean(axis=0) for view in views(5, 5))
    rotation, _ = orthogonal_procrustes(one, other)
    np.testing.assert_allclose(Procrustes().fit([one, other]).weights_[0], rotation, atol=1e-9)


def test_scale_is_found() -> None:
    (one,) = views(5)
    other = 4 * one @ turn(5)
    model = Procrustes(scale=True).fit([one, other])
    np.testing.assert_allclose(model.transform(one, 0), other, atol=1e-8)


@pytest.mark.parametrize("dims", [(3, 5), (5, 3)])
def test_views_of_different_width(dims: tuple[int, int]) -> None:
    pair = views(*dims)
    rotation = Procrustes().fit(pair).weights_[0]
    small = rotation @ rotation.T if dims[0] < dims[1] else rotation.T @ rotation
    np.testing.assert_allclose(small, np.eye(3), atol=1e-9)
