"""How well pictures are found in other languages than English.

Captions of Flickr8k's test photos, translated by hand by the authors of this package into German,
French and Czech (`translated_captions.json`), look for their photo among all 1,000.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from recipes import data, figures, text_corpus

FILE = Path(__file__).with_name("translated_captions.json")


def measure(
    photos: data.Photos, pictures: np.ndarray, embed: Callable[[list[str]], np.ndarray]
) -> dict[str, dict[str, dict[str, float]]]:
    """Recall by language, and of each language less that of English, with intervals.

    Args: unit vectors `pictures (1000, 384)`, and what makes such vectors of texts.
    """
    rows = json.loads(FILE.read_text("utf-8"))
    own = np.array([photos.ids.index(row["id"]) for row in rows])
    ranks = {}
    for language in ("en", *text_corpus.LANGUAGES):
        scores = embed([row[language] for row in rows]) @ pictures.T  # (rows, 1000)
        ranks[language] = (scores > scores[np.arange(len(own)), own][:, None]).sum(1)
    found = {language: figures.recall(ranks[language]) for language in ranks}
    for language in text_corpus.LANGUAGES:
        gain = (ranks[language] < 10).astype(float) - (ranks["en"] < 10)
        found[f"{language} less en"] = {"R@10": _interval(100 * gain)}
    return found


def _interval(values: np.ndarray, *, seed: int = 0) -> dict[str, float]:
    drawn = np.random.default_rng(seed).integers(len(values), size=(1000, len(values)))
    low, high = np.percentile(values[drawn].mean(1), (2.5, 97.5))
    mean = values.mean()
    return {
        name: round(float(x), 1)
        for name, x in zip(("value", "low", "high"), (mean, low, high), strict=True)
    }
