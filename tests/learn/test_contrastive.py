from __future__ import annotations

import numpy as np
import pytest
from learn.two_views import views

from crossmodal.errors import InputError
from crossmodal.learn.contrastive import ContrastiveHeads
from crossmodal.learn.held_out import Pairs, quality

pytest.importorskip("torch")


def reached(model: ContrastiveHeads, pair: list[np.ndarray]) -> float:
    one, other = (model.transform(view, which) for which, view in enumerate(pair))
    return quality(one, other, Pairs.one_to_one(len(one)))


@pytest.mark.parametrize("loss", ["infonce", "sigmoid"])
def test_from_random_numbers_it_learns(loss: str) -> None:
    model = ContrastiveHeads(start="random", loss=loss, hidden=32, epochs=40, learning_rate=0.01)
    model.fit(views(12, 9, noise=0.2))
    assert max(model.history_) > model.history_[0] + 20
    assert reached(model, views(12, 9, rows=100, seed=1, noise=0.2)) > 25  # chance is 5
    assert model.temperature_ > 0


def test_it_bends_where_cca_cannot() -> None:
    random = np.random.default_rng(0)
    angle = random.uniform(0, 2 * np.pi, 1200)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    twice = np.stack([np.cos(2 * angle), np.sin(2 * angle)], axis=1)
    model = ContrastiveHeads(
        hidden=64,
        learning_rate=0.01,
        epochs=30,
        dropout=0,
        patience=30,
        n_components=2,
        batch_size=128,
    )
    model.fit([ring[:1000], twice[:1000]])
    assert 2 * model.history_[0] < max(model.history_)


def test_the_best_epoch_is_kept() -> None:
    pair = views(12, 9, rows=200, noise=1)
    model = ContrastiveHeads(learning_rate=3.0, epochs=3, patience=5, hidden=8)  # far too fast
    model.fit(pair)
    assert len(model.history_) == 4
    still = ContrastiveHeads(epochs=0, hidden=8).fit(pair)
    if max(model.history_) == model.history_[0]:
        np.testing.assert_allclose(model.transform(pair[0], 0), still.transform(pair[0], 0))
    assert model.history_[0] == still.history_[0]


def test_it_stops_when_nothing_gets_better() -> None:
    random = np.random.default_rng(0)
    noise = [random.normal(size=(300, 8)) for _ in range(2)]
    model = ContrastiveHeads(patience=2, epochs=50, hidden=8).fit(noise)
    assert len(model.history_) < 51


def test_several_captions_of_one_photo() -> None:
    photos, captions = views(12, 9, rows=100)
    many = [np.repeat(photos, 3, axis=0), np.vstack([captions, captions + 0.1, captions - 0.1])]
    order = np.arange(300).reshape(3, 100).T.ravel()  # caption k, k + 100, k + 200 of photo k
    model = ContrastiveHeads(hidden=16, epochs=5).fit([many[0], many[1][order]])
    assert np.isfinite(model.transform(captions, 1)).all()


@pytest.mark.parametrize("lock", [0, 1])
def test_a_locked_view_stays(lock: int) -> None:
    pair = views(12, 9)
    model = ContrastiveHeads(lock=lock, hidden=16, epochs=5).fit(pair)
    np.testing.assert_array_equal(model.transform(pair[lock], lock), pair[lock])
    assert model.dim_ == pair[lock].shape[1]
    assert reached(model, views(12, 9, rows=100, seed=1)) > 15  # chance is 5


def test_size_of_the_space() -> None:
    assert ContrastiveHeads(n_components=2, hidden=4, epochs=1).fit(views(6, 5)).dim_ == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "hope"}, "loss is 'hope'"),
        ({"start": "middle"}, "start is 'middle'"),
        ({"lock": 2}, "lock is 2"),
        ({"chunk": 1}, "chunk is 1"),
        ({"held_out": 0.0}, "held-out share"),
    ],
)
def test_wrong_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ContrastiveHeads(**options).fit(views(6, 4))  # type: ignore[arg-type]
