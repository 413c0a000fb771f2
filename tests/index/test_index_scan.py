"""Walking: what is followed, what is left out, and what is in the way."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from toys import picture

from crossmodal.errors import InputError
from crossmodal.index import Index, scan
from crossmodal.index.progress import Problem
from crossmodal.index.scan import Found, roots, walk

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links, pipes and any name")


def seen(*paths: Path, skip: Path) -> tuple[list[str], list[Problem]]:
    things = list(walk(roots(paths), skip=skip))
    files = sorted(thing.path for thing in things if isinstance(thing, Found))
    return files, [thing for thing in things if isinstance(thing, Problem)]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def write(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)


def test_hidden_things_are_left_out_unless_named(media: Path, elsewhere: Path) -> None:
    write(media / "a", media / ".b", media / ".git" / "c", media / "d" / ".e")
    assert seen(media, skip=elsewhere)[0] == [str(media / "a")]
    named = seen(media / ".git", media / ".b", skip=elsewhere)[0]
    assert named == [str(media / ".b"), str(media / ".git" / "c")]


def test_index_inside_the_folder_is_left_out(media: Path) -> None:
    write(media / "a", media / "index" / "b")
    assert seen(media, skip=media / "index")[0] == [str(media / "a")]


@posix
def test_links_are_followed_and_loops_end(media: Path, elsewhere: Path, tmp_path: Path) -> None:
    write(media / "sub" / "a", tmp_path / "far" / "b", tmp_path / "c")
    (media / "sub" / "up").symlink_to(media)
    (media / "far").symlink_to(tmp_path / "far")
    (media / "again").symlink_to(tmp_path / "far")
    (media / "c").symlink_to(tmp_path / "c")
    (media / "self").symlink_to(media / "self")
    (media / "broken").symlink_to(media / "nothing")
    files, problems = seen(media, skip=elsewhere)
    assert str(media / "sub" / "a") in files
    assert str(media / "c") in files
    assert sum(path.endswith("/b") for path in files) == 1
    errors = {problem.path.name: problem.error for problem in problems}
    assert errors == {
        "up": "The link leads to a folder that holds it.",
        "self": "It cannot be read: Too many levels of symbolic links.",
        "broken": "The link leads nowhere.",
    }


@posix
def test_pipes_sockets_and_strange_names(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as unix:
        monkeypatch.chdir(folder)
        unix.bind("socket")
    picture(folder / "line\nbreak.png", "red")
    strange = os.fsencode(folder) + b"/caf\xe9 \xff.png"
    picture(folder / "plain.png", "red", seed=1).rename(os.fsdecode(strange))
    summary = index.add(folder)
    assert summary.added == 2
    assert {problem.error for problem in summary.problems} == {"It is not a regular file."}
    results = index.search("red")
    assert {os.fsencode(hit.path) for hit in results} == {
        strange,
        os.fsencode(folder / "line\nbreak.png"),
    }
    assert [hit["path"] for hit in results.to_json()["hits"]]
    assert index.search("caf png")[0].words
    assert index.remove(os.fsdecode(strange)) == 1


@posix
def test_items_of_an_unreadable_folder_are_kept(
    index: Index, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(media / "locked" / "a.png", "red")
    path = picture(media / "b.png", "red", seed=1)
    index.add(media)
    real = os.stat, os.scandir

    def refusing(number: int, path: object, **options: bool) -> object:
        if "locked" in str(path):
            raise PermissionError(13, "Permission denied")
        return real[number](path, **options)  # type: ignore[operator]

    monkeypatch.setattr(scan.os, "stat", lambda path, **options: refusing(0, path, **options))
    monkeypatch.setattr(scan.os, "scandir", lambda path: refusing(1, path))
    path.unlink()
    summary = index.add(media)
    assert (summary.removed, summary.failed) == (1, 1)
    assert summary.problems[0].error == "The folder cannot be read: Permission denied."
    assert len(index) == 1


def test_file_that_cannot_be_opened_is_tried_again(
    index: Index, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crossmodal.index import reading

    picture(media / "a.png", "red")
    real = os.open

    def refuse(path: str, *options: int) -> int:
        if str(path).endswith("a.png"):
            raise PermissionError(13, "Permission denied")
        return real(path, *options)

    with monkeypatch.context() as patch:
        patch.setattr(reading.os, "open", refuse)
        assert index.add(media).problems[0].error == "It cannot be read: Permission denied."
    assert index.info().failed == 0
    assert index.add(media).added == 1


def test_broken_file_is_remembered_and_not_read_again(
    index: Index, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (media / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    (media / "strange").write_bytes(bytes(range(256)))
    first = index.add(media)
    assert (first.failed, index.info().failed, len(index)) == (2, 2, 0)
    with monkeypatch.context() as patch:
        patch.setattr("crossmodal.index.indexer.fingerprint", None)
        again = index.add(media)
    assert again.failed == 2
    assert set(again.problems) == set(first.problems)
    os.utime(media / "broken.png", ns=(1, 1))
    assert index.add(media).failed == 2
    picture(media / "broken.png", "red")
    assert (index.add(media).updated, index.info().failed) == (1, 1)


def test_file_that_changes_while_read_is_not_kept(
    index: Index, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = picture(media / "a.png", "red")
    from crossmodal.index import reading

    real = reading.codecs.read

    def slow(source: str, **options: object) -> object:
        medium = real(source, **options)  # type: ignore[arg-type]
        path.write_bytes(path.read_bytes() + b"more")
        return medium

    with monkeypatch.context() as patch:
        patch.setattr(reading.codecs, "read", slow)
        summary = index.add(media)
    assert summary.problems[0].error == "It changed while it was read. Add it again."
    assert len(index) == 0
    assert index.add(media).added == 1


def test_file_that_vanishes_while_read_is_one_problem(
    index: Index, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(media / "a.png", "red")
    picture(media / "b.png", "blue")
    from crossmodal.index import indexer

    real = indexer.prepare

    def vanishing(file: indexer.File, **options: object) -> object:
        if file.path.endswith(b"a.png"):
            (media / "a.png").unlink()
        return real(file, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(indexer, "prepare", vanishing)
    summary = index.add(media)
    assert (summary.added, summary.failed, index.info().failed) == (1, 1, 0)


def test_missing_path_is_refused_before_anything_is_done(index: Index, media: Path) -> None:
    picture(media / "a.png", "red")
    with pytest.raises(InputError, match="No such file"):
        index.add(media, media / "nothing")
    with pytest.raises(InputError, match="null"):
        index.add("a\0b")
    assert len(index) == 0


def test_single_file_and_overlapping_roots(index: Index, media: Path) -> None:
    path = picture(media / "sub" / "a.png", "red")
    assert index.add(path, media, media / "sub", path).added == 1
    assert len(index) == 1
