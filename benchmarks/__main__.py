"""All benchmarks, one after the other: `python -m benchmarks`."""

from __future__ import annotations

from . import films, indexing, searching, startup

for benchmark in (startup, indexing, films, searching):
    benchmark.main()
