"""Sentences into a space, by an ONNX network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ..card import ModelCard
from ..contracts import Prepared
from ..errors import InputError
from ..media import Media, Text
from ..sources.catalog import weights
from ..sources.onnx import Network
from .base import BaseEncoder


class TextEncoder(BaseEncoder):
    """A network from token ids (N, T) int64 and their mask to (N, dim) float32.

    `card.options["tokens"]` is the longest text in tokens; what follows is cut off.
    """

    concurrent = True

    def __init__(self, card: ModelCard, network: Network, tokenizer: Tokenizer) -> None:
        super().__init__(card)
        self._network = network
        self._tokenizer = tokenizer
        self._tokenizer.enable_truncation(card.options["tokens"])

    def _prepare(self, medium: Media) -> Prepared:
        words = cast(Text, medium).content
        ids = self._tokenizer.encode(words.encode("utf-8", "replace").decode()).ids
        if not words.strip() or not ids:
            raise InputError("The text is empty", cure="Write at least one word.")
        return np.array(ids, np.int64)

    def _run(self, batch: Sequence[Prepared]) -> NDArray[np.float32]:
        lengths = np.array([len(ids) for ids in batch])
        mask = np.arange(lengths.max()) < lengths[:, None]  # (N, T)
        ids = np.zeros(mask.shape, np.int64)
        ids[mask] = np.concatenate(batch)
        return self._network({"ids": ids, "mask": mask.astype(np.int64)})


def load(card: ModelCard) -> TextEncoder:
    """Return the shipped text encoder that `card` describes."""
    tokenizer = Tokenizer.from_str(weights(card, "tokenizer").decode())
    return TextEncoder(
        card, Network(partial(weights, card, "network"), name=card.id, by_rows=True), tokenizer
    )
