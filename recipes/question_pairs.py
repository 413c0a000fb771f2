"""Questions about the photos of Flickr8k with their answers, built from the photos' captions.

`python -m recipes.question_pairs` prints how many pairs there are of each kind.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from recipes import caption_texts, data
from recipes.caption_grammar import Grammar
from recipes.question_builder import Builder, Pair

CLOSED = 2  # yes-or-no questions a photo, at most, where pairs are for testing


@cache
def grammar(folder: Path) -> Grammar:
    """The grammar of Flickr8k's training captions."""
    five = caption_texts.photo_captions(data.flickr8k(folder, "train"))
    nouns = data.column(folder, "wordnet_nouns.parquet", "names")
    names = [name.strip() for line in nouns for name in line.replace("_", " ").split(",")]
    return Grammar([text for texts in five for text in texts], names)


def pairs(folder: Path, split: str, *, seeds: Sequence[int] = (0,)) -> list[Pair]:
    """Every pair of one split's photos, each seed bringing other wordings."""
    rules = grammar(folder)
    five = caption_texts.photo_captions(data.flickr8k(folder, split))
    return sorted(
        {pair for seed in seeds for pair in Builder(rules, seed=seed).build(five)},
        key=lambda pair: (pair.photo, pair.kind, pair.question),
    )


@cache
def testing_pairs(folder: Path, split: str) -> list[Pair]:
    """The pairs of one split by which answerers are judged: CLOSED yes-or-no questions a photo."""
    rng = np.random.default_rng(4)
    closed: dict[int, list[Pair]] = defaultdict(list)
    found = []
    for pair in pairs(folder, split):
        if pair.kind == "yes or no":
            closed[pair.photo].append(pair)
        else:
            found.append(pair)
    for some in closed.values():
        found += [some[place] for place in rng.permutation(len(some))[:CLOSED]]
    return sorted(found, key=lambda pair: (pair.photo, pair.kind, pair.question))


if __name__ == "__main__":
    chosen = data.parser(__doc__).parse_args()
    for part in ("train", "dev", "test"):
        found = testing_pairs(chosen.data, part) if part != "train" else pairs(chosen.data, part)
        counts = Counter(pair.kind for pair in found)
        print(part, len(found), dict(counts))
