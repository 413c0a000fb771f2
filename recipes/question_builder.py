"""From what captions state to questions with their answers.

The method is that of COCO-QA (Ren et al. 2015) and VQ2A (Changpinyo et al. 2022): what a caption
states becomes the answer of a question. Every yes-or-no question is asked as often where the answer
is no, so its words alone tell nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recipes.caption_facts import Fact, Seen, open_questions
from recipes.caption_grammar import Caption, Grammar
from recipes.caption_words import ANIMALS, CLOTHES, MASSES, NOTICED, PAIRS, PEOPLE

NONE = "<none>"  # the answer where the picture does not show what is asked about
KINDS = (
    "who or what", "which thing", "how many", "what colour", "where", "doing what", "yes or no",
)  # fmt: skip
ABSENT = "absent"  # the kind of questions that have no answer
WORDINGS = {
    "what colour": ("What colour is the {0}?", "What is the colour of the {0}?",
                    "Which colour does the {0} have?"),
    "how many": ("How many {0} are there?", "How many {0} can you see?",
                 "How many {0} are in the picture?"),
    "where": ("Where is the {0}?", "Where can you see the {0}?",
              "Where in the picture is the {0}?"),
    "doing what": ("What is the {0} doing?", "What does the {0} do?"),
    "wearing": ("What is the {0} wearing?", "What does the {0} wear?"),
    "thing": ("What is the {0} {1}?",),
    "who": ("Who is {0}?", "Who do you see {0}?"),
    "what": ("What is {0}?", "Which animal is {0}?"),
    "there": ("Is there a {0}?", "Is there a {0} in the picture?", "Do you see a {0}?"),
    "acting": ("Is the {0} {1}?",),
    "coloured": ("Is the {0} {1}?",),
}  # fmt: skip
MANY_FORMS = (("is the", "are the"), ("does the", "do the"), ("Is the", "Are the"),
              ("Is there a ", "Are there "), ("see a ", "see "))  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A question about one photo and the answers that count as right, the commonest first."""

    photo: int
    kind: str
    question: str
    answers: tuple[str, ...]


class Builder:
    """Pairs from photos' captions.

    Args:
        grammar: reads captions; made from training captions.
        seed: which wording is taken, and which photos are asked in vain.
    """

    def __init__(self, grammar: Grammar, *, seed: int) -> None:
        self.grammar = grammar
        self.rng = np.random.default_rng(seed)

    def build(self, captions: Sequence[Sequence[str]]) -> list[Pair]:
        """Every pair of photos with these captions, in order of the photos."""
        photos = [[self.grammar.read(text) for text in texts] for texts in captions]
        seen = [Seen.of(said) for said in photos]
        pairs = [
            Pair(number, one.kind, self.word(one.wording, one.slots), one.answers)
            for number, said in enumerate(photos)
            for one in open_questions(said)
        ]
        pairs += self._yes_or_no(seen)
        pairs += self._absent(photos, seen)
        return sorted(set(pairs), key=lambda pair: (pair.photo, pair.kind, pair.question))

    def word(self, wording: str, slots: Sequence[str]) -> str:
        """A question in one of its wordings."""
        texts = WORDINGS[wording]
        text = texts[int(self.rng.integers(len(texts)))].format(*slots)
        if slots[0] in MASSES:
            text = text.replace(f" a {slots[0]}", f" {slots[0]}")
        if slots[0] in PAIRS:
            for one, many in MANY_FORMS:
                text = text.replace(one, many)
        for vowel in "aeio":
            text = text.replace(f" a {vowel}", f" an {vowel}")
        return text

    def _yes_or_no(self, seen: Sequence[Seen]) -> list[Pair]:
        """As many questions to be answered with yes as with no, of every fact."""
        affirmed: dict[Fact, list[int]] = defaultdict(list)
        for number, found in enumerate(seen):
            for fact in found.facts:
                affirmed[fact].append(number)
        pairs = []
        for fact in sorted(affirmed):
            denied = [number for number, found in enumerate(seen) if found.denies(fact)]
            count = min(len(affirmed[fact]), len(denied))
            for numbers, answer in ((affirmed[fact], "yes"), (denied, "no")):
                for number in self.rng.permutation(numbers)[:count]:
                    question = self.word(fact[0], fact[1:])
                    pairs.append(Pair(int(number), "yes or no", question, (answer,)))
        return pairs

    def _absent(self, photos: Sequence[Sequence[Caption]], seen: Sequence[Seen]) -> list[Pair]:
        """Questions about things that the photo does not show, up to two a photo."""
        heads = Counter(phrase.head for said in photos for one in said for phrase in one.phrases)
        # clothes are worn in most photos and told of in few, so their absence is never sure
        known = sorted(head for head in NOTICED - CLOTHES if heads[head])
        weights = np.array([heads[head] for head in known], np.float64) ** 0.5
        pairs = []
        for number, found in enumerate(seen):
            for head in self.rng.choice(known, 2, replace=False, p=weights / weights.sum()):
                if found.lacks(str(head)):
                    wordings = ["what colour", "where"]
                    wordings += ["doing what"] * (head in ANIMALS | PEOPLE)
                    wording = wordings[int(self.rng.integers(len(wordings)))]
                    pairs.append(Pair(number, ABSENT, self.word(wording, [str(head)]), (NONE,)))
        return pairs
