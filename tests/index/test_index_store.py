"""The folder: what is refused, what is damaged, who may write, and a full disk."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import SPACE, picture, toys

from crossmodal.errors import (
    CrossmodalError,
    SpaceMismatch,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreMismatch,
)
from crossmodal.index import Index, Progress, database
from crossmodal.index.graph import unpack
from crossmodal.index.lock import writer_lock
from crossmodal.index.store import ONE, packed
from crossmodal.modality import IMAGE, TEXT
from crossmodal.settings import Settings
from crossmodal.space import Space

OTHER = Space("other", "1", 16)


def open_index(folder: Path, **options: str | Space) -> Index:
    return Index(folder, encoders=toys(**options), settings=Settings(threads=2))  # type: ignore[arg-type]


@pytest.fixture
def filled(index: Index, media: Path) -> Path:
    """The folder of an index of 40 pictures, closed."""
    for number in range(40):
        picture(media / f"{number}.png", "red", seed=number)
    index.add(media)
    index.close()
    return index.folder


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=9))
def test_vectors_come_back_within_half_a_step(numbers: list[float]) -> None:
    vector = np.array(numbers, np.float32)
    (back,) = unpack([packed(vector)], Path("index"), len(vector))
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, vector, rtol=0, atol=0.51 / ONE)


def test_a_vector_of_another_length_is_damage() -> None:
    with pytest.raises(StoreDamaged, match="wrong length"):
        unpack([packed(np.ones(3, np.float32)), b"\0"], Path("index"), 3)


def test_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(StoreError, match="holds other files"):
        open_index(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(StoreError, match="not a folder"):
        open_index(tmp_path / "mine.txt")
    with pytest.raises(StoreError, match="cannot be used"):
        open_index(tmp_path / "mine.txt" / "below")


def test_half_made_index_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("1")
    (tmp_path / "new-index.sqlite3").write_text("half")
    (tmp_path / "new-index.sqlite3-journal").write_text("half")
    with open_index(tmp_path) as index:
        assert len(index) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.sqlite3", "lock"]


def test_many_make_one_index_at_once(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def work() -> None:
        try:
            open_index(tmp_path / "i").close()
        except CrossmodalError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_an_index_that_appears_while_the_folder_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Path.iterdir

    def late(folder: Path) -> list[Path]:
        (folder / database.FILE).touch()
        return list(look(folder))

    monkeypatch.setattr(Path, "iterdir", late)
    database.check_folder(tmp_path)


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "zeros", "head", "other"])
def test_damage_is_named_with_its_cure(filled: Path, damage: str) -> None:
    path = filled / "index.sqlite3"
    data = path.read_bytes()
    if damage == "other":
        path.unlink()
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE mine (x)")
        connection.close()
    else:
        path.write_bytes(
            {
                "empty": b"",
                "text": b"this is no database" * 100,
                "cut": data[: len(data) // 2],
                "zeros": data[:8192] + bytes(len(data) - 8192),
                "head": bytes(100) + data[100:],
            }[damage]
        )

    def use() -> None:
        with open_index(filled) as index:
            index.search("red")
            index.add(filled.parent / "media")

    with pytest.raises(StoreDamaged, match="Delete that folder and index again"):
        use()


def test_vector_of_wrong_length_is_damage(filled: Path) -> None:
    connection = sqlite3.connect(filled / "index.sqlite3")
    connection.execute("UPDATE vectors SET value = x'00' WHERE id = 3")
    connection.commit()
    connection.close()
    with open_index(filled) as index, pytest.raises(StoreDamaged, match="wrong length"):
        index.search("red")


def test_log_that_was_half_written_is_dropped(filled: Path) -> None:
    (filled / "index.sqlite3-wal").write_bytes(os.urandom(5000))
    with open_index(filled) as index:
        assert index.search("red", k=50).matches == 40


def test_index_that_may_not_be_written_is_searched(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.os, "access", lambda path, mode: False)
    with open_index(filled) as index:
        assert index.search("red", k=50).matches == 40
    assert sorted(path.name for path in filled.iterdir()) == ["index.sqlite3", "lock"]


def test_newer_version_is_refused(filled: Path) -> None:
    connection = sqlite3.connect(filled / "index.sqlite3")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreMismatch, match="version 99"):
        open_index(filled)


def test_other_space_is_refused(filled: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreMismatch, match="toy@1 .* other@1"):
        open_index(filled, space=OTHER)
    mixed = {IMAGE: toys()[IMAGE], TEXT: toys(space=OTHER)[TEXT]}
    with pytest.raises(SpaceMismatch):
        Index(tmp_path / "new", encoders=mixed, settings=Settings())


def test_closed_index_says_so(index: Index) -> None:
    index.close()
    index.close()
    with pytest.raises(StoreError, match="closed"):
        index.search("red")


def test_one_writer_with_its_number(index: Index, media: Path) -> None:
    picture(media / "a.png", "red")
    with writer_lock(index.folder):
        with pytest.raises(StoreLocked, match=f"Process {os.getpid()} is writing"):
            index.add(media)
        with pytest.raises(StoreLocked):
            index.remove(media)
        assert len(index.search("red")) == 0
    assert index.add(media).added == 1


HOLDER = """
import sys, time
from pathlib import Path
from crossmodal.index.lock import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_lock_of_a_killed_process_is_free(index: Index, media: Path) -> None:
    source = str(Path(database.__file__).parent.parent.parent)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(index.folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": source},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreLocked, match=f"Process {holder.pid}"):
            index.add(media)
        holder.kill()
    assert index.add(media).failed == 0


def test_readers_see_each_commit_beside_the_writer(index: Index, media: Path) -> None:
    for number in range(150):
        picture(media / f"{number}.png", "red", seed=number)
    counts: list[int] = []
    with open_index(index.folder) as other:

        def look(progress: Progress) -> None:
            if progress.done % 30 == 0:
                counts.append(len(other.search("red", k=200)))

        index.add(media, progress=look)
        counts.append(len(other.search("red", k=200)))
        for number in range(50):
            (media / f"{number}.png").unlink()
        index.add(media)
        assert len(other.search("red", k=200)) == 100
    assert counts == sorted(counts)
    assert counts[-1] == 150


def test_searches_from_many_threads(index: Index, media: Path) -> None:
    for number in range(60):
        picture(media / f"{number}.png", ("red", "blue")[number % 2], seed=number)
    failures: list[Exception] = []
    done = threading.Event()

    def search(colour: str) -> None:
        try:
            while not done.is_set():
                for hit in index.search(colour, k=60):
                    assert hit.probability is not None
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=search, args=(c,)) for c in ("red", "blue", "red")]
    for thread in threads:
        thread.start()
    index.add(media)
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert index.search("red", k=60).matches == 30


