"""What the five captions of a photo state together: the open questions that they answer, and the
facts that they affirm or deny.

Five people wrote of each photo: what they contradict each other in is not asked, and what any of
them said counts as right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recipes.caption_grammar import Caption, Phrase, plural
from recipes.caption_words import (
    ALIKE,
    ANIMALS,
    COLOURS,
    MANY,
    NOTICED,
    OBJECT_ACTIONS,
    PAIRS,
    PEOPLE,
    VAGUE,
)

STILL = {"sitting", "standing", "sleeping", "lying", "laying", "posing", "resting", "kneeling"}
LIVELY = {"running", "jumping", "walking", "swimming", "climbing", "riding", "racing", "leaping"}
SINGLE = 3  # captions that must speak of "a dog" before it counts as one

Fact = tuple[str, ...]  # "there" and a noun; "acting" or "coloured", a noun and a word


@dataclass(frozen=True)
class Open:
    """A question that is not answered by yes or no: kind, wording with its slots, answers."""

    kind: str
    wording: str
    slots: tuple[str, ...]
    answers: tuple[str, ...]  # the commonest first


def open_questions(said: Sequence[Caption]) -> Iterator[Open]:
    """The questions that the captions of one photo answer."""
    by_head: dict[str, list[Phrase]] = defaultdict(list)
    for one in said:
        for phrase in one.phrases:
            by_head[phrase.head].append(phrase)
    several = any(word in MANY for one in said for word in one.words)
    for head, mentions in by_head.items():
        colours = {colour(phrase.colours) for phrase in mentions if phrase.colours}
        single = head in PAIRS or not any(phrase.plural for phrase in mentions)
        # a man in brown is no brown man, and of two dogs each may have its own colour
        if len(colours) == 1 and head not in PEOPLE and single:
            yield Open("what colour", "what colour", (head,), tuple(colours))
        number = _number(mentions)
        if number and not (several and head in PEOPLE):
            yield Open("how many", "how many", (plural(head),), (number,))
    subjects = [one.subject for one in said if one.subject]
    names = Counter(subject.head for subject in subjects)
    if subjects and not any(subject.plural for subject in subjects):
        people = set(names) <= PEOPLE
        if people or set(names) <= ANIMALS:
            yield from _of_the_subject(said, names, people=people)


def _number(mentions: Sequence[Phrase]) -> str:
    """How many there are, or "" where the captions do not say or do not agree."""
    numbers = {phrase.number for phrase in mentions if phrase.plural} - {"", "one"}
    if all(phrase.plural for phrase in mentions):
        return numbers.pop() if len(numbers) == 1 else ""
    head = mentions[0].head
    ones = sum(phrase.number == "one" for phrase in mentions)
    single = not any(phrase.plural for phrase in mentions) and ones >= SINGLE
    return "one" if single and head in (ANIMALS | PEOPLE) - {"person"} else ""


def _of_the_subject(
    said: Sequence[Caption], names: Counter[str], *, people: bool
) -> Iterator[Open]:
    """Questions about the one that a photo is of."""
    subject = names.most_common(1)[0][0]
    active = [one for one in said if one.subject and one.action and one.action not in VAGUE]
    actions = Counter(one.action for one in active)
    if actions:
        yield Open("doing what", "doing what", (subject,), _ranked(actions))
        doing = next(_doing(one) for one in active if one.action == _ranked(actions)[0])
        yield Open("who or what", "who" if people else "what", (doing,), _ranked(names))
    places = Counter(head for one in said for _, head in one.places)
    if places:
        yield Open("where", "where", (subject,), _ranked(places))
    things: dict[str, Counter[str]] = defaultdict(Counter)
    for one in active:
        if one.thing and one.action in OBJECT_ACTIONS and one.thing not in PEOPLE:
            things[one.action][one.thing] += 1
    for action, found in things.items():
        yield Open("which thing", "thing", (subject, action), _ranked(found))
    clothes = Counter(worn for one in said for worn in one.clothes)
    if clothes and people:
        yield Open("which thing", "wearing", (subject,), _ranked(clothes))


def _doing(one: Caption) -> str:
    takes = one.thing and one.action in OBJECT_ACTIONS
    return f"{one.action} the {one.thing}" if takes else one.action


def _ranked(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(word for word, _ in counts.most_common())


def colour(colours: Sequence[str]) -> str:
    """Colours in one order: "white and black" is "black and white"."""
    return " and ".join(sorted(set(colours), key=COLOURS.index))


@dataclass(frozen=True)
class Seen:
    """What the captions of a photo affirm, and what must be known to deny something."""

    facts: tuple[Fact, ...]
    heads: frozenset[str]
    words: frozenset[str]
    actions: dict[str, frozenset[str]]
    colours: dict[str, str]

    @classmethod
    def of(cls, said: Sequence[Caption]) -> Seen:
        """What these captions of one photo state."""
        counts = Counter(head for one in said for head in {phrase.head for phrase in one.phrases})
        actions: dict[str, set[str]] = defaultdict(set)
        colours: dict[str, set[str]] = defaultdict(set)
        for one in said:
            if one.subject and not one.subject.plural and one.action:
                actions[one.subject.head].add(one.action)
            for phrase in one.phrases:
                if phrase.colours and not phrase.plural and phrase.head not in PEOPLE:
                    colours[phrase.head].add(colour(phrase.colours))
        settled = {head: next(iter(found)) for head, found in colours.items() if len(found) == 1}
        facts: list[Fact] = [
            ("there", head) for head, count in counts.items() if count >= 2 and head in NOTICED
        ]
        facts += [("coloured", head, name) for head, name in settled.items() if " " not in name]
        facts += [
            ("acting", head, action)
            for head, found in actions.items()
            for action in sorted(found & (STILL | LIVELY))
        ]
        words = frozenset(word for one in said for word in one.words)
        frozen = {head: frozenset(found) for head, found in actions.items()}
        return cls(tuple(facts), frozenset(counts), words, frozen, settled)

    def denies(self, fact: Fact) -> bool:
        """Whether the captions say enough to answer "no"."""
        wording, head, *rest = fact
        if wording == "there":
            return self.lacks(head)
        if wording == "acting":
            mine = self.actions.get(head, frozenset())
            still, lively = bool(mine & STILL), bool(mine & LIVELY)
            return lively and not still if rest[0] in STILL else still and not lively
        shown = set(self.colours.get(head, "").split())
        return bool(shown) and rest[0] not in shown

    def lacks(self, head: str) -> bool:
        """Whether nothing is mentioned that is `head` or near to it."""
        if head in PEOPLE:
            return not self.heads & PEOPLE and not self.words & (MANY | {"people", "person"})
        near = ANIMALS if head in ANIMALS else ALIKE.get(head, frozenset())
        near = near | {head, plural(head)}
        return not (self.words | self.heads) & near
