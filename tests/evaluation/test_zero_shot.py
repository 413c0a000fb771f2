from __future__ import annotations

import numpy as np

from crossmodal.evaluation.report import Draws
from crossmodal.evaluation.zero_shot import measure
from crossmodal.learn.zero_shot import posterior


def test_none_is_counted_with_and_without_the_right_class() -> None:
    evidence = np.log([[50.0, 0.1, 0.1], [0.1, 50.0, 40.0], [0.1, 0.1, 0.1], [0.1, 0.1, 50.0]])
    labels = np.array([0, 1, 2, 2])
    figures = measure(posterior(evidence), labels, draws=Draws(seed=0, resamples=10))
    found = {figure.task: figure.value for figure in figures}
    assert found["top-1"] == 75
    assert found["“none of these” answered, class given"] == 25  # of the third
    assert found["“none of these” answered, class left out"] == 75  # but of the second

    for row, label in zip(evidence, labels, strict=True):  # as if it had not been named at all
        whole, without = posterior(row), posterior(np.delete(row, label))
        none = without.none > without.labels.max()
        (one,) = (
            figure.value
            for figure in measure(
                whole._replace(labels=whole.labels[None], none=whole.none[None]),
                np.array([label]),
                draws=Draws(seed=0, resamples=10),
            )
            if figure.task.endswith("left out")
        )
        assert one == 100 * none
