"""What the rules read in captions, and the questions that are built from it."""

from __future__ import annotations

from collections import Counter

import pytest

from recipes.caption_facts import Seen, open_questions
from recipes.caption_grammar import Grammar, plural, singular
from recipes.question_builder import ABSENT, NONE, Builder, Pair

ACTIONS = ("riding", "running", "sitting", "jumping", "standing", "walking")
CORPUS = [f"a dog is {action}" for action in ACTIONS for _ in range(5)]
NOUNS = [
    *("man", "woman", "dog", "bike", "shirt", "street", "ball", "field"),
    *("car", "boy", "person", "cat", "beach", "pants", "grass"),
]
RIDER = [
    "A man in a red shirt is riding a bike down the street .",
    "A man rides a black bike .",
    "A person in a red shirt on a bike .",
]
DOGS = ["Two brown dogs run on a field .", "Two dogs running through the grass ."]


@pytest.fixture
def grammar() -> Grammar:
    return Grammar(CORPUS, NOUNS)


def test_a_caption_is_read(grammar: Grammar) -> None:
    said = grammar.read(RIDER[0])
    assert [(one.head, one.number, one.colours) for one in said.phrases] == [
        ("man", "one", ()), ("shirt", "one", ("red",)), ("bike", "one", ()), ("street", "", ()),
    ]  # fmt: skip
    assert said.subject is not None
    assert (said.subject.head, said.action, said.thing) == ("man", "riding", "bike")
    assert said.places == [("down", "street")]
    assert said.clothes == ["shirt"]


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("The dog runs", ["dog"]),
        ("Two dogs run", ["dog"]),
        ("A black and white dog", ["dog"]),
        ("A man in black", ["man"]),
        ("A woman in a red shirt and brown pants", ["woman", "shirt", "pants"]),
        ("", []),
        ("Running .", []),
    ],
)
def test_heads_of_noun_phrases(grammar: Grammar, text: str, heads: list[str]) -> None:
    assert [phrase.head for phrase in grammar.read(text).phrases] == heads


@pytest.mark.parametrize(
    ("one", "many"), [("dog", "dogs"), ("man", "men"), ("bench", "benches"), ("puppy", "puppies"),
                      ("boy", "boys"), ("pants", "pants")],
)  # fmt: skip
def test_plurals_both_ways(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many) == (one, True)


def test_what_a_photo_answers(grammar: Grammar) -> None:
    found = {
        (one.wording, one.slots): one.answers
        for one in open_questions([grammar.read(text) for text in RIDER])
    }
    assert found["what colour", ("shirt",)] == ("red",)
    assert found["what colour", ("bike",)] == ("black",)
    assert found["doing what", ("man",)] == ("riding",)
    assert found["thing", ("man", "riding")] == ("bike",)
    assert found["who", ("riding the bike",)] == ("man",)
    assert found["where", ("man",)] == ("street", "bike")
    assert found["wearing", ("man",)] == ("shirt",)


def test_what_captions_contradict_is_not_asked(grammar: Grammar) -> None:
    said = [grammar.read(text) for text in ("A red car", "A blue car", "Two dogs", "Three dogs")]
    assert [one.kind for one in open_questions(said)] == []


def test_counts(grammar: Grammar) -> None:
    (found,) = open_questions([grammar.read(text) for text in DOGS])
    assert (found.kind, found.slots, found.answers) == ("how many", ("dogs",), ("two",))
    thrice = [grammar.read("A dog is running")] * 3
    assert ("one",) in [one.answers for one in open_questions(thrice)]


def test_what_captions_deny(grammar: Grammar) -> None:
    seen = Seen.of([grammar.read(text) for text in RIDER])
    assert ("coloured", "bike", "black") in seen.facts
    assert seen.denies(("coloured", "bike", "red"))
    assert not seen.denies(("coloured", "bike", "black"))
    assert not seen.denies(("coloured", "car", "red"))  # there is none to be of another colour
    assert seen.denies(("acting", "man", "sitting"))
    assert seen.denies(("there", "dog"))
    assert not seen.denies(("there", "woman"))  # "a person" may be one
    assert not seen.denies(("there", "motorcycle"))  # too near to a bike


def test_yes_and_no_are_balanced_for_every_question(grammar: Grammar) -> None:
    photos = [["A dog is running", "A dog runs"], ["A man is sitting", "A man sits"]] * 4
    pairs = [pair for pair in Builder(grammar, seed=0).build(photos) if pair.kind == "yes or no"]
    assert pairs
    assert Counter(pair.answers for pair in pairs) == {
        ("yes",): len(pairs) / 2,
        ("no",): len(pairs) / 2,
    }
    assert Pair(0, "yes or no", "Is there a man?", ("no",)).answers == ("no",)
    for pair in pairs:
        shown = "dog" if pair.photo % 2 == 0 else "man"
        assert (pair.answers == ("yes",)) == (f" {shown}" in pair.question)


def test_what_is_not_there_has_no_answer(grammar: Grammar) -> None:
    photos = [["A dog is running on the grass"], ["A man is sitting in a car"]] * 10
    pairs = [pair for pair in Builder(grammar, seed=1).build(photos) if pair.kind == ABSENT]
    assert pairs
    for pair in pairs:
        assert pair.answers == (NONE,)
        assert " dog" not in pair.question or pair.photo % 2 == 1
