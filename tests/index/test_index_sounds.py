"""The pure parts of timed entries: windows, moments, stretches of speech, times as words."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.index.moments import LONGEST, Moments
from crossmodal.index.results import clock
from crossmodal.index.sounds import OVERLAP, WINDOW, Cutter, few_windows
from crossmodal.media import Audio

RATE = 10


@given(lengths=st.lists(st.integers(1, 130), min_size=1, max_size=8))
def test_windows_hold_every_sample_however_the_sound_comes(lengths: list[int]) -> None:
    samples = np.arange(sum(lengths), dtype=np.float32) / 1e4
    cutter, found = Cutter(), []
    at = 0
    for length in lengths:
        found += list(cutter.add(Audio(samples[at : at + length], RATE)))
        at += length
    found += list(cutter.finish())
    covered = np.zeros(len(samples), bool)
    for start, window in found:
        first = round(start * RATE)
        np.testing.assert_array_equal(window.samples, samples[first : first + len(window.samples)])
        assert window.duration == WINDOW or len(found) == 1
        covered[first : first + len(window.samples)] = True
    assert covered.all()
    starts = [start for start, _ in found]
    assert starts == sorted(starts)
    assert all(b - a <= WINDOW - OVERLAP for a, b in pairwise(starts))


def test_few_windows_stand_for_a_long_sound() -> None:
    long = Audio(np.ones(RATE * 3600, np.float32), RATE)
    assert len(few_windows(long)) == 24
    assert [window.duration for window in few_windows(Audio(np.ones(7, np.float32), RATE))] == [0.7]


def test_moments_join_what_is_alike_and_stay_short() -> None:
    one, other = np.eye(2, dtype=np.float32)
    moments = Moments()
    for start, vector in ((0, one), (5, one), (10, other), (20, other), (25, other)):
        moments.add(start, start + 5, vector)
    assert [(m.start, m.end) for m in moments.found] == [(0, 10), (10, 15), (20, 30)]
    for start in range(30, 200, 5):
        moments.add(start, start + 5, other)
    assert max(m.end - m.start for m in moments.found) <= LONGEST
    assert all(np.linalg.norm(m.vector) == pytest.approx(1) for m in moments.found)


def test_clock() -> None:
    assert [clock(seconds) for seconds in (0, 8.4, 61, 3725.6)] == [
        "0:00:00", "0:00:08", "0:01:01", "1:02:06",
    ]  # fmt: skip
