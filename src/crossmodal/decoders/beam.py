"""Beam search: the likeliest sentences that a network writes, word by word.

Several vectors are written from at once, each with its own beam. A finished sentence is judged by
its log probability over its length to the power `length_penalty` (Wu et al. 2016 in its plain
form): 0 favours short sentences, 1 judges by the mean word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Step: TypeAlias = Callable[[Floats, NDArray[np.int64], int, Floats], tuple[Floats, Floats]]
"""(vectors (R, D), words (R, 1), place, past (R, ..., P, W)) to the log probabilities (R, V) of the
next word, and what the words add to the past (R, ..., 1, W)."""

END = 0
"""Number of the word that starts and ends every sentence."""
UNKNOWN = 1
"""Number of the word that stands for all unknown ones; it is never written."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a sentence may be.

    Attributes:
        beams: sentences that are kept at each step.
        shortest, longest: words, the end not counted.
        length_penalty: see above.
        repeated: no so many words in a row are written twice; 0 allows it.
        once: numbers of words that are not written twice at all.
        apart: so many other words at least lie between a word and its return,
        free: but for words of these numbers, which only may not follow themselves.
    """

    beams: int = 5
    shortest: int = 4
    longest: int = 24
    length_penalty: float = 0.7
    repeated: int = 3
    once: frozenset[int] = frozenset()
    apart: int = 0
    free: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sentence:
    """Word numbers without the end, and how likely they are: log probability, and as judged."""

    words: tuple[int, ...]
    log_probability: float
    score: float


@dataclass(slots=True)
class _Beam:
    """The open sentences of one vector, the likeliest first, and the finished ones."""

    words: list[tuple[int, ...]]
    scores: list[float]
    finished: list[Sentence] = field(default_factory=list)


def search(step: Step, vectors: Floats, *, past: Floats, limits: Limits) -> list[list[Sentence]]:
    """Return the sentences found for each of `vectors` (N, D), at least one, the best first.

    Args:
        past: what one row knows before its first word, (1, ..., 0, W).
    """
    beams = [_Beam([()], [0.0]) for _ in vectors]
    owners = np.arange(len(vectors))  # of each open sentence, the number of its vector
    past = np.repeat(past, len(vectors), axis=0)
    for place in range(limits.longest + 1):
        last = [words[-1] if words else END for beam in beams for words in beam.words]
        if not last:
            break
        chances, now = step(vectors[owners], np.array(last, np.int64)[:, None], place, past)
        past = np.concatenate([past, now], axis=-2)
        kept: list[int] = []
        counts: list[int] = []
        row = 0
        for beam in beams:
            width = len(beam.words)
            sources = _extend(beam, chances[row : row + width], limits)
            kept += [row + source for source in sources]
            counts.append(len(sources))
            row += width
        past = past[kept]
        owners = np.repeat(np.arange(len(vectors)), counts)
    return [sorted(beam.finished, key=lambda one: -one.score) for beam in beams]


def _extend(beam: _Beam, chances: Floats, limits: Limits) -> list[int]:
    """Let each open sentence grow by a word; return which of them each kept one came from."""
    if not beam.words:
        return []
    length = len(beam.words[0])
    totals = chances.astype(np.float64) + np.array(beam.scores)[:, None]  # (B, V)
    for row, words in enumerate(beam.words):
        totals[row, _banned(words, limits)] = -np.inf
    if length < limits.shortest:
        totals[:, END] = -np.inf
    elif length >= limits.longest:
        totals[:, END + 1 :] = -np.inf
    flat = totals.ravel()
    some = min(2 * limits.beams, flat.size - 1)
    order = np.argpartition(-flat, some)[:some]
    order = order[np.argsort(-flat[order], kind="stable")]
    sources: list[int] = []
    words_kept: list[tuple[int, ...]] = []
    scores: list[float] = []
    for place in order:
        source, word = divmod(int(place), totals.shape[1])
        total = float(flat[place])
        if not np.isfinite(total) or len(sources) == limits.beams:
            break
        if word == END:
            score = total / (length + 1) ** limits.length_penalty
            beam.finished.append(Sentence(beam.words[source], total, score))
        else:
            sources.append(source)
            words_kept.append((*beam.words[source], word))
            scores.append(total)
    if _settled(beam.finished, scores, length, limits):
        sources, words_kept, scores = [], [], []
    beam.words, beam.scores = words_kept, scores
    return sources


def _settled(
    finished: Sequence[Sentence], scores: Sequence[float], length: int, limits: Limits
) -> bool:
    """Return whether no open sentence, if it ended now, would be among the best finished ones."""
    if len(finished) < limits.beams or not scores:
        return False
    worst = sorted(one.score for one in finished)[-limits.beams]
    soonest: float = scores[0] / (length + 2) ** limits.length_penalty
    return soonest <= worst


def _banned(words: Sequence[int], limits: Limits) -> list[int]:
    """Return the numbers of words that may not come next."""
    banned = [UNKNOWN, *(word for word in words if word in limits.once), *words[-1:]]
    if limits.apart:
        banned += [word for word in words[-limits.apart :] if word not in limits.free]
    size = limits.repeated
    if size and len(words) >= size:
        tail = tuple(words[len(words) - size + 1 :])
        banned += [
            words[start + size - 1]
            for start in range(len(words) - size + 1)
            if tuple(words[start : start + size - 1]) == tail
        ]
    return banned
