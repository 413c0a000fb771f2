"""How long a user waits: for the import, for help, for the first answer.

    python -m benchmarks.startup

The floor is an interpreter that starts and stops.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from .timing import interleaved, table


def command(*arguments: str) -> Callable[[], object]:
    call = [sys.executable, *arguments]
    return lambda: subprocess.run(call, check=True, capture_output=True)


def processor_seconds(task: Callable[[], object]) -> float:
    """Return the smallest of five: processor seconds of a process that does `task`."""
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        task()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(seconds)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = str(Path(folder, "index.cm"))
        random = np.random.default_rng(0)
        for number in range(100):
            pixels = random.integers(0, 256, (64, 64, 3), np.uint8)
            Image.fromarray(pixels).save(Path(folder, f"{number}.png"))
        command("-m", "crossmodal", "index", folder, "--index", index)()
        tasks = {
            "python -c pass (the floor)": command("-c", "pass"),
            "import crossmodal": command("-c", "import crossmodal"),
            "import numpy": command("-c", "import numpy"),
            "crossmodal --help": command("-m", "crossmodal", "--help"),
            "crossmodal search (first answer)": command(
                "-m", "crossmodal", "search", "a dog", "--index", index
            ),
        }
        seconds = interleaved(tasks, rounds=9)
        costs = {name: processor_seconds(task) for name, task in tasks.items()}
    floor = next(iter(seconds.values()))
    rows = [
        (name, 1000 * value, f"{value / floor:.1f}x", 1000 * costs[name])
        for name, value in seconds.items()
    ]
    head = ("what", "ms", "of the floor", "processor ms (least of 5)")
    table("Startup (median of 9, wall clock)", head, rows)
    bare, imported, *_ = costs.values()
    extra = 1000 * max(imported - bare, 0)
    print(f"\n`import crossmodal` adds {extra:.0f} ms of processor time (bar: 100 ms).")


if __name__ == "__main__":
    main()
