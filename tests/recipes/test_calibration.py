from __future__ import annotations

import numpy as np
import pytest

from recipes.calibration import fit_labels


def test_the_scale_for_classes_is_that_of_the_likelihood_ratio() -> None:
    """Of scores from N(0.6, 0.1) for the right class and N(0.3, 0.1) for others it is known."""
    random = np.random.default_rng(0)
    labels = random.integers(20, size=6_000)
    scores = random.normal(0.3, 0.1, (len(labels), 20))
    scores[np.arange(len(labels)), labels] += 0.3
    curve = fit_labels([(scores, labels)])
    assert curve["scale"] == pytest.approx(0.3 / 0.1**2, rel=0.05)
    assert curve["bias"] == 0
