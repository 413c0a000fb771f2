from __future__ import annotations

from dataclasses import replace

import pytest
from tiny import IMAGE_CARD

from crossmodal.errors import MissingModel
from crossmodal.sources import catalog


def test_pocket_models_are_shipped() -> None:
    assert {"pocket-image", "pocket-text"} <= {card.name for card in catalog.cards()}


def test_a_missing_file_names_the_cure() -> None:
    with pytest.raises(MissingModel, match="lacks its file none.onnx.*force-reinstall"):
        catalog.weights(replace(IMAGE_CARD, files={"network": "none.onnx"}), "network")
