"""Adding: what is read, what is not read again, and what becomes of each file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import encoded
from toys import COLOURS, SPACE, ToyImages, card, picture, toys

from crossmodal.contracts import Encoder
from crossmodal.errors import InputError
from crossmodal.index import Index, Outcome, Progress
from crossmodal.modality import IMAGE, TEXT, Modality
from crossmodal.settings import Settings

Encoders = dict[Modality, Encoder]


def names(index: Index, query: str, **options: int) -> list[str]:
    return [hit.path.name for hit in index.search(query, **options)]


def test_pictures_are_found_by_colour_and_files_only_read_once(
    index: Index, media: Path, encoders: Encoders
) -> None:
    for colour in COLOURS:
        picture(media / "all" / f"{colour[::-1]}.png", colour)
    summary = index.add(media)
    assert (summary.added, summary.failed, len(index)) == (6, 0, 6)
    for colour in COLOURS:
        assert names(index, colour, k=1) == [f"{colour[::-1]}.png"]
    before = encoded(encoders) - len(COLOURS)
    again = index.add(media)
    assert (again.unchanged, again.added, again.updated) == (6, 0, 0)
    assert encoded(encoders) == before + len(COLOURS)


def test_unchanged_files_are_not_even_opened(
    index: Index, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(media / "a.png", "red")
    index.add(media)
    monkeypatch.setattr("crossmodal.index.indexer.fingerprint", None)
    assert index.add(media).unchanged == 1


def test_touched_file_is_hashed_and_not_encoded(
    index: Index, media: Path, encoders: Encoders
) -> None:
    path = picture(media / "a.png", "red")
    index.add(media)
    os.utime(path, ns=(5, 5))
    before = encoded(encoders)
    assert index.add(media).unchanged == 1
    assert encoded(encoders) == before
    assert index.search("red")[0].changed.timestamp() == pytest.approx(5e-9, abs=1e-6)


def test_changed_file_is_encoded_again(index: Index, media: Path) -> None:
    path = picture(media / "a.png", "red")
    picture(media / "b.png", "green")
    index.add(media)
    picture(path, "blue", side=20)
    summary = index.add(media)
    assert (summary.updated, summary.unchanged, len(index)) == (1, 1, 2)
    assert names(index, "blue", k=1) == ["a.png"]
    assert index.search("red").nothing


def test_move_keeps_vectors_and_renews_name_words(
    index: Index, media: Path, encoders: Encoders
) -> None:
    path = picture(media / "holiday.png", "red")
    index.add(media)
    before = encoded(encoders)
    (media / "sub").mkdir()
    path.rename(media / "sub" / "office.png")
    summary = index.add(media)
    assert (summary.moved, summary.removed, len(index)) == (1, 0, 1)
    assert encoded(encoders) == before
    assert names(index, "red") == ["office.png"]
    assert index.search("office")[0].words
    assert not index.search("holiday")[0].words


def test_move_between_folders_that_are_added_apart(index: Index, tmp_path: Path) -> None:
    path = picture(tmp_path / "one" / "a.png", "red")
    index.add(tmp_path / "one")
    (tmp_path / "two").mkdir()
    path.rename(tmp_path / "two" / "b.png")
    assert index.add(tmp_path / "two").moved == 1
    assert [hit.path for hit in index.search("red")] == [tmp_path / "two" / "b.png"]


def test_swapped_files_end_where_they_are(index: Index, media: Path) -> None:
    one, two = picture(media / "1.png", "red"), picture(media / "2.png", "blue")
    index.add(media)
    one.rename(media / "3.png")
    two.rename(one)
    (media / "3.png").rename(two)
    os.utime(one, ns=(1, 1))
    os.utime(two, ns=(2, 2))
    index.add(media)
    assert (names(index, "red", k=1), names(index, "blue", k=1)) == (["2.png"], ["1.png"])


@pytest.mark.parametrize("together", [True, False])
def test_copies_are_encoded_once(
    index: Index, media: Path, encoders: Encoders, together: bool
) -> None:
    data = picture(media / "0.png", "red").read_bytes()
    if not together:
        index.add(media)
    for number in range(1, 300):
        (media / f"{number}.png").write_bytes(data)
    summary = index.add(media)
    assert (summary.copied, len(index), encoded(encoders)) == (299, 300, 1)
    assert index.search("red", k=300).matches == 300


def test_copies_of_a_broken_file_all_fail(index: Index, media: Path) -> None:
    for number in range(5):
        (media / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    assert index.add(media).failed == 5
    assert index.info().failed == 5


def test_gone_files_are_forgotten(index: Index, media: Path) -> None:
    for number in range(4):
        picture(media / "sub" / f"{number}.png", "red", seed=number)
    index.add(media)
    (media / "sub" / "1.png").unlink()
    (media / "sub" / "2.png").unlink()
    summary = index.add(media / "sub")
    assert (summary.removed, summary.unchanged, len(index)) == (2, 2, 2)


def test_missing_root_is_an_error_and_removes_nothing(index: Index, media: Path) -> None:
    picture(media / "a.png", "red")
    index.add(media)
    media.rename(media.with_name("elsewhere"))
    with pytest.raises(InputError, match="kept"):
        index.add(media)
    assert len(index) == 1


def test_root_that_vanishes_meanwhile_removes_nothing(index: Index, media: Path) -> None:
    for number in range(3):
        picture(media / f"{number}.png", "red", seed=number)
    index.add(media)

    def pull_the_plug(progress: Progress) -> None:
        if media.exists():
            media.rename(media.with_name("elsewhere"))

    summary = index.add(media, progress=pull_the_plug)
    assert summary.removed == 0
    assert summary.problems[-1].error == "The folder has gone."
    assert len(index) == 3


def test_new_model_encodes_what_its_predecessor_did(
    index: Index, media: Path, tmp_path: Path
) -> None:
    picture(media / "a.png", "red")
    (media / "b.txt").write_text("green grass")
    index.add(media)
    newer = {IMAGE: ToyImages(card(IMAGE, version="2")), TEXT: toys()[TEXT]}
    with Index(index.folder, encoders=newer, settings=Settings()) as second:
        assert names(second, "red") == ["b.txt"]
        summary = second.add(media)
        assert (summary.updated, summary.unchanged) == (1, 1)
        assert names(second, "red", k=1) == ["a.png"]
        assert second.info().vectors == {"toy-image@1": 0, "toy-image@2": 1, "toy-text@1": 1}


def test_modality_without_encoder_is_found_by_name_until_it_has_one(
    index: Index, media: Path, tmp_path: Path
) -> None:
    picture(media / "Holiday_Beach01.png", "red")
    with Index(tmp_path / "words", encoders={}, settings=Settings()) as bare:
        assert bare.add(media).added == 1
        (hit,) = bare.search("beach")
        assert (hit.score, hit.probability, hit.because) == (None, None, "words: beach")
        assert bare.info().items == {IMAGE: 1}
        assert bare.add(media).unchanged == 1
    with Index(tmp_path / "words", encoders=toys(), settings=Settings()) as full:
        assert full.add(media).updated == 1
        assert full.search("red").matches == 1


def test_every_file_is_reported_once_after_its_commit(index: Index, media: Path) -> None:
    for number in range(80):
        picture(media / f"{number}.png", "red", seed=number)
    (media / "bad.bin").write_bytes(bytes(100))
    seen: dict[Path, Outcome] = {}

    def check(progress: Progress) -> None:
        assert progress.path not in seen
        seen[progress.path] = progress.outcome
        assert progress.done == len(seen) <= progress.found
        if progress.outcome is Outcome.ADDED:
            assert progress.path in {hit.path for hit in index.search("red", k=100)}

    summary = index.add(media, progress=check)
    assert (summary.added, summary.failed, len(seen)) == (80, 1, 81)
    assert seen[media / "bad.bin"] is Outcome.FAILED


def test_poison_in_a_batch_fails_alone(index: Index, media: Path) -> None:
    for number in range(40):
        picture(media / f"{number}.png", "red", seed=number)
    picture(media / "poison.png", "red", side=13)
    summary = index.add(media)
    assert (summary.added, summary.failed) == (40, 1)
    assert summary.problems[0].path == media / "poison.png"
    assert summary.problems[0].error == "RuntimeError: the network met a poison"


def test_remove_forgets_files_and_folders(index: Index, media: Path) -> None:
    for name in ("a/1.png", "a/2.png", "ab/3.png", "c.png"):
        picture(media / name, "red", seed=len(name) + ord(name[-5]))
    index.add(media)
    assert index.remove(media / "a") == 2
    assert index.remove(media / "c.png", media / "nothing") == 1
    assert names(index, "red") == ["3.png"]
    assert not index.search("c.png")[0].words
    assert index.add(media).added == 3


def test_interrupt_keeps_what_was_reported(index: Index, media: Path) -> None:
    for number in range(200):
        picture(media / f"{number}.png", "red", seed=number)
    seen: list[Path] = []

    def interrupt(progress: Progress) -> None:
        seen.append(progress.path)
        if len(seen) == 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.add(media, progress=interrupt)
    found = {hit.path for hit in index.search("red", k=200)}
    assert found >= set(seen)
    summary = index.add(media)
    assert summary.added + summary.unchanged == len(index) == 200
    assert summary.unchanged == len(found)


def test_large_files_do_not_wait_for_each_other_forever(
    index: Index, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossmodal.index.indexer.BYTES_IN_FLIGHT", 10)
    for number in range(10):
        picture(media / f"{number}.png", "red", seed=number)
    assert index.add(media).added == 10


def test_texts_are_found_by_passage(index: Index, media: Path) -> None:
    filler = "\n\n".join(f"Paragraph {n} speaks of taxes and forms. " * 15 for n in range(6))
    content = f"{filler}\n\nThe green green green frog.\n\n{filler}"
    (media / "long.md").write_text(content)
    index.add(media)
    hit = index.search("frog")[0]
    assert hit.words
    assert hit.text is not None
    assert "frog" in hit.text
    assert content[int(hit.start or 0) : int(hit.end or 0)] == hit.text
    assert len(index.search("taxes")) == 1
    assert index.info().entries > 6


def test_huge_text_is_read_in_part(
    index: Index, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossmodal.index.reading.TEXT_BYTES", 10_000)
    (media / "lines.txt").write_text("frog\n" + "filler é\n" * 5_000 + "toad")
    (media / "line.txt").write_text("newt " + "ééééééé" * 5_000 + " toad")
    assert index.add(media).added == 2
    assert index.search("frog")[0].words
    assert index.search("newt")[0].words
    assert not index.search("toad")[0].words


def test_text_of_no_words_is_found_by_name(index: Index, media: Path) -> None:
    (media / "dashes.txt").write_text("-- -- --")
    (media / "blank.txt").write_text("   \n\n ")
    assert index.add(media).added == 2
    assert index.search("dashes")[0].words
    assert index.search("blank")[0].words


def test_vectors_are_stored_as_unit_int16(index: Index, media: Path) -> None:
    import sqlite3

    import numpy as np

    picture(media / "a.png", "red")
    index.add(media)
    with sqlite3.connect(index.folder / "index.sqlite3") as connection:
        (value,) = connection.execute("SELECT value FROM vectors").fetchone()
    connection.close()
    vector = np.frombuffer(value, "<i2") / 32767
    assert vector.shape == (SPACE.dim,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
