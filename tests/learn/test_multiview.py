from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from cca_zoo import linear as reference_package
from learn.two_views import Matrix, column_correlations, views

from crossmodal.errors import InputError
from crossmodal.learn.cca import CCA
from crossmodal.learn.multiview import GCCA, MCCA, MultiView

REFERENCES = [(MCCA, reference_package.MCCA), (GCCA, reference_package.GCCA)]


def mean_correlations(mapped: list[Matrix]) -> Matrix:
    pairs = [column_correlations(one, other) for one, other in combinations(mapped, 2)]
    return np.mean(pairs, axis=0)


@pytest.mark.parametrize(("own", "reference"), REFERENCES)
@pytest.mark.parametrize("ridge", [0.0, 0.3])
def test_agrees_with_the_reference(own: type[MultiView], reference: type, ridge: float) -> None:
    three = [(view - view.mean(0)) / view.std(0, ddof=1) for view in views(8, 7, 5)]
    model = own(n_components=4, ridge=ridge).fit(three)
    other = reference(n_components=4, shrinkage=ridge).fit(three)
    np.testing.assert_allclose(
        model.correlations_, mean_correlations(other.transform(three)), atol=1e-9
    )
    for mine, theirs in zip(model.weights_, other.weights_, strict=True):
        np.testing.assert_allclose(np.abs(mine), np.abs(theirs), atol=1e-7)


@pytest.mark.parametrize("own", [MCCA, GCCA])
def test_of_two_views_it_is_cca(own: type[MultiView]) -> None:
    pair = views(8, 7)
    np.testing.assert_allclose(own().fit(pair).correlations_, CCA().fit(pair).correlations_)


@pytest.mark.parametrize("own", [MCCA, GCCA])
def test_streamed_it_is_the_same(own: type[MultiView]) -> None:
    three = views(8, 7, 5)
    three[1][50:90] = np.nan
    whole = own(n_components=4).fit(three)
    parts = own(n_components=4)
    for start in range(0, 400, 80):
        parts.partial_fit([view[start : start + 80] for view in three])
    np.testing.assert_allclose(parts.weights_[0], whole.weights_[0], atol=1e-9)


def test_gcca_with_missing_views_is_the_written_problem() -> None:
    """Against the definition: eigenvectors of the sum of projections over what is there."""
    three = views(4, 3, 3, rows=60)
    three[0][:10], three[1][5:25], three[2][50:] = np.nan, np.nan, np.nan
    total = np.zeros((60, 60))
    for view in three:
        there = ~np.isnan(view[:, 0])
        filled = np.zeros_like(view)
        filled[there] = view[there] - view[there].mean(axis=0)
        total += filled @ np.linalg.pinv(filled)
    vectors = np.linalg.eigh(total)[1][:, ::-1][:, :3]
    common = vectors * np.sqrt(59)
    model = GCCA(n_components=3).fit(three)
    for number, view in enumerate(three):
        there = ~np.isnan(view[:, 0])
        centred = view[there] - view[there].mean(axis=0)
        expected = np.linalg.lstsq(centred, common[there], rcond=None)[0]
        np.testing.assert_allclose(np.abs(model.weights_[number]), np.abs(expected), atol=1e-8)


@pytest.mark.parametrize("own", [MCCA, GCCA])
def test_rows_that_lack_a_view_still_teach(own: type[MultiView]) -> None:
    full = views(8, 7, 5, rows=60, noise=1.5)
    more = views(8, 7, 5, rows=1500, noise=1.5, seed=1)
    more[2][:] = np.nan
    together = [np.vstack([one, other]) for one, other in zip(full, more, strict=True)]
    fresh = views(8, 7, 5, rows=500, noise=1.5, seed=2)
    alone = own(n_components=3).fit(full).score(fresh)
    assert own(n_components=3).fit(together).score(fresh) > alone


def test_a_row_must_be_there_or_not() -> None:
    pair = views(4, 3)
    pair[0][7, 1] = np.nan
    with pytest.raises(InputError, match="first in row 7.*NaN throughout counts as missing"):
        MCCA().fit(pair)
    pair[0][:] = np.nan
    with pytest.raises(InputError, match="View 0 has 0 sample"):
        GCCA().fit(pair)
    with pytest.raises(InputError, match="NaN"):
        MCCA().fit(views(4, 3)).transform(np.full((2, 4), np.nan), 0)
