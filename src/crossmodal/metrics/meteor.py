"""METEOR without a dictionary: words matched as they are, then by their stems.

The formula is METEOR's first (Banerjee and Lavie 2005): precision P and recall R over matched
words, F = 10 P R / (R + 9 P), times 1 - 0.5 (chunks / matches)³. The original's third stage,
WordNet's synonyms, is left out, and stems are those of `stem`, so figures are not comparable with
those of the Java program (versions 1.x, which papers mostly quote); compare them with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from .captions import Words

ENDINGS = ("ing", "ies", "ed", "es", "s", "ly")


def stem(word: str) -> str:
    """Return `word` without the commonest English endings: "running", "runs" are both "run"."""
    for ending in ENDINGS:
        short = word.removesuffix(ending)
        if short != word and len(short) >= 3 and not word.endswith("ss"):
            short += "y" if ending == "ies" else ""
            doubled = ending in ("ing", "ed") and short[-1] == short[-2] and short[-1] not in "lsz"
            return short[:-1] if doubled else short.removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word


def meteor(caption: Words, references: Sequence[Words]) -> float:
    """Return the best score of `caption` against one of `references`, in [0, 1)."""
    return max((_score(caption, reference) for reference in references), default=0.0)


def matched(caption: Words, reference: Words) -> list[tuple[int, int]]:
    """Return which words match, as places in both, each used once, in the caption's order.

    Of several equal words the one that goes on where the word before matched, else the first.
    """
    pairs: dict[int, int] = {}
    for form in (str, stem):
        _match(caption, reference, form, pairs)
    return sorted(pairs.items())


def _match(
    caption: Words, reference: Words, form: Callable[[str], str], pairs: dict[int, int]
) -> None:
    wanted = [form(word) for word in reference]
    free = set(range(len(reference))) - set(pairs.values())
    for place, word in enumerate(caption):
        if place in pairs:
            continue
        places = [other for other in sorted(free) if wanted[other] == form(word)]
        if places:
            following = pairs.get(place - 1, -2) + 1
            chosen = following if following in places else places[0]
            pairs[place] = chosen
            free.remove(chosen)


def _score(caption: Words, reference: Words) -> float:
    pairs = matched(caption, reference)
    if not pairs:
        return 0.0
    precision, recall = len(pairs) / len(caption), len(pairs) / len(reference)
    chunks = 1 + sum((b[0] - a[0], b[1] - a[1]) != (1, 1) for a, b in pairwise(pairs))
    mean = 10 * precision * recall / (recall + 9 * precision)
    return mean * (1 - 0.5 * (chunks / len(pairs)) ** 3)
