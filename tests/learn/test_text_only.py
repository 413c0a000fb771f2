from __future__ import annotations

import numpy as np
import pytest

from crossmodal.errors import InputError
from crossmodal.learn.text_only import Bridge, learn_from_text


def unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def made(count: int, *, gap: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Texts and media of four classes, and a gap between them."""
    random = np.random.default_rng(0)
    means, away = random.normal(size=(4, 24)), gap * random.normal(size=24)
    labels = np.repeat(np.arange(4), count)
    texts = unit(means[labels] + 0.8 * random.normal(size=(4 * count, 24)) + away)
    media = unit(means[labels] + 1.5 * random.normal(size=(4 * count, 24)) - away)
    return texts, media, labels


def accuracy(bridge: Bridge, *, gap: float) -> float:
    texts, media, labels = made(40, gap=gap)
    model = learn_from_text(texts, labels, classes=4, media_mean=media.mean(axis=0), bridge=bridge)
    return float((model.predict(media) == labels).mean())


def test_texts_teach_what_media_show() -> None:
    assert accuracy(Bridge(), gap=0) > 0.8


def test_centring_crosses_the_gap() -> None:
    assert accuracy(Bridge(), gap=1.5) > accuracy(Bridge(centred=False), gap=1.5) + 0.1


def test_noise_makes_copies() -> None:
    texts, _, labels = made(5, gap=0)
    bridge = Bridge(noise=0.5, copies=3)
    noisy = bridge.texts(texts, texts.mean(axis=0))
    assert noisy.shape == (60, 24)
    assert bridge.labels(labels).shape == (60,)
    np.testing.assert_allclose(np.linalg.norm(noisy, axis=1), 1)
    plain = Bridge().texts(texts, texts.mean(axis=0))
    assert 0.7 < (noisy[:20] * plain).sum(axis=1).mean() < 0.95
    assert accuracy(bridge, gap=1.5) > 0.7


def test_wrong_counts() -> None:
    with pytest.raises(InputError, match="2 texts came with 3 labels"):
        learn_from_text(np.eye(2), np.arange(3), classes=3, media_mean=np.zeros(2))
