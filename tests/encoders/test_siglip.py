from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from reference import assert_both_same

from crossmodal.encoders.siglip import without_marks
from crossmodal.modality import TEXT
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints

NAME = "tiny/siglip"


def test_the_same_as_transformers(
    shelf: Checkpoints, tiny_registry: Callable[[str], Registry]
) -> None:
    from transformers import AutoTokenizer, SiglipModel
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    registry, folder = tiny_registry(NAME), shelf.folder(NAME)
    model = SiglipModel.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    eyes = SiglipImageProcessorPil.from_pretrained(folder)
    assert_both_same(registry, NAME, model, tokenizer, eyes)


def test_its_own_curve_at_even_odds(
    shelf: Checkpoints, tiny_registry: Callable[[str], Registry]
) -> None:
    """At the odds of its training (1 text in 32,768) the curve is the model's own sigmoid."""
    from transformers import SiglipModel

    model = SiglipModel.from_pretrained(shelf.folder(NAME)) if tiny_registry(NAME) else None
    assert model is not None
    curve = tiny_registry(NAME).card(f"{NAME}:image").calibration_with(TEXT)
    cosines = np.linspace(-0.1, 0.3, 9)
    logits = model.logit_scale.exp().item() * cosines + model.logit_bias.item()
    expected = 1 / (1 + np.exp(-logits))
    assert curve.probability(cosines, prior=1 / 32768) == pytest.approx(expected, rel=1e-4)


def test_words_as_in_training() -> None:
    assert without_marks("  A Dog,\n(two-legged)! ") == "a dog twolegged"
