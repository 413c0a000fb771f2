"""Tiny checkpoints, made once, and what tests of hub models share."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

import transformers

from crossmodal.card import Edge, ModelCard, Tier
from crossmodal.modality import Modality

transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()


@cache
def _place() -> Path:
    place = Path(tempfile.mkdtemp(prefix="checkpoints-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


@cache
def made(maker: Callable[[Path], Path]) -> Path:
    """Return the folder of the checkpoint that `maker` makes; it lives as long as the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # saving warns of much that loading does not
        return maker(_place() / maker.__name__)


def hub_card(name: str, source: Modality, target: Modality, **fields: object) -> ModelCard:
    return ModelCard(
        name=name,
        version="1",
        edge=Edge.TRANSLATOR,
        summary="",
        loader="",
        source=source,
        target=target,
        tier=Tier.HUB,
        **fields,  # type: ignore[arg-type]
    )
