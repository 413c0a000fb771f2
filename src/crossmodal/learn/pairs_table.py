"""Pairs as people have them: a table of files and words, or a list of both.

A cell holds a file's bytes (Parquet), the path of a file (relative to the table's folder), or
words. A cell that holds a list (five captions) makes one pair with each of its entries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ..codecs import table as tables
from ..codecs.limits import DEFAULT, Limits
from ..codecs.table import Table
from ..errors import InputError
from ..media import Media, Text
from .held_out import Pairs

LOOKED_AT = 50
"""Cells that tell whether a column holds paths or words."""
KINDS = ("auto", "file", "text")

Read: TypeAlias = Callable[[], Media]


@dataclass(frozen=True, slots=True)
class Things:
    """The different things of one side: `names[k]` says which one `reads[k]` reads."""

    title: str
    names: Sequence[str]
    reads: Sequence[Read]


@dataclass(frozen=True, slots=True)
class ThingPairs:
    """Two kinds of things, each once, and which belong together."""

    left: Things
    right: Things
    pairs: Pairs


def from_table(
    path: Path,
    *,
    columns: Sequence[str] = (),
    kinds: Sequence[str] = ("auto", "auto"),
    where: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT,
) -> ThingPairs:
    """Return the pairs that the table at `path` (CSV, JSON Lines, Parquet) lists.

    Args:
        columns: names of two; () for the first two.
        kinds: of each, "file", "text", or "auto": files if half of the cells or more name some.
        where: only the rows in which each of these columns, as text, has this value.

    Raises:
        InputError: the table cannot be read, or has no such columns or rows.
    """
    table = tables.read(path, where=where)
    names = list(columns) or list(table.columns)[:2]
    if len(names) != 2 or names[0] == names[1]:
        raise InputError(
            f"{path} gives {len(names)} columns to pair", cure="Name two: --columns image,text."
        )
    for kind in kinds:
        if kind not in KINDS:
            raise InputError(f"There is no kind {kind!r}", cure=f"Use: {', '.join(KINDS)}.")
    sides = [_entries(table.column(name)) for name in names]
    pairs = [
        (one, other) for left, right in zip(*sides, strict=True) for one in left for other in right
    ]
    if not pairs:
        raise InputError(f"{path} holds no pairs", cure="Fill both columns.")
    made = []
    for side in (0, 1):
        cells = [pair[side] for pair in pairs]
        as_text = kinds[side] == "text" or (kinds[side] == "auto" and not _are_files(table, cells))
        made.append([_thing(table, cell, as_text, limits) for cell in cells])
    return _paired(made[0], made[1], (names[0], names[1]))


def from_items(
    items: Sequence[tuple[Media | Path | str, Media | Path | str]],
    *,
    load: Callable[[Path], Media],
) -> ThingPairs:
    """Return the pairs of a list: media, paths of files, and words.

    Raises:
        InputError: there are none, or one of them is no pair.
    """
    for item in items:
        if not isinstance(item, tuple | list) or len(item) != 2:
            raise InputError("An item is no pair", cure="Pass (left, right) for each pair.")
    if not items:
        raise InputError("There are no pairs", cure="Pass at least ten.")
    sides = [[_item(item[side], load) for item in items] for side in (0, 1)]
    return _paired(sides[0], sides[1], ("left", "right"))


def _item(item: Media | Path | str, load: Callable[[Path], Media]) -> tuple[str, Read]:
    if isinstance(item, Path):
        return str(item), lambda: load(item)
    medium = Text(item) if isinstance(item, str) else item
    name = medium.content if isinstance(medium, Text) else medium.content_id()
    return name, lambda: medium


def _entries(cells: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield what each cell holds: the entries of a list, else itself; nothing if it is empty."""
    for cell in cells:
        entries = cell if isinstance(cell, list) else [cell]
        yield [entry for entry in entries if entry is not None and entry not in ("", b"")]


def _are_files(table: Table, cells: Sequence[Any]) -> bool:
    looked = list(dict.fromkeys(cell for cell in cells if isinstance(cell, str | bytes)))[
        :LOOKED_AT
    ]
    found = [isinstance(cell, bytes) or _is_file(_place(table, cell)) for cell in looked]
    return 2 * sum(found) >= len(found) > 0


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # words that no path can be made of
        return False


def _place(table: Table, cell: str) -> Path:
    return table.path.parent / Path(cell)


def _thing(table: Table, cell: Any, as_text: bool, limits: Limits) -> tuple[str, Read]:
    if isinstance(cell, bytes):
        name = hashlib.blake2b(cell, digest_size=16).hexdigest()
    else:
        name = str(cell)
    if as_text and not isinstance(cell, bytes):
        return name, lambda: Text(name)
    return name, lambda: table.medium(cell, limits=limits, excerpt=True)


def _paired(
    left: Sequence[tuple[str, Read]], right: Sequence[tuple[str, Read]], titles: tuple[str, str]
) -> ThingPairs:
    pairs, *firsts = Pairs.of([name for name, _ in left], [name for name, _ in right])
    sides = [
        Things(title, [side[place][0] for place in first], [side[place][1] for place in first])
        for title, side, first in zip(titles, (left, right), firsts, strict=True)
    ]
    return ThingPairs(sides[0], sides[1], pairs)
