from __future__ import annotations

import numpy as np
import pytest
from learn.two_views import views

from crossmodal.errors import InputError
from crossmodal.learn.cca import CCA
from crossmodal.learn.held_out import Pairs, quality
from crossmodal.learn.path import choose_cca


def reached(model: CCA, held_out: list[np.ndarray]) -> float:
    one, other = (model.transform(view, which) for which, view in enumerate(held_out))
    return quality(one, other, Pairs.one_to_one(len(one)))


def test_the_path_is_what_refitting_finds() -> None:
    train, held_out = views(12, 9, rows=60), views(12, 9, rows=80, seed=1)
    chosen, trials = choose_cca(
        train, held_out, ridges=(0.003, 0.3), dims=(2, 4), powers=(0.0, 2.0)
    )
    assert len(trials) == 2 * 3 * 2  # 2, 4 and the most that there are, 9
    for trial in trials:
        refitted = CCA(n_components=trial.dim, ridge=trial.ridge, power=trial.power).fit(train)
        assert reached(refitted, held_out) == pytest.approx(trial.quality)
    best = max(trial.quality for trial in trials)
    assert reached(chosen, held_out) == pytest.approx(best)


def test_few_rows_want_ridge() -> None:
    train, held_out = views(40, 30, rows=35, noise=1), views(40, 30, rows=100, seed=1, noise=1)
    chosen, _ = choose_cca(train, held_out)
    assert reached(chosen, held_out) > reached(CCA().fit(train), held_out) + 5


def test_several_right_answers() -> None:
    train, held_out = views(12, 9), views(12, 9, rows=50, seed=1)
    pairs, _, places = Pairs.of(list(range(50)), [n // 2 for n in range(50)])
    _, trials = choose_cca(train, [held_out[0], held_out[1][places]], pairs=pairs, dims=(3,))
    assert all(0 <= trial.quality <= 100 for trial in trials)


def test_nothing_to_choose_from() -> None:
    with pytest.raises(InputError, match="nothing to choose"):
        choose_cca(views(4, 3), views(4, 3), dims=())
