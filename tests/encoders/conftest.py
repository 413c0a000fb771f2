"""Encoders of tiny checkpoints."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from crossmodal.card import ModelCard
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints


@pytest.fixture(scope="session")
def tiny_registry(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]
) -> Callable[[str], Registry]:
    """Return a function from a tiny checkpoint's name to a registry of its models."""
    return lambda name: Registry(tiny_checkpoint(name), shelf=shelf)
