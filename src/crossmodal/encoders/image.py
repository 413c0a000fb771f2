"""Pictures into a space, by an ONNX network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..contracts import Prepared
from ..media import Image, Media
from ..sources.catalog import weights
from ..sources.onnx import Network
from ..space import Vectors
from .base import BATCH, BaseEncoder


class ImageEncoder(BaseEncoder):
    """A network from (N, side, side, 3) uint8 sRGB to (N, dim) float32.

    `card.options["side"]` is the picture's side in pixels; the whole picture is squashed to it.
    A network with a second output "grid" also tells what it sees where; see `look`.
    """

    concurrent = True

    def __init__(self, card: ModelCard, network: Network) -> None:
        super().__init__(card)
        self._network = network
        self.side: int = card.options["side"]

    def _prepare(self, medium: Media) -> Prepared:
        from ..codecs.image import squash

        return squash(cast(Image, medium), self.side).pixels

    def _run(self, batch: Sequence[Prepared]) -> NDArray[np.float32]:
        return self._network({"pixels": np.stack(batch)})

    def look(self, batch: Sequence[Media]) -> tuple[Vectors, NDArray[np.float32]]:
        """Return each picture's unit vector, and what is seen in each of its cells.

        The cells (N, cells, channels) go row by row from the top left; their numbers mean what the
        network's training made of them, and belong to no space.

        Raises:
            InputError: one of `batch` is no picture, or the network has no grid.
        """
        prepared = [self.prepare(medium) for medium in batch]
        vectors, grids = [np.zeros((0, self.space.dim), np.float32)], []
        for start in range(0, len(prepared), BATCH):
            pixels = np.stack(prepared[start : start + BATCH])
            vector, grid = self._network.outputs({"pixels": pixels}, ["vector", "grid"])
            vectors.append(vector)
            grids.append(grid)
        seen = np.concatenate(grids) if grids else np.zeros((0, 0, 0), np.float32)
        return Vectors(self.space, np.concatenate(vectors)).unit(), seen


def load(card: ModelCard) -> ImageEncoder:
    """Return the shipped image encoder that `card` describes."""
    return ImageEncoder(
        card, Network(partial(weights, card, "network"), name=card.id, by_rows=True)
    )
