from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from crossmodal.codecs import table
from crossmodal.errors import InputError, UnreadableMedia
from crossmodal.media import Image, Text

ROWS = [
    {"image": "photos/0.png", "captions": ["red", "a red photo"], "split": "test", "fold": 5},
    {"image": "photos/1.png", "captions": ["green"], "split": "test", "fold": 1},
    {"image": "photos/2.png", "captions": ["blue, deep"], "split": "train", "fold": 5},
]


@pytest.fixture(params=["parquet", "csv", "jsonl"])
def file(request: pytest.FixtureRequest, photos: Path) -> Path:
    """The same rows as each kind of file; its name says nothing."""
    path = photos.parent / "rows"
    if request.param == "parquet":
        rows = [{**row, "image": (photos.parent / row["image"]).read_bytes()} for row in ROWS]
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    elif request.param == "jsonl":
        path.write_text("\n".join(map(json.dumps, ROWS)) + "\n\n")
    else:
        cells = [
            ",".join('"' + str(v).replace("'", '""') + '"' for v in row.values()) for row in ROWS
        ]
        path.write_text("\n".join([",".join(ROWS[0]), *cells]), "utf-8-sig")
    return path


def test_all_kinds_hold_the_same(file: Path) -> None:
    found = table.read(file)
    assert len(found) == 3
    assert [list(cell) for cell in found.column("captions")] == [row["captions"] for row in ROWS]
    pictures = [found.medium(cell) for cell in found.column("photo", "image")]
    assert all(isinstance(picture, Image) for picture in pictures)
    assert found.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_where_and_limit(file: Path) -> None:
    assert table.read(file, where={"split": "test", "fold": "5"}).column("split") == ["test"]
    assert len(table.read(file, where={"split": "test"}, limit=1)) == 1
    assert len(table.read(file, where={"split": "train,test", "fold": "1,2"})) == 1


def test_what_is_not_there(file: Path) -> None:
    with pytest.raises(InputError, match=r"no column 'label' or 'name'.*image, captions"):
        table.read(file).column("label", "name")
    with pytest.raises(InputError, match="no rows with split=dev"):
        table.read(file, where={"split": "dev"})
    with pytest.raises(InputError, match="no column 'kind'"):
        table.read(file, where={"kind": "x"})
    with pytest.raises(InputError, match="holds int, no medium"):
        table.read(file).medium(3)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PAR1 and no more", "Parquet"),
        (b"\xff\xfe\x00", "neither Parquet nor UTF-8"),
        (b'{"a": 1}\n{"a": ', "line 2"),
        (b'{"a": 1}\n[1]', "line 2 is no object"),
        (b"a,b\n1,2\n3\n", "row 3 has not as many cells"),
        (b"a,b\n1,2,3\n", "row 2 has not as many cells"),
        (b'a,b\n1,"2\n', "unexpected end"),
        (b"a,b\n", "no rows"),
    ],
)
def test_broken_tables(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "rows"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        table.read(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="No such file"):
        table.read(tmp_path / "none.csv")


def test_a_text_file_may_be_a_cell(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "rows.csv").write_text("text\na.txt\n")
    found = table.read(tmp_path / "rows.csv")
    assert found.medium("a.txt") == Text("hello")
