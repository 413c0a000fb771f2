from __future__ import annotations

import math

import numpy as np
import pytest
from pycocoevalcap.cider.cider import Cider

from crossmodal.metrics.captions import words
from crossmodal.metrics.cider import cider, document_frequency


def test_by_hand() -> None:
    """Two pictures; only words that tell them apart weigh, and only single words are shared."""
    people = [[["red", "dog"]], [["blue", "dog"]]]
    assert document_frequency(people)["dog",] == 2
    # "dog" weighs log(2/2) = 0, so of the runs of one word "red" alone counts: cosine 1, of four
    # lengths of runs; the run "red cat" is not shared.
    found = cider([["red", "cat"], ["green"]], people)
    norm = math.hypot(math.log(2), math.log(2))  # "cat" weighs log 2 too, as a run never seen
    assert found[0] == pytest.approx(10 / 4 * math.log(2) / norm)
    assert found[1] == 0


SAID = [["red"], ["red", "dog"], ["red", "dog", *["dog"] * 5]]


def test_length_is_damped() -> None:
    people = [[["red", "dog"]], [["blue", "cat"]]]
    short, exact, long = (cider([said, ["x"]], people)[0] for said in SAID)
    assert exact > short > long


def test_against_cocos_evaluation() -> None:
    random = np.random.default_rng(1)
    vocabulary = words("a the dog cat man runs sits on in beach grass red and")
    draw = lambda: random.choice(vocabulary, random.integers(4, 14)).tolist()  # noqa: E731
    people = [[draw() for _ in range(5)] for _ in range(30)]
    said = [refs[0][:-2] + draw()[:3] for refs in people]
    expected = Cider().compute_score(
        {k: [" ".join(line) for line in refs] for k, refs in enumerate(people)},
        {k: [" ".join(line)] for k, line in enumerate(said)},
    )[1]
    np.testing.assert_allclose(cider(said, people), expected, rtol=1e-9)
