from __future__ import annotations

import numpy as np
import pytest

from crossmodal.errors import InputError
from crossmodal.learn.distil import Schedule
from crossmodal.learn.temporal import TemporalHead

SCHEDULE = Schedule(epochs=30, batch=32, hidden=16, rate=3e-3)


def films(count: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Films of two things, one after the other; the class is which comes first."""
    random = np.random.default_rng(seed)
    things = np.eye(2, 10)
    labels = random.integers(0, 2, count)
    order = np.stack([np.repeat([label, 1 - label], 3) for label in labels])
    return things[order] + 0.2 * random.normal(size=(count, 6, 10)), labels


def test_order_is_seen_and_without_it_is_not() -> None:
    seen, labels = films(200)
    new, wanted = films(200, seed=1)
    head = TemporalHead(6, 10, classes=2, schedule=SCHEDULE).fit(seen, labels)
    assert (head.predict(new) == wanted).mean() > 0.95
    blind = TemporalHead(6, 10, classes=2, ordered=False, schedule=SCHEDULE).fit(seen, labels)
    assert (blind.predict(new) == wanted).mean() < 0.7


def test_untrained_it_is_the_mean_of_the_frames() -> None:
    seen, _ = films(5)
    head = TemporalHead(6, 10, classes=2, schedule=SCHEDULE)
    np.testing.assert_allclose(head.vectors(seen), seen.mean(axis=1), atol=1e-6)


def test_wrong_shape() -> None:
    with pytest.raises(InputError, match=r"Pass \(N, 6, 10\)"):
        TemporalHead(6, 10, classes=2).predict(np.zeros((3, 5, 10)))
