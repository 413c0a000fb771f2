"""Short texts in four languages, each with the English sentence whose meaning it carries.

The text teacher knows English alone, so the German, French and Czech captions of Multi30k and the
emoji's names take the vector of their English twin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recipes import data

LANGUAGES = ("de", "fr", "cs")  # beside English
HELD_OUT = 500  # rows of Multi30k and captions kept for the card's figures
WORDNET_NAMES = 20_000
PHRASES = 30_000
# "a dog on a beach" out of a caption: an article or number, a word or more, and perhaps one more
# of the same behind a preposition
PHRASE = re.compile(
    r"\b(?:an?|the|two|three|some) (?:\w+ ){0,2}?\w+"
    r"(?: (?:in|on|at|with|near|through|over|of|by) (?:an?|the|his|her|their|some) \w+)?",
)
ARTICLE = re.compile(r"^(?:an?|the|some) ")


@dataclass(frozen=True)
class Corpus:
    """Training texts: `texts[k]` means what the English sentence `english[meaning[k]]` means."""

    texts: list[str]
    meaning: np.ndarray  # (N,) int32
    english: list[str]


def clean(caption: str) -> str:
    """Flickr8k's tokenised punctuation as people write it."""
    return re.sub(r"\s+([.,!?;:'])", r"\1", caption).strip(' "')


def phrases(captions: list[str], *, count: int, seed: int = 3) -> list[str]:
    """Short noun phrases such as people type into a search box."""
    found = set()
    for caption in captions:
        for match in PHRASE.findall(caption.lower()):
            found.add(match)
            found.add(ARTICLE.sub("", match))
    chosen = sorted(found)
    np.random.default_rng(seed).shuffle(chosen)
    return chosen[:count]


def class_phrases(name: str) -> list[str]:
    """Bare and in a sentence, of the first synonym of a comma-separated list of names."""
    first = name.split(",")[0].strip().replace("_", " ")
    return [first, f"a photo of a {first}"]


def held_out_multi30k(folder: Path) -> dict[str, list[str]]:
    """The rows that training never sees: one language a key."""
    columns = data.multi30k(folder)
    return {key: columns[key][:HELD_OUT] for key in ("en", *LANGUAGES)}


def held_out_captions(folder: Path) -> list[str]:
    """English captions that training never sees: those of Flickr8k's dev photos."""
    return [clean(caption) for five in data.flickr8k(folder, "dev").captions for caption in five]


def build(folder: Path) -> Corpus:
    """Every training text. Rows of Flickr8k's dev and test photos are in none of the files read."""
    flickr = [clean(c) for five in data.flickr8k(folder, "train").captions for c in five]
    captions = data.column(folder, "captions.parquet", "text")
    multi = data.multi30k(folder)
    held = {text for texts in held_out_multi30k(folder).values() for text in texts}
    emoji = data.emoji(folder)
    nouns = data.column(folder, "wordnet_nouns.parquet", "names")
    nouns = np.random.default_rng(5).permutation(nouns)[:WORDNET_NAMES].tolist()
    classes = sorted(set(data.tiny_imagenet(folder, "train").names))
    classes += sorted(set(data.clothing(folder, "train").names))
    labels = (folder / "teachers" / "imagenet_labels.txt").read_text().splitlines()[1:]

    english = [*flickr, *captions, *multi["en"][HELD_OUT:], *emoji["name"]]
    english += [word for words in emoji["keywords"] for word in words or []]
    english += [text for name in (*classes, *labels) for text in class_phrases(name)]
    for k, names in enumerate(nouns):
        english.append(class_phrases(names)[k % 2])
    english += phrases([*flickr, *captions, *multi["en"][HELD_OUT:]], count=PHRASES)

    unique = sorted({text for text in english if text} - held)
    number = {text: k for k, text in enumerate(unique)}
    pairs = list(number.items())
    for language in LANGUAGES:
        twins = zip(multi[language][HELD_OUT:], multi["en"][HELD_OUT:], strict=True)
        names = zip(emoji[f"name_{language}"], emoji["name"], strict=True)
        pairs += [(text, number[en]) for text, en in (*twins, *names) if text and en in number]
    pairs = sorted(set(pairs))
    meaning = np.array([k for _, k in pairs], dtype=np.int32)
    return Corpus([text for text, _ in pairs], meaning, unique)
