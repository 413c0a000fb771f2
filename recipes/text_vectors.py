"""The text teacher's vectors of every text that the recipes use, on disk."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from recipes import data, minilm, text_corpus


@dataclass(frozen=True)
class CaptionVectors:
    """Vectors of one split's captions: `(photos, 5, 384) float16`."""

    captions: list[list[str]]
    vectors: np.ndarray


def captions(where: data.Places, split: str) -> CaptionVectors:
    """MiniLM's vectors of one split of Flickr8k."""
    five = [
        [text_corpus.clean(text) for text in texts]
        for texts in data.flickr8k(where.data, split).captions
    ]
    flat = [text for texts in five for text in texts]
    vectors = minilm.embed_cached(flat, where.cache / f"minilm-flickr8k-{split}.npy")
    return CaptionVectors(five, vectors.reshape(len(five), -1, minilm.DIM))


def corpus(where: data.Places) -> tuple[text_corpus.Corpus, np.ndarray]:
    """The training texts, and the vectors `(E, 384) float16` of their English sentences."""
    texts = text_corpus.build(where.data)
    train = captions(where, "train")
    flat = [text for five in train.captions for text in five]
    known = dict(zip(flat, train.vectors.reshape(-1, minilm.DIM), strict=True))
    return texts, minilm.embed_cached(texts.english, where.cache / "minilm-corpus.npy", known=known)


def build_all(where: data.Places) -> None:
    """Write every file of vectors that is missing."""
    for split in ("train", "dev", "test"):
        captions(where, split)
    held = text_corpus.held_out_multi30k(where.data)["en"]
    minilm.embed_cached(held, where.cache / "minilm-held-out.npy")
    corpus(where)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    build_all(data.places(data.parser(__doc__).parse_args()))
