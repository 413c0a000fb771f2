from __future__ import annotations

from dataclasses import replace

import numpy as np
from tiny import IMAGE_CARD

from crossmodal.calibration import Calibration
from crossmodal.evaluation.report import Draws
from crossmodal.evaluation.zero_shot import measure


def test_none_is_counted_with_and_without_the_right_class() -> None:
    card = replace(IMAGE_CARD, calibration={"image-text": Calibration(20.0, -8.0)})
    scores = np.array([[0.9, 0.1, 0.1], [0.1, 0.9, 0.8], [0.1, 0.1, 0.1], [0.1, 0.1, 0.9]])
    labels = np.array([0, 1, 2, 2])
    figures = measure(scores, labels, card, draws=Draws(seed=0, resamples=10))
    found = {figure.task: figure.value for figure in figures}
    assert found["top-1"] == 75
    assert found["“none of these” answered, class given"] == 25  # of the third
    assert found["“none of these” answered, class left out"] == 75  # but of the second
