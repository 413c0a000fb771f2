"""Learning with and between spaces.

The aligners are one family: CCA, PLS, Procrustes, MCCA, GCCA, KernelCCA in closed form,
DeepCCA and ContrastiveHeads with torch. Each is fetched when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cca import CCA
    from .contrastive import ContrastiveHeads
    from .deep import DeepCCA
    from .estimator import Estimator, load
    from .kernel import KernelCCA
    from .locked import Tuning, tune_tower
    from .multiview import GCCA, MCCA
    from .pls import PLS
    from .procrustes import Procrustes

FAMILY = {
    "CCA": "cca",
    "ContrastiveHeads": "contrastive",
    "DeepCCA": "deep",
    "GCCA": "multiview",
    "KernelCCA": "kernel",
    "MCCA": "multiview",
    "PLS": "pls",
    "Procrustes": "procrustes",
}
"""Where each aligner lives; a saved aligner names one of these."""

_HOMES = {
    **FAMILY,
    "Estimator": "estimator",
    "Tuning": "locked",
    "load": "estimator",
    "tune_tower": "locked",
}

__all__ = [
    "CCA",
    "GCCA",
    "MCCA",
    "PLS",
    "ContrastiveHeads",
    "DeepCCA",
    "Estimator",
    "KernelCCA",
    "Procrustes",
    "Tuning",
    "load",
    "tune_tower",
]


def fetch(name: str) -> object:
    """Return the thing called `name` from where it lives."""
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = fetch(name)
    return value
