from __future__ import annotations

import numpy as np
import pytest

from crossmodal.errors import InputError
from crossmodal.learn.aligning import learn
from crossmodal.learn.sides import Sides


def pairs(count: int) -> Sides:
    random = np.random.default_rng(0)
    hidden = random.normal(size=(count, 2))
    return Sides.of_rows(*(hidden @ random.normal(size=(2, p)) for p in (4, 3)))


@pytest.mark.parametrize(("count", "share", "needed"), [(2, 0.1, 20), (14, 0.1, 20), (5, 0.4, 7)])
def test_too_few_pairs_say_how_many_it_takes(count: int, share: float, needed: int) -> None:
    with pytest.raises(InputError, match=f"{count} different pairs came.*at least {needed}"):
        learn(pairs(count), held_out=share)


@pytest.mark.parametrize(("count", "share"), [(20, 0.1), (7, 0.4), (8, 0.5)])
@pytest.mark.parametrize("method", ["cca", "pls", "kernel-cca", "contrastive"])
def test_as_many_as_it_says_are_enough(count: int, share: float, method: str) -> None:
    learned = learn(pairs(count), held_out=share, method=method)
    assert learned.held_out >= 2
