"""From the vectors of a text's tokens to one vector, as sentence-transformers does it.

What is written here holds for arrays of numpy and of PyTorch alike: `tokens` are (N, T, D) in any
kind of numbers, and `real` (N, T), whole numbers, is 1 for a token and 0 for padding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

FAR = 6e4  # farther from zero than any number of a network, and within float16

LEGACY = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""Older names of the pooling modes, in the order in which several are put together."""


def pooling_modes(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return how tokens become one vector, by a Pooling module's configuration."""
    modes = config.get("pooling_mode")
    if modes is None:
        return tuple(mode for key, mode in LEGACY.items() if config.get(key)) or ("mean",)
    return (modes,) if isinstance(modes, str) else tuple(modes)


def pool(tokens: Any, real: Any, *, modes: Sequence[str]) -> Any:
    """Return (N, D * len(modes)): what each mode makes of the tokens, side by side."""
    parts = [_POOLS[mode](tokens, real) for mode in modes]
    if len(parts) == 1:
        return parts[0]
    if isinstance(tokens, np.ndarray):
        return np.concatenate(parts, axis=-1)
    from ..sources.torch import torch

    return torch().cat(parts, dim=-1)


def normalise(vectors: Any, _: Any = None) -> Any:
    """Return `vectors` (N, D) at unit length."""
    if isinstance(vectors, np.ndarray):
        return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return vectors / vectors.norm(dim=-1, keepdim=True).clamp_min(1e-12)


def _mean(tokens: Any, weights: Any, *, power: float = 1.0) -> Any:
    total = (tokens * _like(tokens, weights)[:, :, None]).sum(1)
    return total / _like(tokens, weights.sum(1))[:, None] ** power


def _like(tokens: Any, weights: Any) -> Any:
    """Return `weights`, so far whole and exact, as numbers like those of `tokens`."""
    if isinstance(tokens, np.ndarray):
        return weights.astype(tokens.dtype)
    return weights.to(tokens.dtype)


def _weighted(tokens: Any, real: Any) -> Any:
    return _mean(tokens, real * real.cumsum(1))


def _greatest(tokens: Any, real: Any) -> Any:
    kept = tokens + (_like(tokens, real)[:, :, None] - 1) * FAR
    return kept.max(1) if isinstance(kept, np.ndarray) else kept.amax(1)


def _first(tokens: Any, real: Any) -> Any:
    return _mean(tokens, real * (real.cumsum(1) == 1))


def _last(tokens: Any, real: Any) -> Any:
    return _mean(tokens, real * (real.cumsum(1) == real.sum(1)[:, None]))


_POOLS: dict[str, Callable[[Any, Any], Any]] = {
    "cls": _first,
    "max": _greatest,
    "mean": _mean,
    "mean_sqrt_len_tokens": partial(_mean, power=0.5),
    "weightedmean": _weighted,
    "lasttoken": _last,
}
