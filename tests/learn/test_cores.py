from __future__ import annotations

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from crossmodal.learn.cores import LEAST_ROWS, MOST_SHARES, at_once, shared


def blas_threads() -> int:
    return max(
        library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"
    )


@pytest.mark.parametrize("rows", [0, 1, LEAST_ROWS, 2 * LEAST_ROWS + 1, 50 * LEAST_ROWS + 7])
def test_every_row_is_in_one_share(rows: int) -> None:
    shares = shared(rows, lambda share: share)
    assert len(shares) <= MOST_SHARES
    assert [row for share in shares for row in range(share.start, share.stop)] == [*range(rows)]


def test_results_come_in_the_order_of_the_jobs() -> None:
    assert at_once([lambda number=number: number**2 for number in range(20)]) == [
        number**2 for number in range(20)
    ]
    assert at_once([]) == []


def test_blas_has_its_threads_again_afterwards_also_after_an_error() -> None:
    before = blas_threads()
    assert max(at_once([blas_threads] * 4)) <= before
    assert blas_threads() == before
    with pytest.raises(ZeroDivisionError):
        at_once([lambda: 1 // 0] * 4)
    assert blas_threads() == before


def test_a_limit_on_blas_holds() -> None:
    with threadpool_limits(1, user_api="blas"):
        found = at_once([threading.get_ident] * 4)
    assert set(found) == {threading.get_ident()}


def test_many_callers_at_once_leave_no_limit_behind() -> None:
    before = blas_threads()
    square = np.eye(300)
    callers = [
        threading.Thread(target=lambda: [at_once([lambda: square @ square] * 3) for _ in range(10)])
        for _ in range(6)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert blas_threads() == before
