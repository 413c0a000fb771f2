"""Checks of views: matrices of features, one row a pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError

ROWS = 2500
"""Rows that are worked on at a time, so that memory does not depend on how many there are."""


def blocks(stop: int, *, start: int = 0) -> Iterator[slice]:
    """Yield slices that cover the rows from `start` to `stop`, ROWS at a time."""
    for first in range(start, stop, ROWS):
        yield slice(first, min(first + ROWS, stop))


def as_view(view: ArrayLike, *, name: str, missing: bool = False) -> NDArray[Any]:
    """Return `view` as a matrix (n, p) of real numbers.

    Args:
        missing: allow rows that are wholly NaN: the view is not there for them.

    Raises:
        InputError: it has another shape or kind, or holds NaN or infinity.
    """
    if hasattr(view, "toarray") and not isinstance(view, np.ndarray):
        raise InputError(f"{name} is a sparse matrix", cure="Pass a dense one: view.toarray().")
    try:
        matrix = np.asarray(view)
        if matrix.dtype.kind not in "fiub":
            if matrix.dtype.kind == "c":
                raise InputError(f"{name}: Complex data not supported", cure="Pass real numbers.")
            matrix = matrix.astype(np.float64)
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name} does not hold numbers ({error})", cure="Pass (n, p).") from error
    if matrix.ndim != 2:
        raise InputError(
            f"{name} came as {matrix.shape}. Expected 2D array",
            cure="Pass (n, p). Reshape your data: view.reshape(-1, 1) for one column.",
        )
    if matrix.shape[1] == 0:
        raise InputError(
            f"{name} has 0 feature(s) (shape={matrix.shape}) while a minimum of 1 is required",
            cure="Pass at least one column.",
        )
    _check_finite(matrix, name, missing)
    return matrix


def check_views(
    views: Sequence[ArrayLike], *, most: int | None = 2, missing: bool = False
) -> list[NDArray[Any]]:
    """Return `views` as matrices of as many rows, at least two.

    Args:
        most: number of views that the method takes; None for any from two on.
        missing: allow rows that are wholly NaN in some views.

    Raises:
        InputError: there are too few or too many views, of different numbers of rows, or one
            cannot be used.
    """
    if isinstance(views, np.ndarray) and views.ndim == 2:
        raise InputError("One matrix came", cure="Pass a list of views: fit([first, second]).")
    matrices = [
        as_view(view, name=f"view {number}", missing=missing) for number, view in enumerate(views)
    ]
    if len(matrices) < 2 or (most is not None and len(matrices) > most):
        wanted = "two" if most == 2 else "two or more"
        raise InputError(f"{len(matrices)} views came", cure=f"Pass {wanted} views.")
    rows = [len(matrix) for matrix in matrices]
    if len(set(rows)) > 1:
        raise InputError(
            f"The views have different numbers of rows: {', '.join(map(str, rows))}",
            cure="Row k of every view must belong to the same pair.",
        )
    if rows[0] == 0:
        raise InputError("The views have 0 sample(s)", cure="Pass at least two rows.")
    return matrices


def absent(matrix: NDArray[Any]) -> NDArray[np.bool_]:
    """Return (n,): which rows are not there, that is wholly NaN."""
    if matrix.dtype.kind != "f":
        return np.zeros(len(matrix), bool)
    gone: NDArray[np.bool_] = np.isnan(matrix).all(axis=1)
    return gone


def _check_finite(matrix: NDArray[Any], name: str, missing: bool) -> None:
    if matrix.dtype.kind != "f":
        return
    for rows in blocks(len(matrix)):
        block = matrix[rows]
        with np.errstate(over="ignore", invalid="ignore"):  # then it is looked at closely
            if np.isfinite(block.sum()):
                continue
        finite = np.isfinite(block)
        bad = ~finite.all(axis=1)
        if missing and bad.any():
            bad &= ~absent(block)
        if bad.any():
            row = rows.start + int(np.argmax(bad))
            cure = "Remove or fill those rows."
            if missing:
                cure += " A row that is NaN throughout counts as missing."
            raise InputError(f"{name} holds NaN or infinity (inf), first in row {row}", cure=cure)
