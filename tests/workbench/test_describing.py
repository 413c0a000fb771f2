from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tiny import CURVE, SPACE, cards

from crossmodal.calibration import Calibration
from crossmodal.card import Edge, ModelCard
from crossmodal.modality import TEXT
from crossmodal.registry import Registry
from crossmodal.settings import Settings
from crossmodal.workbench import Workbench
from crossmodal.workbench.translating import DESCRIBED

NAMER = ModelCard(
    name="namer",
    version="1",
    edge=Edge.DECODER,
    summary="Names a colour.",
    loader="routing_models:load_namer",
    target=TEXT,
    space=SPACE,
)
SETTINGS = Settings(image_model="tiny-image", text_model="tiny-text")


def described(namer: ModelCard, picture: Path) -> tuple[str, float | None, float]:
    """Return the description, its confidence, and the cosine of picture and description."""
    bench = Workbench(SETTINGS, registry=Registry([*cards(), namer]))
    text = bench.describe(picture)
    vectors = bench.embed([picture, text.content])
    return text.content, text.confidence, float(vectors.cosine(vectors)[0, 1])


def test_a_decoders_own_curve_says_how_sure_it_is(photos: Path) -> None:
    curve = Calibration(scale=3.0, bias=-1.0)
    words, sure, score = described(
        replace(NAMER, calibration={"image-text": curve}), photos / "0.png"
    )
    assert words == "red"
    assert sure == pytest.approx(curve.probability(score))


def test_without_one_it_is_the_best_of_many(photos: Path) -> None:
    words, sure, score = described(NAMER, photos / "1.png")
    assert words == "green"
    assert sure == pytest.approx(CURVE.probability(score, prior=DESCRIBED))
