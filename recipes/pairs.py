"""Which texts belong to which training picture, for contrast between pictures and texts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recipes import data, minilm, teacher_cache, text_corpus, text_vectors

CHOICES = data.CAPTIONS_PER_PHOTO


@dataclass(frozen=True)
class Pairs:
    """Texts of pictures, aligned with the rows of a teacher cache.

    `choices (N, 5)`: numbers of the row's texts (repeated where a picture has fewer).
    `group (N,)`: rows of one group are no negatives of each other (same photo, same class).
    """

    texts: list[str]
    choices: np.ndarray
    group: np.ndarray

    def vectors(self, where: data.Places) -> np.ndarray:
        """MiniLM's vectors `(texts, 384) float16`."""
        train = text_vectors.captions(where, "train")
        flat = [text for five in train.captions for text in five]
        known = dict(zip(flat, train.vectors.reshape(-1, minilm.DIM), strict=True))
        return minilm.embed_cached(self.texts, where.cache / "minilm-pairs.npy", known=known)


def training_pairs(folder: Path, cache: teacher_cache.TeacherCache) -> Pairs:
    """The texts of every row of the training cache."""
    per_source = {
        "flickr8k": _captions(data.flickr8k(folder, "train").captions),
        "tiny_imagenet": _tiny_names(folder),
        "clothing": [text_corpus.class_phrases(n) for n in data.clothing(folder, "train").names],
        "emoji": [[name, f"an emoji of {name}"] for name in data.emoji(folder)["name"]],
    }
    number: dict[str, int] = {}
    groups: dict[tuple[str, ...], int] = {}
    choices = np.empty((cache.rows, CHOICES), dtype=np.int32)
    group = np.empty(cache.rows, dtype=np.int32)
    for row, (source, picture, _) in enumerate(cache.origin):
        texts = per_source[cache.sources[source]][picture]
        numbers = [number.setdefault(text, len(number)) for text in texts]
        choices[row] = [numbers[k % len(numbers)] for k in range(CHOICES)]
        group[row] = groups.setdefault(tuple(texts), len(groups))
    return Pairs(list(number), choices, group)


def _captions(captions: list[list[str]]) -> list[list[str]]:
    return [[text_corpus.clean(text) for text in five] for five in captions]


def _tiny_names(folder: Path) -> list[list[str]]:
    names = data.tiny_imagenet(folder, "train").names
    chosen = teacher_cache.tiny_pictures(len(names))
    return [text_corpus.class_phrases(names[k]) for k in chosen]
