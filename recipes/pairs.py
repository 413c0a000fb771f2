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
    `abroad (N, 3)`: the same for its German, French and Czech texts; English where there is none.
    `group (N,)`: rows of one group are no negatives of each other (same photo, same class).
    """

    texts: list[str]
    choices: np.ndarray
    abroad: np.ndarray
    group: np.ndarray

    def draw(self, rows: np.ndarray, rng: np.random.Generator, *, abroad: float) -> np.ndarray:
        """The number of one text `(B,)` of each row, a share `abroad` of them not English."""
        places, count = np.arange(len(rows)), len(rows)
        choices, others = self.choices[rows], self.abroad[rows]
        return np.where(
            rng.random(count) < abroad,
            others[places, rng.integers(others.shape[1], size=count)],
            choices[places, rng.integers(choices.shape[1], size=count)],
        )

    def vectors(self, where: data.Places) -> np.ndarray:
        """MiniLM's vectors `(texts, 384) float16` of the English texts; the others' are zero.

        MiniLM knows English alone.
        """
        train = text_vectors.captions(where, "train")
        flat = [text for five in train.captions for text in five]
        known = dict(zip(flat, train.vectors.reshape(-1, minilm.DIM), strict=True))
        english = np.unique(self.choices)
        texts = [self.texts[k] for k in english]
        vectors = np.zeros((len(self.texts), minilm.DIM), np.float16)
        vectors[english] = minilm.embed_cached(texts, where.cache / "minilm-pairs.npy", known=known)
        return vectors


def training_pairs(folder: Path, cache: teacher_cache.TeacherCache) -> Pairs:
    """The texts of every row of the training cache."""
    per_source = {
        "flickr8k": _captions(data.flickr8k(folder, "train").captions),
        "tiny_imagenet": _tiny_names(folder),
        "clothing": [text_corpus.class_phrases(n) for n in data.clothing(folder, "train").names],
        "emoji": [[name, f"an emoji of {name}"] for name in data.emoji(folder)["name"]],
    }
    abroad = {"flickr8k": _translations(folder), "emoji": _emoji_names(folder)}
    number: dict[str, int] = {}
    groups: dict[tuple[str, ...], int] = {}
    choices = np.empty((cache.rows, CHOICES), dtype=np.int32)
    others = np.empty((cache.rows, len(text_corpus.LANGUAGES)), dtype=np.int32)
    group = np.empty(cache.rows, dtype=np.int32)
    for row, (source, picture, _) in enumerate(cache.origin):
        name = cache.sources[source]
        texts = per_source[name][picture]
        numbers = [number.setdefault(text, len(number)) for text in texts]
        choices[row] = [numbers[k % len(numbers)] for k in range(CHOICES)]
        foreign = abroad[name][picture] if name in abroad else []
        numbers = [number.setdefault(text, len(number)) for text in foreign] or numbers
        others[row] = [numbers[k % len(numbers)] for k in range(others.shape[1])]
        group[row] = groups.setdefault(tuple(texts), len(groups))
    return Pairs(list(number), choices, others, group)


def _translations(folder: Path) -> list[list[str]]:
    """German, French and Czech captions of each training photo that Multi30k has, else none."""
    multi = data.multi30k(folder)
    held = text_corpus.HELD_OUT
    columns = (multi[name][held:] for name in ("image_id", *text_corpus.LANGUAGES))
    known = {photo: list(texts) for photo, *texts in zip(*columns, strict=True)}
    return [known.get(photo.split("_")[0], []) for photo in data.flickr8k(folder, "train").ids]


def _emoji_names(folder: Path) -> list[list[str]]:
    columns = data.emoji(folder)
    names = zip(*(columns[f"name_{language}"] for language in text_corpus.LANGUAGES), strict=True)
    return [[name for name in three if name] for three in names]


def _captions(captions: list[list[str]]) -> list[list[str]]:
    return [[text_corpus.clean(text) for text in five] for five in captions]


def _tiny_names(folder: Path) -> list[list[str]]:
    names = data.tiny_imagenet(folder, "train").names
    chosen = teacher_cache.tiny_pictures(len(names))
    return [text_corpus.class_phrases(names[k]) for k in chosen]
