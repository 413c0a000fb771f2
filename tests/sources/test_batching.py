from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.errors import CrossmodalError
from crossmodal.sources.batching import Batcher, by_length, is_out_of_memory


def squares(batch: list[int]) -> np.ndarray:
    return np.array([[number, number**2] for number in batch], np.float32)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=50), st.integers(1, 7))
def test_rows_come_back_in_order(numbers: list[int], size: int) -> None:
    rows = Batcher("model", size=size).run(numbers, squares, lengths=numbers)
    np.testing.assert_array_equal(rows, squares(numbers))


@given(st.lists(st.integers(0, 1000), min_size=1), st.integers(1, 7))
def test_alike_lengths_go_together(lengths: list[int], size: int) -> None:
    batches = by_length(lengths, size)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    ordered = [lengths[row] for batch in batches for row in batch]
    assert ordered == sorted(lengths)
    assert max(map(len, batches)) <= size


def test_memory_that_runs_out_halves_the_batch(caplog: pytest.LogCaptureFixture) -> None:
    sizes: list[int] = []
    freed: list[int] = []

    def greedy(batch: list[int]) -> np.ndarray:
        sizes.append(len(batch))
        if len(batch) > 3:
            raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return squares(batch)

    batcher = Batcher("model", size=8, on_shrink=lambda: freed.append(1))
    with caplog.at_level(logging.WARNING):
        rows = batcher.run(list(range(10)), greedy)
    np.testing.assert_array_equal(rows, squares(list(range(10))))
    assert sizes == [8, 4, 2, 2, 2, 2, 2]
    assert len(freed) == 2
    assert "out of memory with 8 at once: it goes on with 4" in caplog.text
    batcher.run([1, 2, 3, 4], greedy)
    assert sizes[7:] == [2, 2]  # remembered


def test_one_alone_that_does_not_fit() -> None:
    def full(batch: list[int]) -> np.ndarray:
        raise MemoryError

    with pytest.raises(CrossmodalError, match="even for one at a time.*device to cpu"):
        Batcher("model", size=2).run([1, 2], full)


def test_other_errors_are_not_hidden() -> None:
    def broken(batch: list[int]) -> np.ndarray:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        Batcher("model", size=2).run([1], broken)


def test_words_of_every_device() -> None:
    assert is_out_of_memory(RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"))
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"))
    assert not is_out_of_memory(ValueError("out of memory"))
