"""Kill an indexing process at random moments, again and again, and look at what is left.

    python killing.py FOLDER ROUNDS SEED

Children are forked from this process, which has all imported and opens no index itself: so each
starts within milliseconds. Each prints the files that it was told are done; then it is killed
with SIGKILL. After every kill another child checks that SQLite finds the file whole and that all
that was said to be done can be found. Every SERIES kills a plain `add` must complete, and a fresh
index is begun. The last one is then rebuilt with other models, killed REBUILDS times on the way:
before, while and after the new index takes the old one's place, every file must be there. Graphs
are made of few vectors here, so that kills hit their writing too.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from toys import all_toys, film, picture, tone

from crossmodal.index import Index, Progress, graph, rebuild
from crossmodal.settings import Settings

PICTURES, FILMS, SOUNDS = 200, 20, 20
FILES = PICTURES + FILMS + SOUNDS
SERIES, REBUILDS, LONGEST = 12, 8, 2.0  # LONGEST: seconds
SETTINGS = Settings(threads=2, batch_size=16)
graph.EXACT_LIMIT, graph.TAIL_LEAST = 60, 30


def opened(folder: Path) -> Index:
    return Index(folder, encoders=all_toys(), settings=SETTINGS)


def child(work: Callable[[], None]) -> int:
    """Run `work` in a forked process; return its number."""
    sys.stdout.flush()
    number = os.fork()
    if number == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException as error:  # noqa: BLE001
            traceback.print_exception(error)
        finally:
            os._exit(status)
    return number


def run(work: Callable[[], None]) -> None:
    _, status = os.waitpid(child(work), 0)
    assert status == 0, "a child failed"


def add_until_killed(folder: Path, media: Path, delay: float) -> set[str]:
    """Return the files that an `add`, killed after `delay` seconds, said were done."""
    reader, writer = os.pipe()

    def work() -> None:
        def told(progress: Progress) -> None:
            os.write(writer, os.fsencode(progress.path) + b"\n")

        with opened(folder) as index:
            index.add(media, progress=told)
        time.sleep(60)  # done before the kill: wait for it

    number = child(work)
    os.close(writer)
    time.sleep(delay)
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)
    with os.fdopen(reader, "rb") as stream:
        lines = stream.read().split(b"\n")[:-1]
    return {os.fsdecode(line) for line in lines}


def check(folder: Path, done: set[str]) -> None:
    """Fail unless the file is whole and everything in `done` can be found, by vector and name."""
    if not done and not (folder / "index.sqlite3").exists():
        return
    with opened(folder) as index:
        results = index.search("red", k=FILES)
        assert done <= {str(hit.path) for hit in results}
        for path in sorted(done)[:3]:
            assert str(index.search(Path(path).stem, k=1)[0].path) == path
    connection = sqlite3.connect(folder / "index.sqlite3")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    (orphans,) = connection.execute(
        "SELECT count(*) FROM items WHERE problem IS NULL AND id NOT IN (SELECT item FROM entries)"
    ).fetchone()
    assert orphans == 0
    connection.close()


def complete(folder: Path, media: Path) -> None:
    with opened(folder) as index:
        summary = index.add(media)
        assert summary.failed == 0, summary
        assert len(index) == FILES
        assert index.search("red", k=FILES).matches == FILES
        assert (folder / "index.sqlite3").exists()
    check(folder, {str(path) for path in media.iterdir()})


def rebuild_until_killed(folder: Path, delay: float, version: str) -> None:
    """Have the index rebuilt with models of `version`, and kill that after `delay` seconds."""

    def work() -> None:
        rebuild(folder, encoders=all_toys(version=version), settings=SETTINGS)
        time.sleep(60)

    number = child(work)
    time.sleep(delay)
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)


def rebuild_all(folder: Path, media: Path) -> None:
    """Fail unless a rebuild completes, and all are found by its models."""
    rebuild(folder, encoders=all_toys(version="2"), settings=SETTINGS)
    with Index(folder, encoders=all_toys(version="2"), settings=SETTINGS) as index:
        assert index.search("red", k=FILES).matches == FILES
        assert index.add(media).unchanged == FILES


def check_all(folder: Path) -> None:
    """Fail unless every file is there, by the models before or those after the rebuild."""
    found = set()
    for version in ("1", "2"):
        with Index(folder, encoders=all_toys(version=version), settings=SETTINGS) as index:
            assert len(index) == FILES
            found.add(index.search("red", k=FILES).matches)
    assert found == {0, FILES}
    with sqlite3.connect(folder / "index.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def main(top: Path, rounds: int, seed: int) -> None:
    media = top / "media"
    for number in range(PICTURES):
        picture(media / f"photo{number}x.png", "red", seed=number)
    for number in range(FILMS):
        sound = tone(("red", 0.5 + number / 10))
        film(media / f"film{number}x.mp4", ("red", 0.5), sound=sound)
    for number in range(SOUNDS):
        tone(("red", 1 + number / 10)).save(media / f"sound{number}x.wav")
    start = time.monotonic()
    run(lambda: complete(top / "trial", media))
    # Until a kill: as long as all takes here and now, but for a machine that is very busy.
    longest = min(LONGEST, time.monotonic() - start)
    chance = random.Random(seed)
    done: set[str] = set()
    acknowledged = 0
    for number in range(rounds):
        folder = top / f"index{number // SERIES}"
        delay = longest * chance.random()
        new = add_until_killed(folder, media, delay)
        acknowledged += len(new - done)
        done |= new
        run(lambda folder=folder, done=frozenset(done): check(folder, set(done)))
        if number % SERIES == SERIES - 1 or number == rounds - 1:
            run(lambda folder=folder: complete(folder, media))
            done.clear()
    for _ in range(REBUILDS):
        rebuild_until_killed(folder, longest * chance.random(), "2")
        run(lambda: check_all(folder))
    run(lambda: rebuild_all(folder, media))
    print(f"{rounds} kills, {acknowledged} files acknowledged before one, none lost")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
