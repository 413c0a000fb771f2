"""Timing: interleaved rounds and their median, so that a busy moment hits all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

SETTLE = 0.1
"""Seconds before a task: the threads of the one before (OpenBLAS's spin for 26 ms) go to sleep, so
that none is timed beside another's."""


def interleaved(tasks: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Return the median seconds of each task, run in turn `rounds` times."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            time.sleep(SETTLE)
            start = time.perf_counter()
            task()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def latencies(call: Callable[[int], object], *, calls: int) -> np.ndarray:
    """Return the milliseconds that each of `calls` calls took, after three to warm up."""
    time.sleep(SETTLE)
    for number in range(3):
        call(number)
    times = np.empty(calls)
    for number in range(calls):
        start = time.perf_counter()
        call(number)
        times[number] = 1000 * (time.perf_counter() - start)
    return times


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows as a Markdown table."""
    print(f"\n## {title}\n")
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        cells = (f"{cell:,.4g}" if isinstance(cell, float) else str(cell) for cell in row)
        print("| " + " | ".join(cells) + " |", flush=True)
