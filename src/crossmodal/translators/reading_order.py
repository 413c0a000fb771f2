"""In which order the lines of a page are read: rows from the top, columns one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TypeAlias

Box: TypeAlias = tuple[float, float, float, float]
"""(left, top, width, height) in pixels."""

_COLUMN_WIDTH = 6.0  # in heights of a line; narrower columns are cells of a table, read by rows
_SAME_ROW = 0.5  # share of the lower box's height that overlaps


def rows(boxes: Sequence[Box]) -> list[list[int]]:
    """Return the rows of text in reading order, each as positions in `boxes` from left to right.

    The page is cut along its white gaps again and again (XY cut, Nagy & Seth, ICPR 1984): across
    where a gap runs from side to side, and down between columns of running text.
    """
    return _cut(boxes, list(range(len(boxes)))) if boxes else []


def _cut(boxes: Sequence[Box], members: list[int]) -> list[list[int]]:
    height = median(boxes[member][3] for member in members)
    columns = _groups(boxes, members, axis=0, gap=height)
    if len(columns) > 1 and all(_is_column(boxes, column, height) for column in columns):
        return [row for column in columns for row in _cut(boxes, column)]
    bands = _groups(boxes, members, axis=1, gap=0.0)
    if len(bands) > 1:
        widest = _widest_gap(boxes, bands)
        upper = [member for band in bands[:widest] for member in band]
        lower = [member for band in bands[widest:] for member in band]
        return _cut(boxes, upper) + _cut(boxes, lower)
    return _lines(boxes, members)


def _groups(boxes: Sequence[Box], members: list[int], *, axis: int, gap: float) -> list[list[int]]:
    """Return `members` in groups with a white gap wider than `gap` between them along `axis`."""
    groups: list[list[int]] = []
    reach = float("-inf")
    for member in sorted(members, key=lambda member: boxes[member][axis]):
        if not groups or boxes[member][axis] - reach > gap:
            groups.append([])
        groups[-1].append(member)
        reach = max(reach, boxes[member][axis] + boxes[member][axis + 2])
    return groups


def _is_column(boxes: Sequence[Box], members: list[int], height: float) -> bool:
    width = median(boxes[member][2] for member in members)
    return len(members) > 1 and width >= _COLUMN_WIDTH * height


def _widest_gap(boxes: Sequence[Box], bands: list[list[int]]) -> int:
    """Return the number of the band before which the gap is widest."""
    tops = [min(boxes[member][1] for member in band) for band in bands]
    ends = [max(boxes[member][1] + boxes[member][3] for member in band) for band in bands]
    return max(range(1, len(bands)), key=lambda number: tops[number] - ends[number - 1])


def _lines(boxes: Sequence[Box], members: list[int]) -> list[list[int]]:
    """Return the rows of one band, in which boxes overlap in height and rows may touch."""
    found: list[list[int]] = []
    for member in sorted(members, key=lambda member: boxes[member][1] + boxes[member][3] / 2):
        if found and _overlap(boxes[found[-1][0]], boxes[member]) >= _SAME_ROW:
            found[-1].append(member)
        else:
            found.append([member])
    return [sorted(row, key=lambda member: boxes[member][0]) for row in found]


def _overlap(one: Box, other: Box) -> float:
    shared = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return shared / max(min(one[3], other[3]), 1e-9)
