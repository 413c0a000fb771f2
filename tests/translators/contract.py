"""What every translator must do, as a check that any translator can be put through."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from crossmodal.contracts import Translator
from crossmodal.errors import InputError
from crossmodal.media import Audio, Image, Media, Text
from crossmodal.modality import Modality

STRANGERS: dict[Modality, Media] = {
    Modality.TEXT: Text("red"),
    Modality.IMAGE: Image(np.zeros((2, 2, 3), np.uint8)),
    Modality.AUDIO: Audio(np.zeros(160, np.float32), 16_000),
}


def equal(one: Media, other: Media) -> bool:
    return one.content_id() == other.content_id()


def check_translator(
    translator: Translator,
    samples: Sequence[Media],
    *,
    alike: Callable[[Media, Media], bool] = equal,
) -> None:
    """Check the Translator contract on `samples` (at least two, with different results).

    `alike` says whether two results are the same, for engines that tremble.
    """
    assert isinstance(translator, Translator)
    card = translator.card
    assert card.source is not None
    assert card.target is not None
    assert card.lanes

    results = translator.translate(samples)
    assert len(results) == len(samples)
    assert all(result.modality is card.target for result in results)
    assert len({result.content_id() for result in results}) > 1
    assert translator.translate([]) == []

    alone = [translator.translate([sample])[0] for sample in reversed(samples)][::-1]
    assert all(map(alike, alone, results))

    for modality, stranger in STRANGERS.items():
        if modality is not card.source:
            with pytest.raises(InputError, match="was given"):
                translator.translate([*samples[:1], stranger])
