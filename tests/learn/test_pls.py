from __future__ import annotations

import numpy as np
import pytest
from learn.two_views import views
from sklearn.cross_decomposition import PLSSVD

from crossmodal.learn.cca import CCA
from crossmodal.learn.pls import PLS


@pytest.mark.parametrize("scale", [False, True])
def test_agrees_with_the_reference(scale: bool) -> None:
    one, other = views(8, 6)
    model = PLS(n_components=4, scale=scale).fit([one, other])
    reference = PLSSVD(n_components=4, scale=scale).fit(one, other)
    for which, expected in enumerate(reference.transform(one, other)):
        mapped = model.transform([one, other][which], which)
        np.testing.assert_allclose(np.abs(mapped), np.abs(expected), atol=1e-9)


def test_it_is_cca_with_full_ridge() -> None:
    pair = views(8, 6)
    np.testing.assert_allclose(
        PLS().fit(pair).correlations_, CCA(ridge=1).fit(pair).correlations_, atol=1e-9
    )


def test_scaled_constant_columns_stay_out() -> None:
    one, other = views(8, 6)
    one[:, 2] = 0.1
    assert np.isfinite(PLS(scale=True).fit([one, other]).transform(one, 0)).all()
