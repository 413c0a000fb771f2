"""scikit-learn's own estimator checks, on aligners that are handed both views side by side."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from crossmodal.learn.cca import CCA
from crossmodal.learn.multiview import GCCA, MCCA
from crossmodal.learn.pls import PLS
from crossmodal.learn.procrustes import Procrustes


class SideBySide(TransformerMixin, BaseEstimator):
    """An aligner as scikit-learn knows estimators: one matrix in, here both views' columns.

    Every check of the data is the aligner's own; this class cuts the matrix in two.
    """

    def __init__(self, aligner: Any) -> None:
        self.aligner = aligner

    def fit(self, X: Any, y: None = None) -> Self:  # noqa: N803
        self.fitted_ = type(self.aligner)(**self.aligner.get_params())
        matrix = self._matrix(X)
        self.n_features_in_ = matrix.shape[1]
        self.fitted_.fit(self._cut(matrix))
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803
        if not hasattr(self, "fitted_"):
            raise NotFittedError("This SideBySide instance is not fitted yet")
        return self.fitted_.transform(self._cut(self._matrix(X))[0], 0)

    def _matrix(self, X: Any) -> Any:  # noqa: N803
        from crossmodal.learn.views import as_view

        return as_view(X, name="the views")

    def _cut(self, matrix: Any) -> list[Any]:
        if hasattr(self, "n_features_in_") and matrix.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {matrix.shape[1]} features, but SideBySide is expecting "
                f"{self.n_features_in_} features as input"
            )
        half = max(matrix.shape[1] // 2, 1)
        return [matrix[:, :half], matrix[:, half:] if matrix.shape[1] > 1 else matrix]


NOT_OURS = {"check_dtype_object": "what holds no numbers is an InputError (ValueError) here"}


@parametrize_with_checks(
    [SideBySide(aligner()) for aligner in (CCA, MCCA, GCCA, PLS, Procrustes)],
    expected_failed_checks=lambda _: NOT_OURS,
)
def test_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def test_adapter_leaves_the_checking_to_the_aligner() -> None:
    with pytest.raises(ValueError, match="Complex data not supported"):
        SideBySide(CCA()).fit(np.ones((5, 4)) * 1j)
