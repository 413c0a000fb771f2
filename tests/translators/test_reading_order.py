from __future__ import annotations

from crossmodal.translators.reading_order import Box, rows


def test_rows_from_the_top_each_from_the_left() -> None:
    boxes: list[Box] = [(200, 12, 80, 20), (10, 60, 80, 20), (10, 10, 80, 20)]
    assert rows(boxes) == [[2, 0], [1]]


def test_columns_of_running_text_come_one_after_the_other() -> None:
    left: list[Box] = [(0, y, 200, 20) for y in (50, 80, 110)]
    right: list[Box] = [(260, y, 200, 20) for y in (50, 80, 110)]
    title: Box = (0, 0, 460, 30)
    assert rows([title, *right, *left]) == [[0], [4], [5], [6], [1], [2], [3]]


def test_cells_of_a_table_are_read_by_rows() -> None:
    boxes: list[Box] = [(x, y, 60, 20) for y in (0, 30, 60) for x in (0, 200)]
    assert rows(boxes) == [[0, 1], [2, 3], [4, 5]]


def test_rows_that_touch_stay_apart() -> None:
    boxes: list[Box] = [(0, 0, 90, 22), (100, 2, 90, 22), (0, 20, 90, 22), (100, 22, 90, 22)]
    assert rows(boxes) == [[0, 1], [2, 3]]


def test_nothing_has_no_rows() -> None:
    assert rows([]) == []


def test_every_box_comes_once() -> None:
    boxes: list[Box] = [(0, 0, 0, 0), (0, 0, 0, 0), (5, 5, 1, 1), (-3, 900, 4, 2)]
    assert sorted(member for row in rows(boxes) for member in row) == [0, 1, 2, 3]
