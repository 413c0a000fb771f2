from __future__ import annotations

import numpy as np
import pytest

from crossmodal.learn.cca import leading
from crossmodal.learn.whitening import spectrum, whitener


def covariance(*, columns: int, rank: int, spread: float = 1.0) -> np.ndarray:
    """Of `columns` columns with `rank` directions, whose units differ by `spread`."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(200, rank)) @ random.normal(size=(rank, columns))
    return np.cov(rows * np.geomspace(1, spread, columns), rowvar=False)


@pytest.mark.parametrize("spread", [1.0, 1e6])
@pytest.mark.parametrize(("rank", "ridge"), [(6, 0.0), (6, 0.2), (4, 0.0), (1, 0.0), (4, 0.2)])
def test_what_is_whitened_is_white(rank: int, ridge: float, spread: float) -> None:
    matrix = covariance(columns=6, rank=rank, spread=spread)
    white = whitener(matrix, np.zeros(6), ridge=ridge, standardise=ridge == 0)
    found = spectrum(matrix, np.zeros(6), standardise=ridge == 0)
    assert white.shape == (6, rank) == (6, found.rank)
    regular = (1 - ridge) * matrix + ridge * found.scale * np.eye(6)
    np.testing.assert_allclose(white.T @ regular @ white, np.eye(rank), atol=1e-6)


def test_nearly_collinear_columns_are_answered_as_by_the_spectrum() -> None:
    matrix = covariance(columns=3, rank=3)
    for closeness in (1e-3, 1e-6, 1e-9):
        mix = np.array([[1, 0, 1], [0, 1, 0], [0, 0, closeness]])
        close = mix.T @ matrix @ mix
        white = whitener(close, np.zeros(3), ridge=0.0, standardise=True)
        assert white.shape[1] == spectrum(close, np.zeros(3), standardise=True).rank


@pytest.mark.parametrize("shape", [(5, 8), (8, 5)])
@pytest.mark.parametrize("rank", [5, 2])
def test_leading_singular_vectors_are_numpys(shape: tuple[int, int], rank: int) -> None:
    random = np.random.default_rng(1)
    matrix = random.normal(size=(shape[0], rank)) @ random.normal(size=(rank, shape[1]))
    for count in (1, 2, 5):
        left, strengths, right = leading(matrix, count)
        np.testing.assert_allclose(
            strengths, np.linalg.svd(matrix, compute_uv=False)[:count], atol=1e-10
        )
        sure = min(count, rank)
        np.testing.assert_allclose(
            (left[:, :sure] * strengths[:sure]) @ right[:, :sure].T,
            leading(matrix, sure)[0] @ leading(matrix, sure)[0].T @ matrix,
            atol=1e-10,
        )
        np.testing.assert_allclose(left.T @ left, np.eye(count), atol=1e-8)
        np.testing.assert_allclose(right.T @ right, np.eye(count), atol=1e-8)


def test_many_columns_are_whitened_half_by_half() -> None:
    matrix = np.cov(np.random.default_rng(0).normal(size=(500, 150)), rowvar=False)
    white = whitener(matrix, np.zeros(150), ridge=0.0, standardise=True)
    np.testing.assert_allclose(white.T @ matrix @ white, np.eye(150), atol=1e-10)
