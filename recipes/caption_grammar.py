"""What a caption says of whom, by a small rule-based grammar of captions.

Captions are short and alike ("A man in a red shirt is riding a bike down the street"), so closed
lists of small words and the -ing forms of the corpus itself go a long way: noun phrases with their
number, colours and head; the subject and what it does, to what, where, and in which clothes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from recipes.caption_words import (
    CLOTHES,
    COLOURS,
    DETERMINERS,
    NOT_VERBS,
    NUMBERS,
    PLACED,
    PLACES,
    PLURALS,
    POSSESSIVES,
    SAME,
    SPELLINGS,
    STOPS,
)


@dataclass(frozen=True)
class Phrase:
    """A noun phrase: `head` in the singular, as a plural or not, with what is said of it."""

    start: int
    end: int
    head: str
    plural: bool
    number: str  # "two" to "ten", "one" for "a" and "one", "" where it is not said
    colours: tuple[str, ...]
    owned: bool  # "his", "her"


@dataclass
class Caption:
    """What one caption says."""

    words: list[str]
    phrases: list[Phrase]
    subject: Phrase | None = None
    action: str = ""  # "-ing" form
    thing: str = ""  # what the action is done to
    places: list[tuple[str, str]] = field(default_factory=list)  # preposition, head
    clothes: list[str] = field(default_factory=list)


def tokens(text: str) -> list[str]:
    """Words and commas in lower case, in British spelling."""
    found = re.findall(r"[a-z]+(?:['-][a-z]+)*|,", text.lower())
    return [SPELLINGS.get(word, word) for word in found]


def singular(word: str) -> tuple[str, bool]:
    """The singular of a noun, and whether it was a plural."""
    if word in PLURALS:
        return PLURALS[word], True
    if word in SAME or len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us")):
        return word, word in SAME and word.endswith("s")
    if word.endswith("ies"):
        return word[:-3] + "y", True
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2], True
    return word[:-1], True


def plural(word: str) -> str:
    """The plural of a noun."""
    for many, one in PLURALS.items():
        if one == word:
            return many
    if word in SAME and word.endswith("s") and not word.endswith("ss"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "sh", "ch", "x")) else "s")


class Grammar:
    """The rules, with the verbs and nouns of a corpus.

    Args:
        captions: the corpus, training captions only.
        nouns: WordNet's nouns; a head must be one of them.
    """

    def __init__(self, captions: Iterable[str], nouns: Iterable[str]) -> None:
        counts = Counter(word for text in captions for word in tokens(text))
        self.actions = {
            word
            for word, count in counts.items()
            if word.endswith("ing") and len(word) > 5 and count >= 5 and word not in NOT_VERBS
        }
        self.third = {form: action for action in self.actions for form in _third(action)}
        self.bare = {form[:-1]: action for form, action in self.third.items()}
        self.nouns = {name.lower() for name in nouns}

    def read(self, text: str) -> Caption:
        """What `text` says."""
        words = tokens(text)
        found = Caption(words, self._phrases(words))
        self._read_subject(words, found)
        for phrase in found.phrases:
            before = words[phrase.start - 1] if phrase.start else ""
            if before in PLACED and phrase.head in PLACES and not phrase.owned:
                found.places.append((before, phrase.head))
            if before in ("in", "wearing", "wears") and phrase.head in CLOTHES:
                found.clothes.append(phrase.head)
        return found

    def _phrases(self, words: Sequence[str]) -> list[Phrase]:
        found, place = [], 0
        while place < len(words):
            word = words[place]
            if word in DETERMINERS or word in NUMBERS or word in COLOURS:
                phrase = self._phrase(words, place)
                if phrase is not None:
                    found.append(phrase)
                    place = phrase.end
                    continue
            place += 1
        return found

    def _phrase(self, words: Sequence[str], start: int) -> Phrase | None:
        first = start if words[start] in COLOURS else start + 1
        end, colours = first, []
        while end < len(words):
            word = words[end]
            if word in COLOURS:
                colours.append(word)
            elif word == "and" and words[end - 1] in COLOURS and _at(words, end + 1) in COLOURS:
                pass  # "a black and white dog"
            elif self._ends(words, end, first):
                break
            end += 1
        while end > first and words[end - 1] in COLOURS:
            return None  # "a man in black": a colour is no thing
        if end == first:
            return None
        head, many = singular(words[end - 1])
        if head not in self.nouns or head in self.actions:
            return None
        opening = words[start]
        number = opening if opening in NUMBERS else "one" if opening in ("a", "an", "one") else ""
        return Phrase(start, end, head, many, number, tuple(colours), opening in POSSESSIVES)

    def _ends(self, words: Sequence[str], place: int, first: int) -> bool:
        """Whether the word is no part of the noun phrase that began before it."""
        word = words[place]
        if word in STOPS or word in DETERMINERS or word in NUMBERS:
            return True
        return place > first and (word in self.actions or self._is_verb(words, place))

    def _is_verb(self, words: Sequence[str], place: int) -> bool:
        """Whether the word is a verb ("the dog runs", "two dogs run") and no noun."""
        before = words[place - 1]
        one, many = singular(before)
        forms = self.bare if many else self.third
        return one in self.nouns and before not in COLOURS and words[place] in forms

    def _read_subject(self, words: Sequence[str], found: Caption) -> None:
        if not found.phrases or found.phrases[0].start > 0:
            return
        subject = found.phrases[0]
        place, by_start = subject.end, {phrase.start: phrase for phrase in found.phrases}
        while place < len(words):
            word = words[place]
            if word in ("in", "with", "wearing") and place + 1 in by_start:
                place = by_start[place + 1].end  # clothes and company
            elif word in ("is", "are", "who", "that") or word.endswith("ly"):
                place += 1
            else:
                break
        if place >= len(words):
            return
        verb = words[place]
        action = verb if verb in self.actions else self.third.get(verb, "")
        if not action or (subject.plural and verb in self.third):
            return
        found.subject, found.action = subject, action
        thing = by_start.get(place + 1)
        if thing is not None:
            found.thing = thing.head


def _at(words: Sequence[str], place: int) -> str:
    return words[place] if place < len(words) else ""


def _third(action: str) -> list[str]:
    """The forms that "-ing" may have after "he": running, runs; riding, rides; playing, plays."""
    stem = action[:-3]
    if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return [stem[:-1] + "s"]
    forms = [stem + "s", stem + "es"]
    if stem.endswith("y"):
        forms.append(stem[:-1] + "ies")
    return forms
