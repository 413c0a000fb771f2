"""Whisper's tokens → words, and when each is said, by where its decoder looks in the sound.

Some heads of the decoder's attention follow the words through the sound; dynamic time warping finds
the way that a text takes through theirs (Giorgino 2009, doi:10.18637/jss.v031.i07).
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

TICK = 0.02  # seconds of one frame of the encoder
WIDTH = 7  # frames of the median that smooths the attention
WITHOUT_SPACES = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Codes of languages that put no spaces between words."""

_OPENING = "\"'“¡¿([{-"
_CLOSING = "\"'.。,，!！?？:：”)]}、"
_BROKEN = "\ufffd"  # what half a letter's bytes are decoded to


def token_times(
    looks: Sequence[Sequence[NDArray[np.float32]]],
    heads: Sequence[tuple[int, int]],
    count: int,
    frames: int,
) -> NDArray[np.float64]:
    """Return (count,): when each token ends, in seconds.

    Args:
        looks: for each token that the decoder read, and each layer, its attention (heads, frames).
        heads: (layer, head) of those that follow the words.
        count: tokens; the last may not have been read.
        frames: of the encoder that hold sound.
    """
    if not looks:
        return np.zeros(count)
    chosen = [[token[layer][head, :frames] for token in looks] for layer, head in heads]
    weights = np.array(chosen, np.float32)  # (heads, tokens, frames)
    with np.errstate(divide="ignore", invalid="ignore"):  # one token only: nothing to compare
        weights -= weights.mean(1, keepdims=True)
        weights /= np.sqrt((weights**2).mean(1, keepdims=True))
    texts, times = warped(-_smooth(weights).mean(0).astype(np.float64))
    jumps = times[np.flatnonzero(np.diff(texts, prepend=-1))] * TICK
    return np.append(jumps, jumps[-1:])[:count]


def warped(costs: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the cheapest way through `costs`, (N, M), from one corner to the other: rows, columns.

    A step goes down, right, or both; on equal terms it goes right.
    """
    rows, columns = costs.shape
    total = np.full((rows + 1, columns + 1), np.inf, np.float32)
    step = np.full((rows + 1, columns + 1), 2, np.int8)
    step[:, 0] = 1
    step[0] = 2
    total[0, 0] = 0
    for diagonal in range(2, rows + columns + 1):  # all of one do not depend on each other
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        both, down, right = total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]
        chosen = np.where(
            (both < down) & (both < right), 0, np.where((down < both) & (down < right), 1, 2)
        )
        total[i, j] = costs[i - 1, j - 1] + np.choose(chosen, (both, down, right))
        step[i, j] = chosen
    way = []
    row, column = rows, columns
    while row or column:
        way.append((row - 1, column - 1))
        taken = step[row, column]
        row, column = row - (taken != 2), column - (taken != 1)
    found = np.array(way[::-1], np.intp)
    return found[:, 0], found[:, 1]


def _smooth(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the median of WIDTH neighbours along the last axis."""
    half = WIDTH // 2
    if weights.shape[-1] <= half:
        return weights
    padded = np.pad(weights, ((0, 0), (0, 0), (half, half)), mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(padded, WIDTH, axis=-1)
    return np.sort(around, axis=-1)[..., half]


def words_of(
    tokens: Sequence[int], decode: Callable[[Sequence[int]], str], *, spaced: bool
) -> list[tuple[str, list[int]]]:
    """Return the words that `tokens` write, each with the places of its tokens.

    Args:
        decode: from tokens to text.
        spaced: whether the language puts spaces between words; else each letter is one.
    """
    words = _letters(tokens, decode)
    if spaced:
        words = _between_spaces(words)
    return _with_marks(words)


def _letters(
    tokens: Sequence[int], decode: Callable[[Sequence[int]], str]
) -> list[tuple[str, list[int]]]:
    """Return the shortest groups of tokens that write whole letters."""
    whole = decode(tokens)
    found: list[tuple[str, list[int]]] = []
    held: list[int] = []
    done = 0  # letters of `whole`
    for place in range(len(tokens)):
        held.append(place)
        text = decode([tokens[one] for one in held])
        broken = text.find(_BROKEN)
        at = done + broken
        if broken < 0 or at >= len(whole) or whole[at] == _BROKEN:
            found.append((text, held))
            done += len(text)
            held = []
    return found


def _between_spaces(parts: Sequence[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
    words: list[tuple[str, list[int]]] = []
    for text, places in parts:
        if words and not text.startswith(" ") and text.strip() not in string.punctuation:
            words[-1] = (words[-1][0] + text, words[-1][1] + places)
        else:
            words.append((text, places))
    return words


def _with_marks(words: Sequence[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
    """Return `words`, opening marks joined to what follows, closing ones to what precedes."""
    opened: list[tuple[str, list[int]]] = []
    for text, places in reversed(words):
        if opened and text.startswith(" ") and text.strip() in _OPENING:
            opened[-1] = (text + opened[-1][0], places + opened[-1][1])
        else:
            opened.append((text, places))
    closed: list[tuple[str, list[int]]] = []
    for text, places in reversed(opened):
        if closed and not closed[-1][0].endswith(" ") and text in _CLOSING:
            closed[-1] = (closed[-1][0] + text, closed[-1][1] + places)
        else:
            closed.append((text, places))
    return closed
