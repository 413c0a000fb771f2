"""Imports only go down: a room imports from lower floors or from itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "crossmodal"

FLOORS = [
    {"errors", "modality", "lane", "media", "space", "calibration", "card", "contracts", "settings"}
    | {"_optional"},
    {"registry", "codecs", "sources", "metrics"},
    {"encoders", "decoders", "translators", "learn", "index"},
    {"sheet", "alt", "routing", "evaluation"},
    {"workbench"},
    {"verbs", "cli"},
    {"__init__", "__main__"},
]
UPWARD = {"media": {"codecs"}}  # Image.save("x.png") and its like, imported when called
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def imported_rooms(source: str, module: tuple[str, ...]) -> set[str]:
    """Return the rooms that the module `module` (its path below the package) imports from."""
    rooms = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = module[: len(module) - node.level]
            below = (*base, *node.module.split(".")) if node.module else base
            rooms |= {below[0]} if below else {alias.name for alias in node.names}
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        rooms |= {name.split(".")[1] for name in names if name.startswith("crossmodal.")}
    return rooms


def breaks(source: str, module: tuple[str, ...]) -> set[str]:
    """Return the rooms that `module` may not import from, and does."""
    room = module[0]
    known = imported_rooms(source, module) & FLOOR.keys()
    return {other for other in known if other != room and FLOOR[other] >= FLOOR[room]}


MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.parent.name != "__pycache__")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_down(path: Path) -> None:
    module = path.relative_to(SOURCE).with_suffix("").parts
    assert module[0] in FLOOR, f"{module[0]} stands on no floor"
    allowed = FLOORS[0] if module[0] in FLOORS[0] else set()
    assert breaks(path.read_text("utf-8"), module) <= allowed | UPWARD.get(module[0], set())


@pytest.mark.parametrize(
    ("source", "module", "broken"),
    [
        ("from ..workbench import Workbench", ("codecs", "image"), {"workbench"}),
        ("from ..index import Index", ("encoders", "image"), {"index"}),
        ("from . import cli", ("registry",), {"cli"}),
        ("import crossmodal.index.store", ("codecs", "read"), {"index"}),
        ("def f():\n    from ..sheet import write_sheet", ("learn", "zero_shot"), {"sheet"}),
        ("from ..errors import InputError", ("codecs", "image"), set()),
        ("from .base import BaseEncoder", ("encoders", "image"), set()),
    ],
)
def test_planted_break_is_caught(source: str, module: tuple[str, ...], broken: set[str]) -> None:
    assert breaks(source, module) == broken
