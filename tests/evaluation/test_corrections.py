from __future__ import annotations

import numpy as np
import pytest

from crossmodal.errors import InputError
from crossmodal.evaluation.corrections import Correction, Views, choose, ranks
from crossmodal.metrics import hubness
from crossmodal.metrics.retrieval import recall_at


def unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def made(count: int, *, hubs: float, seed: int = 0) -> Views:
    """Media with two texts each; some media are near to every text."""
    random = np.random.default_rng(seed)
    meaning = random.normal(size=(count, 24))
    media = meaning + 0.7 * random.normal(size=meaning.shape) + hubs * random.random((count, 1))
    texts = meaning.repeat(2, axis=0)
    texts = texts + 0.7 * random.normal(size=texts.shape) + hubs
    return Views(unit(media), unit(texts), np.arange(count).repeat(2))


def test_halves_share_nothing() -> None:
    one, two = made(11, hubs=1).split()
    assert (len(one.media), len(two.media)) == (5, 6)
    assert (len(one.texts), len(two.texts)) == (10, 12)
    assert np.bincount(one.owners).tolist() == [2] * 5
    assert not (one.media[:, None] == two.media).all(axis=2).any()
    with pytest.raises(InputError, match="cannot be halved"):
        made(3, hubs=1).split()


def test_biases_are_the_published_corrections() -> None:
    views, bank = made(20, hubs=1), made(30, hubs=1, seed=1)
    plain = views.texts @ views.media.T
    local = Correction("CSLS", 5).scores(views, bank)
    expected = hubness.csls(
        plain,
        hubness.nearness(views.texts, bank.media, k=5),
        hubness.nearness(views.media, bank.texts, k=5),
    )
    np.testing.assert_allclose(2 * local, expected)
    softmax = Correction("inverted softmax", 0.1)
    crowd = hubness.log_crowd(views.media, bank.texts, temperature=0.1)
    ours = np.argsort(softmax.scores(views, bank), axis=1)
    np.testing.assert_array_equal(ours, np.argsort(hubness.inverted_softmax(plain, crowd), axis=1))


def test_what_helps_is_chosen_and_helps() -> None:
    best, recalls = choose(made(300, hubs=3))
    assert best.kind != "none"
    views, bank = made(300, hubs=3, seed=9), made(300, hubs=3)
    before, after = (
        recall_at(ranks(way.scores(views, bank), views.owners)[0], 10).mean()
        for way in (Correction("none"), best)
    )
    assert after > before + 0.05
    assert recalls[str(best)] == max(recalls.values())


def test_nothing_is_corrected_where_nothing_helps() -> None:
    views = Views(np.eye(12), np.eye(12), np.arange(12))
    assert choose(views)[0].kind == "none"
