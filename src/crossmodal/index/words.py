"""Words: how names and texts are cut for the full-text index, and how a query is asked of it.

A query's function words ("the", "mit", "sur") tell nothing and are dropped; all the others must
be there. So a long document that merely shares an "of the" with the query is no match.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations
from pathlib import PurePath

NAME_PARTS = 3  # of a path, from its end: folder, folder, file
MOST_WORDS = 16  # a query with more is a text, which its vector finds better
NEAR_WORDS = 4  # from this many on, all words but one are a near match

# Words that mean something in another of these languages (hat, bin, war, son) are not among them.
_FUNCTION_WORDS = frozenset(
    word
    for line in (
        # English
        "a an and are as at be been but by can do does for from had has have he her his how i if",
        "in into is it its me my no not of off on or our out she so some than that the their them",
        "then there these they this to up was we were what when where which who will with you",
        "your",
        # German
        "aber alle als am an auf aus bei bis das dass dem der des die doch du durch ein eine",
        "einem einen einer eines er es für ich ihr im in ist ja kein mein mit nach nicht noch nur",
        "oder sein sich sie sind über um und uns unter vom von vor was wie wir zu zum zur",
        # French
        "au aux avec ce ces cette dans de des du elle en est et eux il ils je la le les leur lui",
        "ma mais mes mon ne nos notre nous on ou où par pas pour qu que qui sa sans se ses sont",
        "sur ta te tes tu un une vos votre vous",
        # Spanish
        "al como con de del el ella en entre es esta este la las lo los más mi muy ni no nos o",
        "para pero por que se sobre su sus también te un una unas uno unos y ya yo",
    )
    for word in line.split()
)

# That one asks, and that it is for a picture, tells nothing of what is in it.
_ASKING = re.compile(
    r"\s*(?:please\s+)?(?:(?:show|find|give)\s+me|(?:search|look(?:ing)?)\s+for"
    r"|zeig(?:e|t)?\s+mir|montre(?:z)?[-\s]moi|ukaž\s+mi)\s+(?=\S)",
    re.IGNORECASE,
)
_PICTURE_OF = re.compile(
    r"\s*(?:"
    r"(?:(?:an?|the|some|any|all|my)\s+)*"
    r"(?:photo(?:graph)?|picture|pic|image|video|film|clip)s?\s+(?:of|with|showing)"
    r"|(?:ein(?:e[nm]?)?\s+|die\s+|das\s+)?(?:fotos?|bild(?:er)?|videos?|filme?)\s+(?:von|mit)"
    r"|(?:une?\s+|des\s+|les\s+)?(?:photo(?:graphie)?|image|vidéo|film)s?\s+(?:de|avec)"
    r"|(?:fotk[ay]|fotografie|obráz(?:ek|ky))(?:\s+se?)?"
    r")\s+(?=\S)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
# Scripts that are written without spaces: each character is a word of its own.
_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
_CAMEL = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-z])(?=[A-Z])")


def name_words(path: bytes) -> str:
    """Return the words of a path's last parts: "2019 Beach Trip DSC 0042 jpg"."""
    name = os.fsdecode(path).encode("utf-8", "replace").decode()
    parts = PurePath(name).parts[-NAME_PARTS:]
    whole = [word for part in parts for word in _WORD.findall(part)]
    cut = [word for part in parts for word in _WORD.findall(_CAMEL.sub(" ", part))]
    return spaced(" ".join(dict.fromkeys(whole + cut)))


def spaced(text: str) -> str:
    """Return `text` with spaces around each character of the scripts that have none."""
    return _UNSPACED.sub(r" \1 ", text)


@lru_cache(64)
def subject(text: str) -> str:
    """Return what `text` asks for, without a beginning such as "show me" or "a photo of"."""
    for beginning in (_ASKING, _PICTURE_OF):
        found = beginning.match(text)
        if found:
            text = text[found.end() :]
    return text


def content_words(text: str) -> list[str]:
    """Return the different words of `text` that tell something; none for a long text."""
    clean = text.encode("utf-8", "replace").decode()
    words = dict.fromkeys(word.lower() for word in _WORD.findall(clean))
    kept = [word for word in words if word not in _FUNCTION_WORDS]
    return kept if len(kept) <= MOST_WORDS else []


def expression(
    words: Sequence[str], *, without: Iterable[Sequence[str]] = (), spare: int = 0
) -> str:
    """Return the FTS5 expression for what holds all `words` but `spare` of them.

    Each word stands in quotes, so that nothing that a user types is taken for syntax.

    Args:
        words: at least one more than `spare`.
        without: groups of words; what holds all of one group is left out.
    """
    groups = [_group(some) for some in combinations(words, len(words) - spare)]
    asked = f"({' OR '.join(groups)})"
    for unwanted in without:
        asked = f"{asked} NOT {_group(unwanted)}" if unwanted else asked
    return asked


def _group(words: Sequence[str]) -> str:
    return "(" + " AND ".join(f'"{spaced(word)}"' for word in words) + ")"
