"""Any query is answered or refused in words; any sequence of changes leaves what is on disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toys import picture, toys

from crossmodal.errors import CrossmodalError
from crossmodal.index import Index, Query
from crossmodal.settings import Settings


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("properties")
    picture(folder / "media" / "a dog.png", "red")
    (folder / "media" / "b.txt").write_text("green frog AND NOT near*")
    with Index(folder / "index", encoders=toys(), settings=Settings(threads=1)) as index:
        index.add(folder / "media")
        yield index


@given(text=st.text(max_size=60), other=st.text(max_size=20))
@settings(max_examples=120, deadline=None)
def test_any_text_is_a_query_or_a_clear_error(searched: Index, text: str, other: str) -> None:
    for make in (lambda: text, lambda: Query.of(texts=[text], without=[other])):
        try:
            results = searched.search(make())
        except CrossmodalError as error:
            assert error.problem  # noqa: PT017
        else:
            assert 1 <= len(results) <= 2


NAMES = st.sampled_from(["a.png", "b.png", "sub/a.png", "sub/c.png", "sub/deep/d.png"])
COLOURS = st.sampled_from(["red", "green", "blue"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAMES, COLOURS),
        st.tuples(st.just("move"), NAMES, NAMES),
        st.tuples(st.just("copy"), NAMES, NAMES),
        st.tuples(st.just("delete"), NAMES, NAMES),
        st.tuples(st.just("touch"), NAMES, NAMES),
        st.tuples(st.just("break"), NAMES, NAMES),
        st.tuples(st.just("add"), NAMES, NAMES),
    ),
    min_size=4,
    max_size=16,
)


def change(media: Path, step: tuple[str, str, str], clock: int) -> None:
    """Do one step to the files; each write gets a time of its own, as a real clock gives it."""
    kind, first, second = step
    path, other = media / first, media / second
    if kind == "write":
        picture(path, second, seed=clock % 3)
        os.utime(path, (clock, clock))
    elif kind == "break":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
        os.utime(path, (clock, clock))
    elif path.exists():
        other.parent.mkdir(parents=True, exist_ok=True)
        if kind == "move":
            path.rename(other)
        elif kind == "copy":
            other.write_bytes(path.read_bytes())
            os.utime(other, (clock, clock))
        elif kind == "delete":
            path.unlink()
        else:
            os.utime(path, (clock, clock))


def expected(media: Path) -> dict[str, str]:
    """Return the colour of each picture that can be read."""
    from PIL import Image

    colours = {}
    for path in media.rglob("*.png"):
        if not path.read_bytes().endswith(b"broken"):
            with Image.open(path) as image:
                mean = image.resize((1, 1)).getpixel((0, 0))
            colours[str(path)] = ("red", "green", "blue")[mean.index(max(mean))]
    return colours


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_index_holds_what_is_on_disk_after_any_changes(steps: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as top:
        media = Path(top) / "media"
        media.mkdir()
        with Index(Path(top) / "i", encoders=toys(), settings=Settings(threads=1)) as index:
            for clock, step in enumerate([*steps, ("add", "", "")], 1000):
                if step[0] == "add":
                    index.add(media)
                    check(index, expected(media))
                else:
                    change(media, step, clock)
        connection = __import__("sqlite3").connect(Path(top) / "i" / "index.sqlite3")
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


def check(index: Index, colours: dict[str, str]) -> None:
    assert len(index) == index.info().entries == len(colours)
    for colour in ("red", "green", "blue"):
        hits = index.search(colour, k=20)
        alike = {str(hit.path) for hit in hits if hit.probability and hit.probability >= 0.5}
        assert alike == {path for path, other in colours.items() if other == colour}
    for path in colours:
        words = Path(path).name
        assert path in {str(hit.path) for hit in index.search(words, k=20) if hit.words}
