"""Short codes and the file of a graph: close to the vectors, and whole or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from crossmodal.index.codes import Codes
from crossmodal.index.graphfile import FOOTER, LEAD, LINE, GraphFile, GraphWriter, width

Matrix = NDArray[np.float32]


def flat(count: int, dim: int, *, seed: int = 0) -> Matrix:
    """Return unit vectors (count, dim) that differ along 40 axes far more than along the others."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(count, dim)) * np.where(np.arange(dim) < 40, 1, 0.05) + 0.2
    turn, _ = np.linalg.qr(np.random.default_rng(9).normal(size=(dim, dim)))
    values = values @ turn
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(("dim", "few"), [(5, 5), (96, 64), (384, 64)])
def test_codes_keep_cosines(dim: int, few: int) -> None:
    vectors, queries = flat(800, dim), flat(20, dim, seed=1)
    codes = Codes.learn(vectors[:500])
    truth = vectors @ queries.T
    full = codes.full(vectors)
    assert full.dtype == np.int8
    np.testing.assert_allclose(codes.cosines(full, queries), truth, atol=0.01)
    short, asked = codes.short(vectors), codes.short(queries)
    assert short.shape == (800, few)
    about = short.astype(np.float32) @ asked.astype(np.float32).T * codes.short_step**2
    np.testing.assert_allclose(about, truth, atol=0.05)


def test_codes_are_as_long_as_vectors_that_differ_in_every_way() -> None:
    sample = np.random.default_rng(0).standard_normal((900, 384)).astype(np.float32)
    assert Codes.learn(sample).axes.shape[1] >= 300


def test_codes_of_vectors_that_are_all_alike() -> None:
    same = np.zeros((10, 16), np.float32)
    same[:, 3] = 1
    codes = Codes.learn(same)
    np.testing.assert_allclose(codes.cosines(codes.full(same), same[:1]), 1, atol=0.01)
    nothing = Codes.learn(np.zeros((3, 4), np.float32))
    assert not nothing.short(np.zeros((2, 4), np.float32)).any()


def write(path: Path, vectors: Matrix, before: GraphFile | None = None) -> GraphFile:
    codes = before.codes if before else Codes.learn(vectors)
    first = before.count if before else 0
    with GraphWriter(path, codes, threads=1) as writer:
        if before:
            writer.go_on_from(before)
        numbers = np.arange(first, first + len(vectors)) * 3 + 7
        for start in range(0, len(vectors), 64):
            writer.add(numbers[start : start + 64], vectors[start : start + 64])
    assert writer.count == first + len(vectors)
    return GraphFile(path)


def test_graph_finds_numbers_of_the_nearest(tmp_path: Path) -> None:
    vectors, queries = flat(500, 384), flat(3, 384, seed=2)
    graph = write(tmp_path / "one", vectors[:300])
    graph = write(tmp_path / "two", vectors[300:], graph)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]
    np.testing.assert_array_equal(graph.numbers, np.arange(500) * 3 + 7)
    numbers, cosines = graph.near(queries, np.array([True, False, True]), least=20)
    assert len(set(numbers.tolist())) == len(numbers) >= 20
    for part in (0, 2):
        best = np.argsort(-(vectors @ queries[part]))[:10] * 3 + 7
        assert len(set(best.tolist()) & set(numbers.tolist())) >= 9
    rows = (numbers - 7) // 3
    np.testing.assert_allclose(cosines, vectors[rows] @ queries.T, atol=0.01)
    assert len(graph.near(queries, np.array([True, False, False]), least=10_000)[0]) == 500


@pytest.mark.parametrize("count", [63, 64, 101])
def test_codes_begin_where_lines_of_the_cache_do(tmp_path: Path, count: int) -> None:
    graph = write(tmp_path / "graph", flat(count, 40))
    for array in (graph.full, graph.numbers):
        assert array.ctypes.data % LINE == 0
    matrix = np.frombuffer(graph.graph, np.int8, offset=LINE - LEAD)
    assert matrix.ctypes.data % LINE == 0
    codes = graph.codes.short(flat(count, 40))
    np.testing.assert_array_equal(matrix[: codes.size].reshape(codes.shape), codes)


@pytest.mark.parametrize("damage", ["empty", "cut", "longer", "footer", "place"])
def test_file_that_is_not_whole_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "graph"
    write(path, flat(100, 16))
    data = path.read_bytes()
    broken = {
        "empty": b"",
        "cut": data[:-1],
        "longer": data + b"\0",
        "footer": data[:-1] + b"?",
        "place": data[: -FOOTER.size] + b"\xff" * 8 + data[8 - FOOTER.size :],
    }
    path.write_bytes(broken[damage])
    with pytest.raises(ValueError, match="empty|not whole|short"):
        GraphFile(path)


def test_writing_that_fails_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write_half(tmp_path / "graph", flat(100, 16))
    assert list(tmp_path.iterdir()) == []


def write_half(path: Path, vectors: Matrix) -> None:
    with GraphWriter(path, Codes.learn(vectors), threads=1) as writer:
        writer.add(np.arange(100), vectors)
        raise ZeroDivisionError


def test_search_is_wider_among_more() -> None:
    assert width(10) == width(100_000) < width(1_000_000) < width(10_000_000)
