from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from learn.coloured import write_pairs, write_table

from crossmodal.codecs import read
from crossmodal.errors import InputError
from crossmodal.learn.pairs_table import from_items, from_table
from crossmodal.media import Image, Text


def listed(things: object) -> list[tuple[int, int]]:
    pairs = things.pairs  # type: ignore[attr-defined]
    return list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))


def test_csv_of_paths_and_words(tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path / "pictures", count=4)
    things = from_table(write_table(tmp_path / "pairs.csv", [*pairs, pairs[0]]))
    assert listed(things) == [(0, 0), (1, 1), (2, 2), (3, 3)]  # the pair that comes twice is one
    assert (things.left.title, things.right.title) == ("picture", "caption")
    assert isinstance(things.left.reads[0](), Image)
    assert things.right.reads[1]() == Text(pairs[1][1])


def test_json_lines_with_lists_and_gaps(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"words": "a dog", "more": ["Hund", "chien"]},
        {"words": "a cat", "more": []},
        {"words": "", "more": ["nothing"]},
        {"words": "a dog", "more": ["Hund", "pes"]},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    things = from_table(path)
    assert things.left.names == ["a dog"]
    assert things.right.names == ["Hund", "chien", "pes"]
    assert listed(things) == [(0, 0), (0, 1), (0, 2)]


def test_parquet_of_bytes_chosen_by_column_and_row(tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path, count=6)
    table = pa.table(
        {
            "split": ["train", "test"] * 3,
            "photo": [path.read_bytes() for path, _ in pairs],
            "captions": [[words, f"{words} photo"] for _, words in pairs],
        }
    )
    parquet.write_table(table, tmp_path / "pairs.parquet")
    things = from_table(
        tmp_path / "pairs.parquet", columns=("photo", "captions"), where={"split": "train"}
    )
    assert len(things.left.names) == 3
    assert len(things.pairs) == 6
    photo = things.left.reads[1]()
    assert photo.content_id() == read(pairs[2][0]).content_id()


def test_kinds_said_outright(tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path, count=3)
    path = write_table(tmp_path / "pairs.csv", pairs)
    things = from_table(path, kinds=("text", "text"))
    assert things.left.reads[0]() == Text("000.png")
    lost = from_table(path, kinds=("auto", "file"))
    with pytest.raises(InputError):
        lost.right.reads[0]()


def test_a_few_missing_files_do_not_make_words(tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path, count=5)
    pairs[1][0].unlink()
    things = from_table(write_table(tmp_path / "pairs.csv", pairs))
    with pytest.raises(InputError, match=r"001\.png"):
        things.left.reads[1]()


def test_words_that_are_no_paths(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(f"a,b\n{'long ' * 999},x\nnul \0 byte,y\n", "utf-8")
    assert isinstance(from_table(path).left.reads[0](), Text)


@pytest.mark.parametrize(
    ("columns", "kinds", "message"),
    [
        (("a",), ("auto", "auto"), "gives 1 columns"),
        (("a", "a"), ("auto", "auto"), "Name two"),
        (("a", "z"), ("auto", "auto"), "no column 'z'"),
        ((), ("auto", "smell"), "no kind 'smell'"),
        (("a", "c"), ("auto", "auto"), "no pairs"),
    ],
)
def test_wrong_calls(
    tmp_path: Path, columns: tuple[str, ...], kinds: tuple[str, str], message: str
) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("a,b,c\nx,y,\n", "utf-8")
    with pytest.raises(InputError, match=message):
        from_table(path, columns=columns, kinds=kinds)


def test_items(tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path, count=2)
    things = from_items([*pairs, (read(pairs[0][0]), "red")], load=read)
    assert listed(things) == [(0, 0), (1, 1), (2, 2)]
    assert isinstance(things.left.reads[2](), Image)
    for wrong, message in (
        ([], "no pairs"),
        ([("a", "b", "c")], "is no pair"),
        (["ab"], "no pair"),
    ):
        with pytest.raises(InputError, match=message):
            from_items(wrong, load=read)  # type: ignore[arg-type]
