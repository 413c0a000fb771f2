"""What translators over the hub's checkpoints share: opening them, and quiet while they work."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from .._optional import need
from ..errors import MissingModel
from ..media import Image
from ..sources.checkpoints import Checkpoint
from ..sources.torch import Resident, local_only, transformers

T = TypeVar("T")


def processor(checkpoint: Checkpoint, kind: str = "AutoProcessor") -> Any:
    """Return the transformers processor of class `kind` that came with `checkpoint`.

    Raises:
        MissingModel: its files are missing or broken.
    """
    cls = getattr(transformers(), kind)
    with local_only():
        try:
            return cls.from_pretrained(
                checkpoint.folder, local_files_only=True, trust_remote_code=False
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise unopened(checkpoint, error) from error


def resident(checkpoint: Checkpoint, make: Callable[[], T]) -> Resident[T]:
    """Return what `make` loads, for as long as the settings want it in memory."""
    return Resident(make, idle=checkpoint.runtime.unload_after)


def unopened(checkpoint: Checkpoint, error: Exception) -> MissingModel:
    """Return the error that says why `checkpoint` cannot be opened."""
    line = " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
    return MissingModel(
        f"{checkpoint.name} cannot be opened: {line}",
        cure=f"Run: crossmodal models pull {checkpoint.name}",
    )


@contextmanager
def quiet(logging: str = "transformers.utils.logging") -> Iterator[None]:
    """Keep transformers, or diffusers, from writing hints for programmers on a user's screen."""
    messages = need(logging, extra="hub")
    verbosity = messages.get_verbosity()
    messages.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            for kind in (DeprecationWarning, FutureWarning):
                warnings.simplefilter("ignore", kind)
            yield
    finally:
        messages.set_verbosity(verbosity)


def pillow(image: Image) -> Any:
    """Return `image` as Pillow has it, which is what processors take."""
    from PIL import Image as Pillow

    return Pillow.fromarray(image.pixels)
