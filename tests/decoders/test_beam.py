from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from crossmodal.decoders.beam import END, Limits, Sentence, search

A, B = 2, 3
NOTHING = np.zeros((1, 0, 1), np.float32)


def network(chains: list[dict[int, tuple[float, ...]]]) -> tuple[object, list[int]]:
    """Return a step that looks up the next word's probability by the last word, and its calls.

    `chains[k][word]` are the probabilities of the words 0 to 3 after `word`; vector (k,) says which
    chain is followed. The past holds the words so far, and is checked to be the rows' own.
    """
    calls: list[int] = []

    def step(
        vectors: NDArray[np.float32], ids: NDArray[np.int64], place: int, past: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        assert past.shape == (len(vectors), place, 1)
        if place > 1:
            assert not (past[:, 1:] == END).any()  # no finished sentence is carried on
        calls.append(len(vectors))
        rows = [
            chains[int(which[0])][int(word)] for which, (word,) in zip(vectors, ids, strict=True)
        ]
        return np.log(np.array(rows, np.float32)), ids[:, :, None].astype(np.float32)

    return step, calls


# After the start "a" is likelier than "b" (0.6 to 0.4), but "a" is followed by anything (0.5 at
# most) while "b" surely ends: p("b") = 0.4 * 0.9 = 0.36 against p("a") = 0.6 * 0.5 = 0.30.
GARDEN = {END: (0, 0, 0.6, 0.4), A: (0.5, 0, 0, 0.5), B: (0.9, 0, 0.1, 0)}


def run(
    chains: list[dict[int, tuple[float, ...]]], vectors: list[int], limits: Limits
) -> list[list[Sentence]]:
    with np.errstate(divide="ignore"):  # log 0
        step, _ = network(chains)
        values = np.array(vectors, np.float32)[:, None]
        return search(step, values, past=NOTHING, limits=limits)  # type: ignore[arg-type]


def limits(**changes: float) -> Limits:
    given = {"beams": 2, "shortest": 1, "longest": 4, "length_penalty": 0, "repeated": 0}
    return Limits(**{**given, **changes})  # type: ignore[arg-type]


def test_a_beam_finds_what_the_greedy_way_misses() -> None:
    (greedy,) = run([GARDEN], [0], limits(beams=1))
    (found,) = run([GARDEN], [0], limits())
    assert greedy[0].words == (A,)
    assert math.exp(greedy[0].log_probability) == pytest.approx(0.30)
    assert found[0].words == (B,)
    assert math.exp(found[0].log_probability) == pytest.approx(0.36)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_the_length_penalty_divides_by_the_words_and_the_end() -> None:
    (found,) = run([GARDEN], [0], limits(length_penalty=1))
    by_words = {one.words: one for one in found}
    assert by_words[(B,)].score == pytest.approx(math.log(0.36) / 2)
    # "a b" = 0.6 * 0.5 * 0.9 = 0.27 in three steps: a higher mean than "b" = 0.36 in two
    assert found[0].words == (A, B)
    assert found[0].score == pytest.approx(math.log(0.27) / 3)


def test_shortest_and_longest() -> None:
    (found,) = run([GARDEN], [0], limits(shortest=2))
    assert min(len(one.words) for one in found) == 2
    endless = {END: (0, 0, 1, 0), A: (0, 0, 0, 1), B: (0, 0, 1, 0)}
    with pytest.raises(IndexError):  # what never ends has no sentence: the end is impossible here
        run([endless], [0], limits(longest=3))[0][0]
    hardly = {END: (0, 0, 1, 0), A: (1e-6, 0, 0, 1), B: (1e-6, 0, 1, 0)}
    (found,) = run([hardly], [0], limits(beams=1, longest=3))
    assert found[0].words == (A, B, A)


def test_nothing_is_said_twice() -> None:
    again = {END: (0, 0, 1, 0), A: (0.1, 0, 0, 0.9), B: (0.1, 0, 0.9, 0)}
    (free,) = run([again], [0], limits(beams=1))
    assert free[0].words == (A, B, A, B)
    (pairs,) = run([again], [0], limits(beams=1, repeated=2))
    assert pairs[0].words == (A, B, A)
    (once,) = run([again], [0], limits(beams=1, once=frozenset({A})))
    assert once[0].words == (A, B)
    stuck = {END: (0, 0, 1, 0), A: (0.1, 0, 0.9, 0), B: (1, 0, 0, 0)}
    (found,) = run([stuck], [0], limits(beams=1))
    assert found[0].words == (A,)  # no word follows itself


def test_unknown_words_are_never_written() -> None:
    chain = {END: (0, 0.9, 0.1, 0), A: (0.1, 0.9, 0, 0), B: (1, 0, 0, 0)}
    (found,) = run([chain], [0], limits())
    assert [one.words for one in found] == [(A,)]


def test_many_vectors_are_as_each_alone() -> None:
    other = {END: (0, 0, 0.2, 0.8), A: (0.8, 0, 0, 0.2), B: (0.1, 0, 0.9, 0)}
    both = run([GARDEN, other], [1, 0, 1], limits())
    assert both == [run([GARDEN, other], [which], limits())[0] for which in (1, 0, 1)]
    assert run([GARDEN], [], limits()) == []


def test_a_word_keeps_apart_from_its_return() -> None:
    chain = {END: (0, 0, 1, 0), A: (0.1, 0, 0, 0.9), B: (0.1, 0, 0.9, 0)}  # a b a b, and so on
    (free,) = run([chain], [0], limits(longest=4))
    assert (A, B, A) in {sentence.words for sentence in free}
    (kept,) = run([chain], [0], limits(longest=4, apart=2))
    assert {sentence.words for sentence in kept} == {(A,), (A, B)}
    (one,) = run([chain], [0], replace(limits(longest=4, apart=2), free=frozenset({A})))
    assert {sentence.words for sentence in one} == {(A,), (A, B), (A, B, A)}
