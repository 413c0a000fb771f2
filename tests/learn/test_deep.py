from __future__ import annotations

import numpy as np
import pytest
from learn.two_views import views

from crossmodal.errors import InputError
from crossmodal.learn.cca import CCA
from crossmodal.learn.deep import DeepCCA, total_correlation

torch = pytest.importorskip("torch")


def test_total_correlation_is_that_of_cca() -> None:
    pair = views(5, 4)
    expected = CCA(ridge=1e-6).fit(pair).correlations_.sum()
    found = total_correlation(*(torch.from_numpy(view) for view in pair), ridge=1e-6)
    assert float(found) == pytest.approx(float(expected), rel=1e-4)


def test_it_bends_where_cca_cannot() -> None:
    random = np.random.default_rng(0)
    angle = random.uniform(0, 2 * np.pi, 1200)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    twice = np.stack([np.cos(2 * angle), np.sin(2 * angle)], axis=1)
    model = DeepCCA(n_components=2, hidden=64, learning_rate=0.01, epochs=60, patience=60)
    model.fit([ring[:1000], twice[:1000]])
    assert model.score([ring[1000:], twice[1000:]]) > 0.8
    assert CCA().fit([ring[:1000], twice[:1000]]).correlations_.max() < 0.3


def test_more_dimensions_than_there_are() -> None:
    with pytest.raises(InputError, match="n_components is 9, and the views share 4"):
        DeepCCA(n_components=9).fit(views(6, 4))
