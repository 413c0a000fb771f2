"""Things into vectors, with those that cannot be used left out and named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..contracts import Encoder, Prepared
from ..errors import CrossmodalError, InputError
from ..modality import Modality
from .held_out import Pairs
from .pairs_table import Read, Things
from .sides import Sides

CHUNK = 256
"""Things that are decoded before the network takes them, which bounds the memory."""

Report: TypeAlias = Callable[[str, int, int], None]
"""Told what is being encoded, how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Unused:
    """A thing that could not be used, and why."""

    name: str
    error: str


@dataclass(frozen=True, slots=True, eq=False)
class EncodedSide:
    """Vectors (N, dim) of the things that could be used, and which those are."""

    encoder: Encoder
    values: NDArray[np.float32]
    used: NDArray[np.int64]
    unused: tuple[Unused, ...]


def encode_side(
    things: Things,
    encoders: Callable[[Modality], Encoder],
    *,
    workers: int,
    report: Report | None = None,
) -> EncodedSide:
    """Return the vectors of `things`, all of the modality of the first that can be read.

    Raises:
        InputError: none can be used, or no encoder takes their modality.
    """
    encoder: Encoder | None = None
    found: list[NDArray[np.float32]] = []
    used: list[int] = []
    unused: list[Unused] = []
    total = len(things.reads)
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, total, CHUNK):
            numbers = range(start, min(start + CHUNK, total))
            if encoder is None:
                encoder = _first_encoder(things, numbers, encoders)
            takes = encoder

            def ready(number: int, takes: Encoder | None = takes) -> Prepared | Unused:
                return _prepared(things.names[number], things.reads[number], takes)

            prepared = dict(zip(numbers, pool.map(ready, numbers), strict=True))
            good = {n: one for n, one in prepared.items() if not isinstance(one, Unused)}
            unused += [one for one in prepared.values() if isinstance(one, Unused)]
            if good and encoder is not None:
                found.append(encoder.encode_prepared(list(good.values())).values)
                used += good
            if report is not None:
                report(things.title, numbers.stop, total)
    if encoder is None or not used:
        first = f"{unused[0].name}: {unused[0].error}" if unused else "there are none"
        raise InputError(f"Nothing of {things.title!r} can be used ({first})", cure="Check it.")
    return EncodedSide(encoder, np.concatenate(found), np.array(used, np.int64), tuple(unused))


def join(one: EncodedSide, other: EncodedSide, pairs: Pairs) -> Sides:
    """Return the sides with what could be used of both.

    Raises:
        InputError: no pair is left.
    """
    keep = np.isin(pairs.left, one.used) & np.isin(pairs.right, other.used)
    if not keep.any():
        raise InputError("No pair can be used on both sides", cure="Check the files.")
    places: list[Mapping[int, int]] = [
        {int(number): place for place, number in enumerate(side.used)} for side in (one, other)
    ]
    left = [places[0][number] for number in pairs.left[keep].tolist()]
    right = [places[1][number] for number in pairs.right[keep].tolist()]
    kept, first, second = Pairs.of(left, right)
    return Sides(
        one.values[[left[place] for place in first]],
        other.values[[right[place] for place in second]],
        kept,
    )


def _first_encoder(
    things: Things, numbers: range, encoders: Callable[[Modality], Encoder]
) -> Encoder | None:
    """Return the encoder for the first of these things that can be read; None if none can."""
    for number in numbers:
        try:
            medium = things.reads[number]()
        except CrossmodalError:
            continue
        return encoders(medium.modality)
    return None


def _prepared(name: str, read: Read, encoder: Encoder | None) -> Prepared | Unused:
    try:
        medium = read()
        if encoder is None:
            return Unused(name, "no encoder")
        return encoder.prepare(medium)
    except CrossmodalError as error:
        return Unused(name, str(error))
