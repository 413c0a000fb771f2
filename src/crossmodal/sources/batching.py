"""Batches that fit: alike lengths together, and smaller ones where memory runs out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CrossmodalError

log = logging.getLogger(__name__)

_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


def by_length(lengths: Sequence[int], size: int) -> list[NDArray[np.intp]]:
    """Return the rows 0 to len(lengths) - 1 in batches of `size`, alike lengths together.

    Little is padded that way, and little calculated for nothing.
    """
    order = np.argsort(lengths, kind="stable")
    return [order[start : start + size] for start in range(0, len(order), size)]


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether `error` says that memory ran out, in the words of any device."""
    words = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(sign in words for sign in _OUT_OF_MEMORY)
    )


class Batcher:
    """Runs a network on batches, and on smaller ones from when memory ran out.

    Args:
        name: of the model, for notes and errors.
        size: media that are tried at once.
        on_shrink: called before a smaller batch is tried, to give memory back.
    """

    def __init__(
        self, name: str, *, size: int, on_shrink: Callable[[], None] = lambda: None
    ) -> None:
        self._name, self.size, self._on_shrink = name, size, on_shrink

    def run(
        self,
        items: Sequence[Any],
        network: Callable[[list[Any]], NDArray[np.float32]],
        *,
        lengths: Sequence[int] | None = None,
    ) -> NDArray[np.float32]:
        """Return the rows that `network` makes of `items`, in their order.

        Args:
            items: at least one.
            network: from a batch to one row for each.
            lengths: of the items; those alike go together.

        Raises:
            CrossmodalError: memory runs out for a single item.
        """
        order = np.argsort(lengths, kind="stable") if lengths else np.arange(len(items))
        rows: list[NDArray[np.float32]] = []
        start = 0
        while start < len(order):
            batch = [items[row] for row in order[start : start + self.size]]
            try:
                rows.append(network(batch))
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._shrink(len(batch), error)
                continue
            start += len(batch)
        together = np.concatenate(rows)
        result = np.empty_like(together)
        result[order] = together
        return result

    def _shrink(self, size: int, error: BaseException) -> None:
        if size == 1:
            raise CrossmodalError(
                f"{self._name} runs out of memory even for one at a time",
                cure="Set device to cpu or dtype to bfloat16, or choose a smaller model.",
            ) from error
        self.size = size // 2
        self._on_shrink()
        log.warning(
            "%s ran out of memory with %d at once: it goes on with %d",
            self._name, size, self.size,
        )  # fmt: skip
