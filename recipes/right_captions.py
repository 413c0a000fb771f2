"""Whether a caption is right, by a rule that needs no person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crossmodal.metrics.meteor import stem
from recipes import question_pairs
from recipes.caption_grammar import tokens
from recipes.caption_words import ANIMALS, DETERMINERS, FEMALE, MALE, PEOPLE, STOPS

RULE = (
    "right: what it is of is named by one of the five people, as is at least half of its other "
    "content words"
)
SHARE = 0.5
SMALL = STOPS | DETERMINERS | {"front", "top", "next", "middle", "side"}


def right(folder: Path, captions: Sequence[str], people: Sequence[Sequence[str]]) -> np.ndarray:
    """Whether each caption is right by RULE, given what people said, `(N,) bool`."""
    grammar = question_pairs.grammar(folder)
    found = []
    for caption, five in zip(captions, people, strict=True):
        said = grammar.read(caption)
        known = {stem(word) for text in five for word in tokens(text)}
        heads = {phrase.head for text in five for phrase in grammar.read(text).phrases}
        subject = said.phrases[0].head if said.phrases else ""
        of_it = any(_named(subject, head) for head in heads) or stem(subject) in known
        rest = [word for word in said.words if word not in SMALL and word != ","]
        agreed = sum(stem(word) in known for word in rest)
        found.append(bool(subject) and of_it and agreed >= SHARE * len(rest))
    return np.array(found)


def _named(subject: str, head: str) -> bool:
    """Whether people who say `head` may mean `subject`: a man is a person, and no woman."""
    if subject == head:
        return True
    if subject in ANIMALS and head in ANIMALS:
        return "animal" in (subject, head)
    if subject in PEOPLE and head in PEOPLE:
        mixed = (subject in MALE and head in FEMALE) or (subject in FEMALE and head in MALE)
        return not mixed
    return False
