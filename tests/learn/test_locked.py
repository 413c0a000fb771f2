from __future__ import annotations

import numpy as np
import pytest

from crossmodal.errors import InputError
from crossmodal.learn.held_out import Pairs
from crossmodal.learn.locked import tune_tower
from crossmodal.space import Space, Vectors

torch = pytest.importorskip("torch")

SPACE = Space("words", "1", 4)
COLOURS = np.eye(4, dtype=np.float32)


def pictures(count: int = 120) -> tuple[np.ndarray, Pairs]:
    """Return (count, 3, 6, 6) pictures, each bright where its colour says, and their colours."""
    random = np.random.default_rng(0)
    colours = random.integers(0, 4, count)
    shown = random.normal(scale=0.1, size=(count, 4, 6, 6)).astype(np.float32)
    shown[np.arange(count), colours] += 1
    return shown[:, :3], Pairs(np.arange(count), colours)


def tower() -> object:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(128, 4)
    )


def test_a_tower_learns_the_locked_space() -> None:
    network, (shown, pairs) = tower(), pictures()
    locked = Vectors(SPACE, COLOURS)
    tuned = tune_tower(
        network, shown, locked, pairs=pairs, epochs=15, learning_rate=0.01, chunk=7, batch_size=32
    )
    assert tuned.history[0] <= tuned.best
    with torch.no_grad():
        found = network(torch.from_numpy(shown)).numpy()
    assert (found.argmax(axis=1) == pairs.right).mean() > 0.9
    np.testing.assert_array_equal(locked.values, COLOURS)
    assert not network.training


def test_what_does_not_fit() -> None:
    shown, pairs = pictures(20)
    with pytest.raises(InputError, match="do not fit the pairs"):
        tune_tower(tower(), shown[:5], Vectors(SPACE, COLOURS), pairs=pairs)
    five = Vectors(Space("five", "1", 5), np.ones((4, 5), np.float32))
    with pytest.raises(InputError, match="leads to 4 dimensions"):
        tune_tower(tower(), shown, five, pairs=pairs)
