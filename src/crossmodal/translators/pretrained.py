"""Opening a checkpoint folder of the hub, and saying plainly why one cannot be opened.

Only safetensors are read, no code that comes with a checkpoint is run, and nothing is downloaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from .._optional import need
from ..card import ModelCard
from ..errors import CrossmodalError, MissingModel

_PICKLES = ("*.bin", "*.ckpt", "*.pt", "*.pth")


def hub_package(name: str) -> ModuleType:
    """Return the package `name` (transformers or diffusers), made quiet about loading.

    Raises:
        MissingExtra: it is not installed.
    """
    package = need(name, extra="hub")
    package.utils.logging.disable_progress_bar()
    package.utils.logging.set_verbosity_error()
    return package


def config(card: ModelCard, folder: Path, name: str = "config.json") -> dict[str, Any]:
    """Return the checkpoint's own description, the JSON file `name` in `folder`.

    Raises:
        MissingModel: the folder or the file is missing or broken, or the weights are not there as
            safetensors.
    """
    try:
        found = json.loads((folder / name).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _missing(card, f"its file {name} is missing or broken") from error
    if not isinstance(found, dict):
        raise _missing(card, f"its file {name} is broken")
    if not any(folder.rglob("*.safetensors")):
        if any(next(folder.rglob(kind), None) for kind in _PICKLES):
            raise CrossmodalError(
                f"The weights of {card.id} are pickles, which can run code when they are read",
                cure="Use a model that has safetensors; many have a branch or a copy with them.",
            )
        raise _missing(card, "it has no weights")
    return found


@contextmanager
def opening(card: ModelCard, folder: Path) -> Iterator[None]:
    """Turn what transformers and diffusers raise on a bad checkpoint into one clear error.

    Raises:
        MissingModel: a file is missing or cut short.
        CrossmodalError: it is of a kind that is not supported, or wants its own code to be run.
    """
    try:
        yield
    except CrossmodalError:
        raise
    except Exception as error:  # some ten kinds, most of them not documented
        line = " ".join(str(error).split())[:300]
        if "trust_remote_code" in line:
            raise CrossmodalError(
                f"{card.id} wants to run code of its own that came with it",
                cure="Crossmodal runs no code from checkpoints: use a model that transformers or "
                "diffusers supports itself.",
            ) from error
        if isinstance(error, ImportError):
            raise
        raise _missing(card, line or type(error).__name__) from error


def _missing(card: ModelCard, reason: str) -> MissingModel:
    return MissingModel(
        f"{card.id} cannot be opened: {reason.rstrip('.')}",
        cure=f"Pull it again: crossmodal models pull {card.name}",
    )
