"""Many media through one encoder: threads decode and prepare while the network runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TypeVar

from ..codecs import Limits, read
from ..codecs.limits import DEFAULT
from ..contracts import Encoder, Prepared
from ..media import Media
from ..space import Vectors, stack

T = TypeVar("T")

AHEAD = 2
"""Batches that wait, prepared, for the network."""


def encode_files(
    encoder: Encoder,
    items: Sequence[Media | Path | str],
    *,
    limits: Limits = DEFAULT,
    workers: int,
    batch: int,
) -> Vectors:
    """Return one unit vector for each of `items`, media or the paths of files, in order.

    Pictures are decoded no larger than the encoder needs. See `encode_all`.
    """
    side = encoder.card.options.get("side")

    def load(item: Media | Path | str) -> Media:
        if not isinstance(item, Path | str):
            return item
        return read(Path(item).expanduser(), limits=limits, at_least=side)

    return encode_all(encoder, items, load, workers=workers, batch=batch)


def encode_all(
    encoder: Encoder,
    items: Iterable[T],
    load: Callable[[T], Media],
    *,
    workers: int,
    batch: int,
) -> Vectors:
    """Return one unit vector for each of `items`, in order.

    At most (AHEAD + 1) batches are in memory at a time.

    Args:
        items: what to encode, such as paths; they are gone through once.
        load: from one of them to the medium; called in threads.
        workers: threads that load and prepare.
        batch: media that the network takes at once.

    Raises:
        InputError: one of `items` cannot be loaded or prepared; the first that cannot.
    """

    def prepared(item: T) -> Prepared:
        return encoder.prepare(load(item))

    todo, waiting = iter(items), deque[Future[Prepared]]()
    parts: list[Vectors] = []
    with ThreadPoolExecutor(workers, thread_name_prefix="crossmodal-prepare") as pool:
        try:
            while True:
                wanted = (AHEAD + 1) * batch - len(waiting)
                waiting.extend(pool.submit(prepared, item) for item in islice(todo, wanted))
                if not waiting:
                    break
                ready = [waiting.popleft().result() for _ in range(min(batch, len(waiting)))]
                parts.append(encoder.encode_prepared(ready))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return stack(parts) if parts else encoder.encode_prepared([])
