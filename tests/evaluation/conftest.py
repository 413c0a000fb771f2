from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PILImage
from tiny import cards

from crossmodal.registry import Registry
from crossmodal.settings import Settings
from crossmodal.workbench import Workbench

COLOURS = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 220)}


@pytest.fixture
def bench() -> Workbench:
    settings = Settings(image_model="tiny-image", text_model="tiny-text")
    return Workbench(settings, registry=Registry(cards()))


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    """Thirty pictures of three colours, more and more mixed, with captions and labels."""
    random = np.random.default_rng(0)
    rows = []
    for number in range(30):
        label = list(COLOURS)[number % 3]
        mixed = 0.06 * number * random.random(3) * 255 + np.array(COLOURS[label])
        pixels = (mixed + random.integers(-15, 15, (12, 16, 3))).clip(0, 255).astype(np.uint8)
        PILImage.fromarray(pixels).save(tmp_path / f"{number}.png")
        rows.append(
            {
                "image": f"{number}.png",
                "captions": [f"a {label} photo", label],
                "label": label,
                "split": "train" if number < 15 else "test",
                "question": "What colour is it?",
                "answers": [label] * 7 + ["grey"] * 3,
                "said": f"a {label} picture",
            }
        )
    path = tmp_path / "colours.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path
