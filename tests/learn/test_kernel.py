from __future__ import annotations

import numpy as np
import pytest
from learn.two_views import views

from crossmodal.errors import InputError
from crossmodal.learn.cca import CCA
from crossmodal.learn.kernel import KernelCCA


def test_with_every_row_a_landmark_it_is_kernel_cca() -> None:
    """Against the definition: CCA of the centred kernel matrices' own coordinates."""
    pair = views(3, 2, rows=40)
    model = KernelCCA(n_components=4, n_features=40, ridge=0.1, gamma=0.2).fit(pair)
    coordinates = []
    for view in pair:
        kernel = np.exp(-0.2 * ((view[:, None] - view[None]) ** 2).sum(axis=2))
        values, vectors = np.linalg.eigh(kernel)
        kept = values > values[-1] * 1e-13
        coordinates.append(vectors[:, kept] * np.sqrt(values[kept]))
    exact = CCA(n_components=4, ridge=0.1).fit(coordinates)
    # the ridge's unit is the mean variance of a coordinate, of which there are as many
    assert [len(turn[0]) for turn in model.turns_] == [c.shape[1] for c in coordinates]
    np.testing.assert_allclose(model.correlations_, exact.correlations_, atol=1e-6)


@pytest.mark.parametrize("approximation", ["nystroem", "fourier"])
def test_it_sees_what_is_not_linear(approximation: str) -> None:
    random = np.random.default_rng(0)
    angle = random.uniform(0, 2 * np.pi, 600)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) + 0.05 * random.normal(size=(600, 2))
    twice = np.stack([np.cos(2 * angle), np.sin(2 * angle)], axis=1)
    model = KernelCCA(n_components=2, n_features=60, approximation=approximation)
    learned = model.fit([ring[:400], twice[:400]])
    assert learned.score([ring[400:], twice[400:]]) > 0.9
    assert abs(CCA().fit([ring[:400], twice[:400]]).score([ring[400:], twice[400:]])) < 0.3


def test_streamed_it_is_the_same() -> None:
    pair = views(6, 5)
    whole = KernelCCA(approximation="fourier", n_features=30, gamma=0.1).fit(pair)
    parts = KernelCCA(approximation="fourier", n_features=30, gamma=0.1)
    for start in range(0, 400, 100):
        parts.partial_fit([view[start : start + 100] for view in pair])
    np.testing.assert_allclose(parts.correlations_, whole.correlations_, atol=1e-8)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"approximation": "magic"}, "approximation is 'magic'"), ({"n_features": 0}, "n_features")],
)
def test_wrong_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        KernelCCA(**options).fit(views(6, 4))  # type: ignore[arg-type]
