"""Text alone as the teacher: what reads vectors of a space can learn from words.

A shared space lets a classifier or decoder learn from texts and then read pictures or sounds. The
modality gap stands between: texts lie elsewhere than the media they describe. Two remedies need
no pairs: centring both (their means are enough), and noise on the texts while learning, so that
what is learned holds around them too (CapDec, Nukrai et al. 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .heads import Floats, Head, Labels, probe


@dataclass(frozen=True, slots=True)
class Bridge:
    """How to cross the gap.

    Attributes:
        centred: take each modality's mean away, of texts and of media.
        noise: standard deviation of the noise on each unit vector of text, over all dimensions
            together (0.5 is half of the vector's length); 0 for none.
        copies: noisy copies of each text.
        seed: of the noise.
    """

    centred: bool = True
    noise: float = 0.0
    copies: int = 4
    seed: int = 0

    def texts(self, vectors: NDArray[np.floating], mean: NDArray[np.floating]) -> Floats:
        """Return what is learned from instead of texts (T, D): (T * copies, D), in turn."""
        moved = _unit(vectors - mean if self.centred else vectors)
        if self.noise == 0:
            return moved
        random = np.random.default_rng(self.seed)
        many = np.tile(moved, (self.copies, 1))
        scale = self.noise / np.sqrt(moved.shape[1])
        return _unit(many + scale * random.normal(size=many.shape))

    def media(self, vectors: NDArray[np.floating], mean: NDArray[np.floating]) -> Floats:
        """Return what is read instead of media (N, D)."""
        return _unit(vectors - mean if self.centred else vectors)

    def labels(self, labels: Labels) -> Labels:
        """Return the classes (T * copies,) that go with `texts`."""
        return np.tile(labels, self.copies) if self.noise else labels


@dataclass(frozen=True, slots=True, eq=False)
class TextTaught:
    """A classifier of media that learned from texts: `head` reads what `bridge` makes of them."""

    head: Head
    bridge: Bridge
    media_mean: NDArray[np.floating]

    def predict(self, media: NDArray[np.floating]) -> Labels:
        """Return the class (N,) of unit vectors of media (N, D)."""
        scores = self.head.scores(self.bridge.media(media, self.media_mean))
        return np.asarray(scores.argmax(axis=1), np.int64)


def learn_from_text(
    texts: NDArray[np.floating],
    labels: Labels,
    *,
    classes: int,
    media_mean: NDArray[np.floating],
    text_mean: NDArray[np.floating] | None = None,
    bridge: Bridge | None = None,
) -> TextTaught:
    """Return a linear classifier of media that saw texts alone.

    Args:
        texts: (T, D) unit vectors; labels: (T,) their classes.
        media_mean: (D,) the mean of some media of the kind to be read, without labels.
        text_mean: (D,) the mean of texts of all kinds; None for that of `texts`.
        bridge: None for centring without noise.

    Raises:
        InputError: the counts differ.
    """
    if len(texts) != len(labels):
        raise InputError(
            f"{len(texts)} texts came with {len(labels)} labels", cure="Give one label a text."
        )
    way = bridge or Bridge()
    mean = texts.mean(axis=0) if text_mean is None else text_mean
    head = probe(way.texts(texts, mean), way.labels(labels), classes=classes)
    return TextTaught(head, way, media_mean)


def _unit(vectors: NDArray[np.floating]) -> Floats:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1), np.float64)
