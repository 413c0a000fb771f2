"""All cores for linear algebra that BLAS shares out badly: tall products, and factors of matrices.

The product of a tall matrix with itself takes two threads of BLAS a tenth longer than two threads
with half of the rows and one BLAS thread each; two eigendecompositions are nearly twice as quick
at once as in turn. So the jobs are shared out here, and BLAS has fewer threads meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import pairwise
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Result = TypeVar("Result")

MOST_SHARES = 4
"""Each takes memory of its own; with more cores, BLAS has several threads in each share."""
LEAST_ROWS = 1_024
"""Fewer rows are no share of their own."""

_limited = threading.Lock()  # how many threads BLAS takes is one number for the whole process


def shared(rows: int, work: Callable[[slice], Result]) -> list[Result]:
    """Return what `work` makes of each share of `rows`, in order; they are worked on at once."""
    shares = max(1, min(_threads(), MOST_SHARES, rows // LEAST_ROWS))
    edges = [rows * share // shares for share in range(shares + 1)]
    return at_once([partial(work, slice(*pair)) for pair in pairwise(edges)])


def at_once(jobs: Sequence[Callable[[], Result]]) -> list[Result]:
    """Return what each of `jobs` returns, in order. A job may not share out work itself.

    As many cores are used as BLAS may use: OPENBLAS_NUM_THREADS and its like hold.
    """
    threads = _threads()
    workers = min(threads, len(jobs))
    if workers < 2:
        return [job() for job in jobs]
    pool = ThreadPoolExecutor(workers)
    with _limited, _blas().limit(limits=threads // workers), pool:
        return list(pool.map(lambda job: job(), jobs))


def _threads() -> int:
    """Return how many threads BLAS may take."""
    return max((library["num_threads"] for library in _blas().info()), default=1)


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")
