"""The derived graph: it agrees with the exact search, and whatever becomes of it costs nothing."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from toys import SPACE, Counting, card, toys

from crossmodal.contracts import Prepared
from crossmodal.index import Index, graph
from crossmodal.index.database import transaction
from crossmodal.index.store import Entry, File, Store
from crossmodal.index.writing import writing
from crossmodal.media import Media, Text
from crossmodal.modality import IMAGE, TEXT
from crossmodal.settings import Settings

VECTORS = np.random.default_rng(0).standard_normal((900, SPACE.dim)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


class Given(Counting):
    """Takes texts that are numbers of VECTORS."""

    def _vector(self, medium: Media) -> Prepared:
        assert isinstance(medium, Text)
        return VECTORS[int(medium.content)]


ENCODERS = {IMAGE: toys()[IMAGE], TEXT: Given(card(TEXT))}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "EXACT_LIMIT", 300)
    monkeypatch.setattr(graph, "TAIL_LEAST", 100)
    monkeypatch.setattr(graph, "BLOCK", 128)


def opened(folder: Path) -> Index:
    # one thread, as `fill` below: a graph that threads build together is never the same twice
    return Index(folder, encoders=ENCODERS, settings=Settings(threads=1))


def fill(folder: Path, numbers: range) -> None:
    opened(folder).close()
    with writing(folder) as connection:
        store = Store(connection)
        with transaction(connection, write=True):
            if store.space() is None:
                store.set_space(SPACE)
            for number in numbers:
                file = File(b"/m/%d.png" % number, number, number, b"%d" % number)
                entry = Entry(vector=VECTORS[number], maker=ENCODERS[IMAGE].card.id)
                store.put(file, modality=IMAGE, entries=[entry])
        graph.tend(connection, folder, ENCODERS, threads=1)


def forget(folder: Path, numbers: range) -> None:
    with opened(folder) as index:
        assert index.remove(*(f"/m/{number}.png" for number in numbers)) == len(numbers)


def graphs(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.usearch"))


def nearest(index: Index, number: int, **options: int) -> list[int]:
    hits = index.search(Text(str(number)), k=10, **options)
    return [int(hit.path.stem) for hit in sorted(hits, key=lambda hit: -(hit.score or 0))]


def truth(number: int, among: NDArray[np.int64]) -> list[int]:
    scores = np.rint(VECTORS[among] * 32767) / 32767 @ VECTORS[number]
    return [int(among[place]) for place in np.argsort(-scores)[:10]]


def agree(folder: Path, among: NDArray[np.int64], **options: int) -> None:
    """Check recall@10: a graph is approximate, and the nearest of all is never missed."""
    found = 0
    with opened(folder) as index:
        for number in range(0, 900, 45):
            hits, wanted = nearest(index, number, **options), truth(number, among)
            assert hits[0] == wanted[0]
            assert set(hits) <= set(among.tolist())
            found += len(set(hits) & set(wanted))
    assert found >= 0.99 * 20 * 10


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_graph_tail_and_dead_agree_with_exact(folder: Path) -> None:
    fill(folder, range(400))
    assert graphs(folder) == ["model1-1.usearch"]
    agree(folder, np.arange(400))
    fill(folder, range(400, 480))  # a tail too short to be worth it
    assert graphs(folder) == ["model1-1.usearch"]
    agree(folder, np.arange(480))
    forget(folder, range(50))
    assert graphs(folder) == ["model1-1.usearch"]
    agree(folder, np.arange(50, 480))
    fill(folder, range(480, 600))  # extended
    assert graphs(folder) == ["model1-1.usearch", "model1-2.usearch"]
    agree(folder, np.arange(50, 600))
    forget(folder, range(50, 200))  # made anew, and the oldest goes
    assert graphs(folder) == ["model1-2.usearch", "model1-3.usearch"]
    agree(folder, np.arange(200, 600))
    forget(folder, range(200, 400))  # few enough for exact search
    agree(folder, np.arange(400, 600))


def test_filters_beside_the_graph(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(folder, range(900))
    agree(folder, np.arange(801, 900), larger=800)  # few: compared one by one
    monkeypatch.setattr("crossmodal.index.search.FEW", 20)
    agree(folder, np.arange(801, 900), larger=800)  # many: sought in the graph, further and further


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "noise", "same size"])
def test_damaged_graph_is_not_used_and_made_again(
    folder: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    fill(folder, range(400))
    path = folder / graphs(folder)[0]
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        noise = np.random.default_rng(0).bytes(len(data))
        damaged = {"empty": b"", "cut": data[:-100], "noise": noise + noise, "same size": noise}
        path.write_bytes(damaged[damage])
    with caplog.at_level(logging.WARNING, "crossmodal.index.graph"):
        agree(folder, np.arange(400))
    assert "cannot be used, search is exact and slower" in caplog.text
    caplog.clear()
    fill(folder, range(400, 401))
    assert len(graphs(folder)) in (1, 2)
    caplog.clear()
    agree(folder, np.arange(401))
    assert caplog.text == ""


def test_index_that_was_copied_keeps_its_graph(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(folder, range(400))
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    for path in copy.glob("*.usearch"):
        os.utime(path, (1, 1))
    agree(copy, np.arange(400))
    assert caplog.text == ""


def test_open_index_goes_over_to_the_new_graph(folder: Path) -> None:
    fill(folder, range(350))
    with opened(folder) as index:
        assert nearest(index, 0) == truth(0, np.arange(350))
        fill(folder, range(350, 700))
        assert nearest(index, 0) == truth(0, np.arange(700))
        fill(folder, range(700, 900))
        assert nearest(index, 0) == truth(0, np.arange(900))
        forget(folder, range(100))
        assert nearest(index, 0) == truth(0, np.arange(100, 900))


def test_graph_that_cannot_be_written_stops_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    resource = pytest.importorskip("resource")
    fill(folder, range(200))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    real = graph._write

    def limited(*things: object, **options: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        try:
            real(*things, **options)  # type: ignore[arg-type]
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    with monkeypatch.context() as patch:
        patch.setattr(graph, "_write", limited)
        fill(folder, range(200, 400))
    assert "could not be written" in caplog.text
    assert graphs(folder) == []
    agree(folder, np.arange(400))
