from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crossmodal.errors import InputError, SpaceMismatch
from crossmodal.space import Space, Vectors, stack

PLANE = Space("plane", "1", 2)
AXES = Vectors(PLANE, np.array([[2, 0], [0, 3]], np.float32))


def test_cosine_worked_by_hand() -> None:
    diagonal = Vectors(PLANE, np.array([[1, 1]], np.float32))
    np.testing.assert_allclose(AXES.cosine(diagonal), [[np.sqrt(0.5)], [np.sqrt(0.5)]], atol=1e-6)
    np.testing.assert_allclose(AXES.cosine(AXES), np.eye(2), atol=1e-6)


@pytest.mark.parametrize("other", [Space("plain", "1", 2), Space("plane", "2", 2)])
def test_equal_length_is_not_equal_space(other: Space) -> None:
    with pytest.raises(SpaceMismatch, match=f"{other.id}.*{PLANE.id}"):
        AXES.cosine(Vectors(other, AXES.values))


@pytest.mark.parametrize("values", [np.zeros(2), np.zeros((1, 3)), np.zeros((1, 2, 1))])
def test_wrong_shapes_are_refused(values: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"takes \(N, 2\)"):
        Vectors(PLANE, values.astype(np.float32))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_no_nan_gets_in(bad: float) -> None:
    with pytest.raises(InputError, match="NaN or infinity"):
        Vectors(PLANE, np.array([[bad, 0]], np.float32))


def test_rows_stay_vectors() -> None:
    assert AXES[1:].values.tolist() == [[0, 3]]
    assert AXES[[1, 0]].values.tolist() == [[0, 3], [2, 0]]
    assert AXES[[0]].space == PLANE
    assert len(AXES) == 2


def test_stack_keeps_order_and_refuses_mixing() -> None:
    assert stack([AXES, AXES[[0]]]).values.tolist() == [[2, 0], [0, 3], [2, 0]]
    with pytest.raises(SpaceMismatch):
        stack([AXES, Vectors(Space("other", "1", 2), AXES.values)])
    with pytest.raises(InputError, match="No vectors"):
        stack([])


@given(arrays(np.float32, (4, 2), elements=st.floats(-1e4, 1e4, width=32)))
def test_unit_vectors_have_length_one_or_none(values: np.ndarray) -> None:
    norms = np.linalg.norm(Vectors(PLANE, values).unit().values, axis=1)
    zero = (values == 0).all(axis=1)
    np.testing.assert_allclose(norms[~zero], 1, atol=1e-5)
    assert (norms[zero] == 0).all()
