"""The rules by which Whisper's tokens become pieces with moments, by hand."""

from __future__ import annotations

import numpy as np

from crossmodal.translators.whisper_decoding import Marks, cut, ruled, told

MARKS = Marks(start=5, end=4, plain=6, languages={}, transcribe=None, never_first=(4,), latest=1)


def allowed(logits: list[float], written: list[int]) -> set[int]:
    scores = ruled(np.array(logits, np.float32), written, MARKS, timed=True)
    return set(np.flatnonzero(np.isfinite(scores)).tolist())


def test_rules_of_moments_by_hand() -> None:
    """Of 11 tokens 0 to 3 are words, 4 ends, 7 to 10 are the moments 0.00 to 0.06."""
    words_likelier = [9.0] * 5 + [0.0] * 6
    assert allowed(words_likelier, []) == {7, 8}  # a moment first, and an early one
    assert allowed(words_likelier, [8]) == {0, 1, 2, 3, 4, 5}  # then words
    assert allowed(words_likelier, [8, 0]) == {0, 1, 2, 3, 4, 5, 9, 10}  # never backwards
    assert allowed(words_likelier, [8, 0, 9]) == {4, 5, 9, 10}  # in pairs, or the end
    together = [1.0] * 5 + [0.0] * 2 + [0.9] * 4
    assert allowed(together, [8, 0]) == {9, 10}  # moments together are likelier than any word


def test_cutting_by_hand() -> None:
    zero, ticks = 100, 50
    broken_off = [100, 1, 110, 110, 2, 120, 120, 3]
    assert cut(broken_off, zero, ticks) == [(slice(0, 3), 10), (slice(3, 7), 20)]
    assert told(broken_off, zero, ticks) == 20
    ended = [100, 1, 110, 110, 2, 120]
    assert cut(ended, zero, ticks) == [(slice(0, 3), 10), (slice(3, 6), 20)]
    assert told(ended, zero, ticks) == ticks
    assert cut([100, 1, 2], zero, ticks) == [(slice(0, 3), 50)]
    assert cut([100, 1, 107], zero, ticks) == [(slice(0, 3), 7)]
