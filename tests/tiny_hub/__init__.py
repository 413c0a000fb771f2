"""Tiny checkpoints with random weights, in the hub's own format, one maker for each architecture.

`MAKERS` maps "org/name" to a function that writes such a checkpoint into an empty folder. Tests
get them through the session's fixture `tiny_checkpoint`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from contract import samples

from crossmodal.card import ModelCard
from crossmodal.media import Image, Media
from crossmodal.modality import IMAGE, VIDEO, Modality

from .dual import DUAL
from .filming import FILMING
from .hearing import HEARING
from .painting import PAINTING
from .seeing import SEEING
from .sentences import SENTENCES
from .sounding import SOUNDING
from .speaking import SPEAKING

MAKERS: dict[str, Callable[[Path], None]] = {
    **DUAL,
    **SENTENCES,
    **HEARING,
    **SEEING,
    **SPEAKING,
    **PAINTING,
    **FILMING,
    **SOUNDING,
}


def quick(card: ModelCard) -> ModelCard:
    """Return `card` with the recommendation to make little, where it is of a maker."""
    if ".diffusers_" not in card.loader:
        return card
    frames = 9 if "cogvideox" in card.name else 5
    film = {"frames": frames} if card.target is VIDEO else {}
    return replace(card, options={**card.options, "steps": 2, "size": [32, 32], **film})


def small(modality: Modality) -> Sequence[Media]:
    """Return two media of `modality` that take little time."""
    if modality is not IMAGE:
        return samples(modality)[:2]
    random = np.random.default_rng(8)
    return [Image(random.integers(0, 256, (32, 32, 3), np.uint8)) for _ in range(2)]
