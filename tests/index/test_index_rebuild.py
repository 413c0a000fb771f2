"""Rebuilding: all files anew in place, resumable, and nothing that was known is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from toys import SPACE, all_toys, film, picture, tone, toys

from crossmodal.errors import StoreError, StoreMismatch
from crossmodal.index import Index, Progress, Summary, graph, rebuild
from crossmodal.settings import Settings
from crossmodal.space import Space

SETTINGS = Settings(threads=2, match_prior=0.01)
OTHER = Space("toy", "2", SPACE.dim)
VERSION_1 = """
CREATE TABLE models (id INTEGER PRIMARY KEY, name TEXT, alive INTEGER);
CREATE TABLE items (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, model INTEGER);
CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, item INTEGER);
INSERT INTO models VALUES (1, 'toy-image@1', 2);
PRAGMA application_id = 1129860401;
PRAGMA user_version = 1;
"""


@pytest.fixture
def filled(tmp_path: Path, media: Path) -> Path:
    for number, colour in enumerate(("red", "green", "blue")):
        picture(media / f"{number}.png", colour)
    tone(("red", 6)).save(media / "sound.wav")
    (media / "note.txt").write_text("red frog")
    folder = tmp_path / "index"
    with Index(folder, encoders=toys(), settings=SETTINGS) as index:
        index.add(media)
    return folder


def again(folder: Path, *, version: str = "1", space: Space = SPACE, **options: object) -> Summary:
    encoders = all_toys(version=version, space=space)
    return rebuild(folder, encoders=encoders, settings=SETTINGS, **options)  # type: ignore[arg-type]


def found(folder: Path, query: str, space: Space = SPACE) -> set[str]:
    with Index(folder, encoders=all_toys(space=space), settings=SETTINGS) as index:
        return {hit.path.name for hit in index.search(query, k=20) if hit.is_match}


def test_another_space_takes_the_place_of_the_old_one(filled: Path, media: Path) -> None:
    with pytest.raises(StoreMismatch, match="crossmodal index --rebuild"):
        Index(filled, encoders=all_toys(space=OTHER), settings=SETTINGS)
    summary = again(filled, space=OTHER)
    assert (summary.added, summary.failed) == (5, 0)
    assert found(filled, "red", OTHER) == {"0.png", "sound.wav", "note.txt"}
    assert not (filled / "rebuilding").exists()
    with Index(filled, encoders=all_toys(space=OTHER), settings=SETTINGS) as index:
        assert index.add(media).unchanged == 5
        assert index.info().space == OTHER


def test_index_of_the_first_version_is_read_anew(tmp_path: Path, media: Path) -> None:
    paths = [picture(media / "a.png", "red"), film(media / "b.mp4", ("blue", 1))]
    folder = tmp_path / "old"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "index.sqlite3")) as old:
        old.executescript(VERSION_1)
        old.execute("PRAGMA journal_mode = WAL")
        old.executemany("INSERT INTO items (path) VALUES (?)", [(bytes(p),) for p in paths])
        old.commit()
    with pytest.raises(StoreMismatch, match="version 1.*crossmodal index --rebuild"):
        Index(folder, encoders=toys(), settings=SETTINGS)
    assert again(folder).added == 2
    assert found(folder, "red") == {"a.png"}
    assert found(folder, "blue") == {"b.mp4"}


def test_newer_index_and_none_are_not_rebuilt(filled: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(filled / "index.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreMismatch, match="version 99"):
        again(filled)
    with pytest.raises(StoreError, match="no index"):
        again(tmp_path / "nothing")


def test_what_is_away_stays_known_and_comes_back(filled: Path, media: Path) -> None:
    away = media.with_name("away")
    media.rename(away)
    picture(media / "0.png", "red")
    summary = again(filled)
    assert (summary.added, summary.failed) == (1, 4)
    assert "not there" in summary.problems[0].error
    assert found(filled, "red") == {"0.png"}
    (media / "0.png").unlink()
    media.rmdir()
    away.rename(media)
    with Index(filled, encoders=all_toys(), settings=SETTINGS) as index:
        assert index.add(media).updated == 4
    assert found(filled, "red") == {"0.png", "sound.wav", "note.txt"}


def test_interrupted_rebuild_goes_on_and_the_old_index_answers_meanwhile(
    filled: Path, media: Path
) -> None:
    for number in range(60):
        picture(media / f"more{number}.png", "red", seed=number)
    with Index(filled, encoders=toys(), settings=SETTINGS) as index:
        index.add(media)
        told: list[Path] = []

        def stop(progress: Progress) -> None:
            told.append(progress.path)
            if len(told) == 40:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            again(filled, progress=stop)
        assert index.search("red", k=100).matches == 62
        (media / "more0.png").unlink()
        index.add(media)
        summary = again(filled)
        assert summary.unchanged >= 32  # a batch at least was committed before the stop
        assert summary.added + summary.unchanged == 64
        # The reader that was open all the time sees the new index, with numbers of its own.
        assert index.search("red", k=100).matches == 61
    assert len(found(filled, "red")) == 20


def test_graphs_move_with_the_new_index(
    filled: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "EXACT_LIMIT", 20)
    for number in range(40):
        picture(media / f"more{number}.png", "red", seed=number)
    with Index(filled, encoders=toys(), settings=SETTINGS) as index:
        index.add(media)
        before = {path.name for path in filled.glob("*.usearch")}
        again(filled)
        after = {path.name for path in filled.glob("*.usearch")}
        assert before
        assert len(after) == 1
        assert not before & after
        assert index.search("red", k=100).matches == 42
