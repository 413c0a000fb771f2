from __future__ import annotations

import numpy as np
import pytest

from crossmodal.learn.losses import LOSSES, Contrast, backward, unit
from crossmodal.learn.towers import Tower, Trainable

torch = pytest.importorskip("torch")

ROWS = 12


def batch() -> tuple[list[object], tuple[object, object]]:
    random = torch.Generator().manual_seed(0)
    sides = [torch.randn(ROWS, dim, generator=random) for dim in (5, 4)]
    return sides, (torch.tensor([0, 0, *range(2, ROWS)]), torch.arange(ROWS))


def towers(dropout: float = 0.0) -> list[Trainable]:
    random = np.random.default_rng(0)
    return [
        Trainable(
            Tower.begin(random.normal(size=(dim, 3)), np.zeros(3), hidden=4, random=random),
            dropout=dropout,
        )
        for dim in (5, 4)
    ]


def gradients(kind: str, *, chunk: int, block: int, dropout: float = 0.0) -> list[np.ndarray]:
    sides, ids = batch()
    pair, contrast = towers(dropout), Contrast(kind, block=block)
    torch.manual_seed(3)
    encoders = tuple(lambda rows, t=t: t(rows, training=True) for t in pair)
    backward(encoders, tuple(sides), ids, contrast, chunk=chunk)  # type: ignore[arg-type]
    found = [one for tower in pair for one in tower.parameters] + contrast.parameters
    return [one.grad.numpy() for one in found]


@pytest.mark.parametrize("kind", LOSSES)
def test_chunks_and_blocks_change_nothing(kind: str) -> None:
    whole = gradients(kind, chunk=ROWS, block=ROWS)
    for chunk, block in ((1, ROWS), (5, 4), (ROWS, 1)):
        for one, other in zip(gradients(kind, chunk=chunk, block=block), whole, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-6)


def test_both_passes_leave_out_the_same_inputs() -> None:
    """With dropout the cached gradient is that of one pass, drawn alike."""
    sides, ids = batch()
    pair, contrast = towers(0.5), Contrast("infonce")
    torch.manual_seed(3)
    vectors = [tower(side, training=True) for tower, side in zip(pair, sides, strict=True)]
    contrast.backward(unit(vectors[0]), unit(vectors[1]).detach(), *ids)
    expected = pair[0].parameters[0].grad.numpy()
    found = gradients("infonce", chunk=ROWS, block=ROWS, dropout=0.5)[0]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_infonce_is_its_definition() -> None:
    sides, _ = batch()
    units = [side[:, :3] / side[:, :3].norm(dim=1, keepdim=True) for side in sides]
    contrast = Contrast("infonce", block=5)
    ids = torch.arange(ROWS)
    loss = contrast.backward(*units, ids, ids)
    scores = units[0] @ units[1].T * 20
    both = [torch.nn.functional.cross_entropy(part, ids) for part in (scores, scores.T)]
    assert loss == pytest.approx(float(sum(both) / 2), rel=1e-5)


def test_sigmoid_is_its_definition() -> None:
    sides, _ = batch()
    units = [side[:, :3] / side[:, :3].norm(dim=1, keepdim=True) for side in sides]
    ids = torch.arange(ROWS)
    loss = Contrast("sigmoid", block=5).backward(*units, ids, ids)
    signs = 2 * torch.eye(ROWS) - 1
    expected = -torch.nn.functional.logsigmoid(signs * (units[0] @ units[1].T * 10 - 10))
    assert loss == pytest.approx(float(expected.sum() / ROWS), rel=1e-5)


def test_one_thing_twice_is_no_wrong_answer() -> None:
    """Two rows of one photo: the other's caption costs nothing, however near it lies."""
    photo = torch.tensor([[1.0, 0], [1.0, 0], [0, 1.0]])
    captions = photo.clone()
    same = Contrast("infonce").backward(
        photo, captions, torch.tensor([0, 0, 1]), torch.tensor([0, 1, 2])
    )
    apart = Contrast("infonce").backward(photo, captions, torch.arange(3), torch.arange(3))
    assert same < 1e-6 < apart


@pytest.mark.parametrize("hidden", [0, 7])
def test_a_tower_is_the_same_in_torch_and_numpy(hidden: int) -> None:
    random = np.random.default_rng(0)
    start = Tower.begin(random.normal(size=(5, 3)), np.ones(3), hidden=hidden, random=random)
    moved = Tower(*(array + 0.1 for array in start.arrays()))
    rows = random.normal(size=(9, 5))
    found = Trainable(moved)(torch.from_numpy(rows.astype(np.float32))).detach().numpy()
    np.testing.assert_allclose(moved(rows), found, atol=1e-5)
    np.testing.assert_allclose(start(rows), rows @ start.straight + 1)
