"""Texts that describe something: what pocket-scribe learns to write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet

from recipes import data, text_corpus

SPOKEN = "ljspeech"  # sentences of books, which describe nothing
SOUNDS = "audiocaps-train"
SOUND_TEXTS = 15_000


def photo_captions(photos: data.Photos) -> list[list[str]]:
    """The five captions of each photo, punctuated as people do."""
    return [[text_corpus.clean(caption) for caption in five] for five in photos.captions]


def texts(folder: Path) -> list[str]:
    """Captions of training photos, of other photos and of some sounds, each once.

    Rows of Flickr8k's dev and test photos are in none of the files read.
    """
    flickr = photo_captions(data.flickr8k(folder, "train"))
    columns = parquet.read_table(folder / "captions.parquet").to_pydict()
    pairs = list(zip(columns["text"], columns["source"], strict=True))
    others = [text for text, source in pairs if source not in (SPOKEN, SOUNDS)]
    sounds = sorted({text for text, source in pairs if source == SOUNDS})
    some = np.random.default_rng(6).permutation(len(sounds))[:SOUND_TEXTS]
    heard = [sounds[place] for place in some]
    return sorted({text for text in (*others, *heard) if text}.union(*map(set, flickr)))
