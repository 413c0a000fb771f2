from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tiny import IMAGE_CARD

from crossmodal.calibration import Calibration
from crossmodal.card import Edge, Figure, ModelCard, Tier
from crossmodal.errors import InputError
from crossmodal.lane import Lane
from crossmodal.modality import AUDIO, TEXT


def test_whole_card_survives_json_text() -> None:
    card = replace(
        IMAGE_CARD,
        tier=Tier.POCKET,
        lanes=(Lane.WORDS, Lane.MEANING),
        quality=(Figure("R@10", 42.0, low=40.0, high=44.0, chance=1.0, reference="44.7, here"),),
        data=("photos",),
        files={"network": "a.onnx"},
    )
    assert ModelCard.from_json(json.loads(json.dumps(card.to_json()))) == card


def test_minimal_card() -> None:
    row = {"name": "a", "version": "2", "edge": "decoder", "summary": "b", "loader": "c:d"}
    card = ModelCard.from_json(row)
    assert (card.id, card.edge, card.tier) == ("a@2", Edge.DECODER, Tier.PLUGIN)


@pytest.mark.parametrize("change", [{"colour": 1}, {"edge": "bridge"}, {"source": "smell"}])
def test_malformed_rows_are_refused(change: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        ModelCard.from_json({**IMAGE_CARD.to_json(), **change})


def test_calibration_by_pair() -> None:
    assert IMAGE_CARD.calibration_with(TEXT) is IMAGE_CARD.calibration["image-text"]
    with pytest.raises(InputError, match="no calibration for audio-image"):
        IMAGE_CARD.calibration_with(AUDIO)


def test_classes_have_a_curve_of_their_own_where_the_card_has_one() -> None:
    assert IMAGE_CARD.label_curve() is IMAGE_CARD.calibration["image-text"]
    own = Calibration(scale=30.0, bias=-12.0)
    card = replace(IMAGE_CARD, calibration={**IMAGE_CARD.calibration, "image-label": own})
    assert card.label_curve() is own
    assert card.calibration_with(TEXT) is IMAGE_CARD.calibration["image-text"]
    with pytest.raises(InputError, match="no calibration for image-text"):
        replace(IMAGE_CARD, calibration={}).label_curve()
