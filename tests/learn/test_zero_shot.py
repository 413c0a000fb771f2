from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from crossmodal.calibration import Calibration
from crossmodal.card import ModelCard
from crossmodal.encoders.image import ImageEncoder
from crossmodal.encoders.text import TextEncoder
from crossmodal.errors import InputError
from crossmodal.learn.zero_shot import PRIOR_NONE, posterior, zero_shot
from crossmodal.media import Image

RED = Image(np.full((9, 9, 3), (250, 10, 10), np.uint8))


def test_red_is_red(image_encoder: ImageEncoder, text_encoder: TextEncoder) -> None:
    result = zero_shot(RED, ["green", "red", "blue"], encoder=image_encoder, names=text_encoder)
    assert result.best == result.labels[0].label == "red"
    total = sum(label.probability for label in result.labels) + result.none
    assert total == pytest.approx(1)


def test_none_of_these(image_encoder: ImageEncoder, text_encoder: TextEncoder) -> None:
    result = zero_shot(RED, ["green", "blue"], encoder=image_encoder, names=text_encoder)
    assert result.best is None
    assert result.none > 0.5


def test_the_curve_for_classes_says_how_likely_they_are(
    image_encoder: ImageEncoder, text_encoder: TextEncoder
) -> None:
    labels = ["green", "red", "blue"]
    plain = zero_shot(RED, labels, encoder=image_encoder, names=text_encoder)
    curves = image_encoder.card.calibration
    steep = Calibration(2 * curves["image-text"].scale, 0.0)
    card = replace(image_encoder.card, calibration={**curves, "image-label": steep})
    surer = zero_shot(RED, labels, encoder=WithCard(image_encoder, card), names=text_encoder)
    assert surer.labels[0].score == plain.labels[0].score
    assert surer.labels[0].probability > plain.labels[0].probability
    assert surer.none == pytest.approx(plain.none)  # which is not its business


class WithCard:
    """An encoder that shows another card."""

    def __init__(self, encoder: ImageEncoder, card: ModelCard) -> None:
        self._encoder, self.card = encoder, card

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)


def test_posterior_worked_by_hand() -> None:
    # likelihood ratios 4 and 1, prior 0.45 each; none 0.1
    labels, none = posterior(np.log([4.0, 1.0]))
    total = 0.45 * 4 + 0.45 * 1 + PRIOR_NONE
    np.testing.assert_allclose(labels, [1.8 / total, 0.45 / total])
    assert none == pytest.approx(PRIOR_NONE / total)


def test_labels_may_be_weighed_otherwise_than_none() -> None:
    labels, none = posterior(np.log([4.0, 1.0]), logits=np.log([9.0, 1.0]))
    total = 0.45 * 4 + 0.45 * 1 + PRIOR_NONE
    np.testing.assert_allclose(labels, np.array([0.9, 0.1]) * 2.25 / total)
    assert none == pytest.approx(PRIOR_NONE / total)


def test_extreme_evidence_does_not_overflow() -> None:
    labels, none = posterior(np.array([2000.0, -2000.0]))
    assert labels.tolist() == [1, 0]
    assert none == 0


@pytest.mark.parametrize(
    ("labels", "templates", "message"),
    [
        ([], [], "no labels"),
        (["red", " "], [], "blank"),
        (["red", "red"], [], "equal"),
        (["red"], ["a photo"], "lacks its {}"),
    ],
)
def test_wrong_labels(
    image_encoder: ImageEncoder,
    text_encoder: TextEncoder,
    labels: list[str],
    templates: list[str],
    message: str,
) -> None:
    with pytest.raises(InputError, match=message):
        zero_shot(RED, labels, encoder=image_encoder, names=text_encoder, templates=templates)


def test_own_templates(image_encoder: ImageEncoder, text_encoder: TextEncoder) -> None:
    result = zero_shot(
        RED, ["red", "blue"], encoder=image_encoder, names=text_encoder, templates=["photo {}"]
    )
    assert result.best == "red"
