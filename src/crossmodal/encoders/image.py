"""Pictures into a space, by an ONNX network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..codecs.image import squash
from ..contracts import Prepared
from ..media import Image, Media
from ..sources.catalog import weights
from ..sources.onnx import Network
from .base import BaseEncoder


class ImageEncoder(BaseEncoder):
    """A network from (N, side, side, 3) uint8 sRGB to (N, dim) float32.

    `card.options["side"]` is the picture's side in pixels; the whole picture is squashed to it.
    """

    def __init__(self, card: ModelCard, network: Network) -> None:
        super().__init__(card)
        self._network = network
        self.side: int = card.options["side"]

    def _prepare(self, medium: Media) -> Prepared:
        return squash(cast(Image, medium), self.side).pixels

    def _run(self, batch: Sequence[Prepared]) -> NDArray[np.float32]:
        return self._network({"pixels": np.stack(batch)})


def load(card: ModelCard) -> ImageEncoder:
    """Return the shipped image encoder that `card` describes."""
    return ImageEncoder(card, Network(weights(card, "network"), name=card.id))
