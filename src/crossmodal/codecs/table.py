"""Tables: rows of media and words, as Parquet, CSV or JSON Lines.

A cell with a medium holds either its encoded bytes (Parquet) or the path of its file, relative to
the table's folder. A cell may hold a list, such as the captions of one photo; in CSV it is written
as JSON.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._optional import need
from ..errors import InputError, UnreadableMedia
from ..media import Media
from . import read as read_medium
from .files import naming, open_source
from .limits import DEFAULT, Limits

PARQUET = b"PAR1"
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length by name, read from the file `path`, whose hash is `sha256`."""

    path: Path
    sha256: str
    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def column(self, *names: str) -> Sequence[Any]:
        """Return the first of the columns `names` that is there.

        Raises:
            InputError: none of them is; the message says which there are.
        """
        for name in names:
            if name in self.columns:
                return self.columns[name]
        raise InputError(
            f"{self.path.name} has no column {' or '.join(map(repr, names))}",
            cure=f"It has: {', '.join(self.columns)}. Name the right one with --column.",
        )

    def medium(self, cell: Any, *, limits: Limits = DEFAULT, excerpt: bool = False) -> Media:
        """Return the medium that a cell holds or names.

        Raises:
            InputError: the cell is neither bytes nor a path, or what it names cannot be read.
        """
        if isinstance(cell, bytes):
            return read_medium(cell, limits=limits, excerpt=excerpt)
        if not isinstance(cell, str) or not cell:
            raise InputError(
                f"A cell of {self.path.name} holds {type(cell).__name__}, no medium",
                cure="Give the bytes of a file, or its path.",
            )
        return read_medium(
            self.path.parent / Path(cell).expanduser(), limits=limits, excerpt=excerpt
        )


def read(path: Path, *, where: Mapping[str, str] | None = None, limit: int | None = None) -> Table:
    """Return the table in the file `path`; what kind it is goes by its bytes.

    Args:
        where: only the rows in which each of these columns, as text, has this value, or one of
            several with commas between.
        limit: at most so many rows, the first.

    Raises:
        InputError: the file cannot be read, a column of `where` is missing, or no row is left.
        MissingExtra: it is Parquet, and pyarrow is not installed.
    """
    with naming(path), open_source(path) as stream:
        state, head = hashlib.sha256(), b""
        while block := stream.read(BLOCK):
            head = head or block[:4]
            state.update(block)
    if not head:
        raise UnreadableMedia(f"{path} is empty", cure="Give a table with rows.")
    columns = _parquet(path) if head == PARQUET else _lines(path)
    table = Table(path, state.hexdigest(), columns)
    wanted = {name: values.split(",") for name, values in (where or {}).items()}
    rows = [
        row
        for row in range(len(table))
        if all(str(table.column(name)[row]) in values for name, values in wanted.items())
    ][:limit]
    if not rows:
        asked = ", ".join(f"{name}={value}" for name, value in (where or {}).items())
        raise InputError(
            f"{path} has no rows" + (f" with {asked}" if asked else ""),
            cure="Give a table with rows, or ask for others.",
        )
    kept = {name: [values[row] for row in rows] for name, values in columns.items()}
    return Table(path, table.sha256, kept)


def _parquet(path: Path) -> dict[str, list[Any]]:
    parquet, arrow = need("pyarrow.parquet", extra="data"), need("pyarrow", extra="data")
    try:
        columns: dict[str, list[Any]] = parquet.read_table(path).to_pydict()
    except (arrow.ArrowException, OSError) as error:
        raise UnreadableMedia(f"{path}: {error}", cure="Check the Parquet file.") from error
    return columns


def _lines(path: Path) -> dict[str, list[Any]]:
    """Return the columns of a CSV or JSON Lines file."""
    try:
        words = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableMedia(
            f"{path} is neither Parquet nor UTF-8 text", cure="Give Parquet, CSV or JSON Lines."
        ) from error
    rows = _json_rows(path, words) if words.lstrip().startswith("{") else _csv_rows(path, words)
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: [row.get(name) for row in rows] for name in names}


def _json_rows(path: Path, words: str) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(words.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise UnreadableMedia(
                f"{path}, line {number}: {error}", cure="Write one JSON object a line."
            ) from None
        if not isinstance(row, dict):
            raise UnreadableMedia(
                f"{path}, line {number} is no object", cure="Write one JSON object a line."
            )
        rows.append(row)
    return rows


def _csv_rows(path: Path, words: str) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(words), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise UnreadableMedia(
            f"{path}, line {reader.line_num}: {error}", cure="Check its quotes."
        ) from None
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise UnreadableMedia(
                f"{path}, row {number} has not as many cells as the first line",
                cure="Name every column in the first line, and put quotes around commas.",
            )
    return [{name: _cell(value) for name, value in row.items()} for row in rows]


def _cell(value: str) -> Any:
    """Return a list where a CSV cell holds one in JSON, else the cell as it is."""
    if value.startswith("["):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value
