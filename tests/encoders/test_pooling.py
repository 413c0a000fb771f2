from __future__ import annotations

import numpy as np
import pytest
import torch

from crossmodal.encoders.pooling import LEGACY, normalise, pool

MODES = sorted(LEGACY.values())


@pytest.mark.parametrize("mode", MODES)
def test_numpy_and_pytorch_agree_and_padding_does_not_count(mode: str) -> None:
    random = np.random.default_rng(0)
    tokens = random.normal(size=(3, 9, 4)).astype(np.float32)
    real = np.array([[1] * 9, [1] * 4 + [0] * 5, [0] * 6 + [1] * 3])
    found = pool(tokens, real, modes=(mode,))
    other = pool(torch.from_numpy(tokens), torch.from_numpy(real), modes=(mode,))
    np.testing.assert_allclose(found, other.numpy(), rtol=1e-5)
    alone = pool(tokens[1:2, :4], real[1:2, :4], modes=(mode,))
    np.testing.assert_allclose(found[1:2], alone, rtol=1e-5)


def test_by_hand() -> None:
    tokens, real = np.array([[[1.0], [2.0], [6.0], [9.0]]]), np.array([[1, 1, 1, 0]])
    expected = {
        "cls": 1, "lasttoken": 6, "max": 6, "mean": 3, "mean_sqrt_len_tokens": 9 / 3**0.5,
        "weightedmean": (1 + 4 + 18) / 6,
    }  # fmt: skip
    for mode, value in expected.items():
        assert pool(tokens, real, modes=(mode,)).item() == pytest.approx(value)
    both = pool(tokens, real, modes=("cls", "max"))
    assert both.tolist() == [[1, 6]]


@pytest.mark.parametrize("mode", MODES)
def test_long_texts_in_half_precision(mode: str) -> None:
    """bfloat16 counts to 256 only: which tokens count is told in whole numbers."""
    tokens = torch.randn(1, 400, 8, generator=torch.Generator().manual_seed(0))
    real = torch.ones(1, 400, dtype=torch.int64)
    exact = pool(tokens, real, modes=(mode,))
    rough = pool(tokens.to(torch.bfloat16), real, modes=(mode,)).float()
    cosine = torch.nn.functional.cosine_similarity(exact, rough)
    assert cosine.item() > 0.999


def test_unit_length() -> None:
    vectors = np.array([[3.0, 4.0], [0.0, 0.0]], np.float32)
    for given in (vectors, torch.from_numpy(vectors)):
        np.testing.assert_allclose(np.asarray(normalise(given)), [[0.6, 0.8], [0, 0]], rtol=1e-6)