@pytest.mark.parametrize("wall", ["pages", "file size"])
def test_full_disk_keeps_what_was_committed(
    index: Index, media: Path, monkeypatch: pytest.MonkeyPatch, wall: str
) -> None:
    for number in range(600):
        picture(media / f"{number}.png", "red", seed=number, side=4)
    seen: set[Path] = set()
    real = database._prepare

    def small(connection: sqlite3.Connection, folder: Path, *, write: bool, old: bool) -> None:
        real(connection, folder, write=write, old=old)
        connection.execute("PRAGMA max_page_count = 60")

    with monkeypatch.context() as patch:
        if wall == "pages":
            patch.setattr(database, "_prepare", small)
            with pytest.raises(StoreFull, match="Free some space"):
                index.add(media, progress=lambda progress: seen.add(progress.path))
        else:
            resource = pytest.importorskip("resource")
            soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, hard))
            try:
                with pytest.raises(StoreFull, match="Free some space"):
                    index.add(media, progress=lambda progress: seen.add(progress.path))
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert 0 < len(seen) < 600
    assert seen <= {hit.path for hit in index.search("red", k=600)}
    assert index.add(media).failed == 0
    assert index.search("red", k=600).matches == 600


def test_info_counts(index: Index, media: Path) -> None:
    picture(media / "a.png", "red")
    (media / "b.txt").write_text("blue")
    (media / "c").write_bytes(bytes(10))
    assert index.info().space is None
    index.add(media)
    info = index.info()
    assert (info.items, info.entries, info.failed) == ({IMAGE: 1, TEXT: 1}, 2, 1)
    assert info.vectors == {"toy-image@1": 1, "toy-text@1": 1}
    assert info.space == SPACE
    assert info.bytes > 10_000
