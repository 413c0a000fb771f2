"""What translators over the hub's checkpoints share: opening them, and quiet while they work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from .._optional import need
from ..errors import MissingModel
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
def quiet() -> Iterator[None]:
    """Keep transformers from writing hints for programmers on a user's screen."""
    messages = need("transformers.utils.logging", extra="hub")
    verbosity = messages.get_verbosity()
    messages.set_verbosity_error()
    try:
        yield
    finally:
        messages.set_verbosity(verbosity)
