"""What `draw`, `animate`, `sound` and `speak` share: seeds, sizes, bars, previews, endings."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .output import err, plain, print_json, printable

if TYPE_CHECKING:
    from ..media import Audio, Image, Video
    from ..translators.making import Listener, Step

PREVIEW_EVERY = 5
"""Steps from one preview to the next."""


def seed_of(seed: int | None) -> int:
    """Return `seed`, or a new one."""
    return secrets.randbelow(2**32) if seed is None else seed


def size_of(words: str) -> tuple[int, int] | None:
    """Return "640x480" as (640, 480); None for ""."""
    if not words:
        return None
    width, _, height = words.lower().partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise typer.BadParameter("write it as WIDTHxHEIGHT, such as 640x480", param_hint="--size")
    return int(width), int(height)


def writable(output: Path) -> None:
    """Refuse a file to write whose folder is not there, before the work is done."""
    if not output.expanduser().absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {output.parent}", param_hint="--output")


def finish(
    made: Image | Audio | Video,
    output: Path,
    begin: float,
    *,
    text: str | None = None,
    seed: int | None = None,
    as_json: bool,
) -> None:
    """Save what was made since `begin` and say so, on stderr or as one JSON document."""
    from ..media import Image, Video

    target = made.save(output)
    size = made.size if isinstance(made, Image) else None
    size = (made.width, made.height) if isinstance(made, Video) else size
    duration = None if isinstance(made, Image) else made.duration
    told = {
        "text": text,
        "path": plain(target),
        "size": size,
        "duration": duration,
        "seed": seed,
    }
    if as_json:
        known = {name: value for name, value in told.items() if value is not None}
        print_json({**known, "seconds": time.perf_counter() - begin})
        return
    length = "" if duration is None else f"{duration:.1f} s to "
    grown = "" if seed is None else f" (seed {seed})"
    err.print(f"wrote {length}{printable(target)}{grown}")


def note(line: str) -> None:
    """Say `line` on stderr."""
    err.print(f"[yellow]note:[/] {printable(line)}")


@contextmanager
def listening(title: str, preview: Path | None = None) -> Iterator[Listener]:
    """Show a bar on stderr, and yield what tells it of steps and writes the previews."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(title, total=None)
        look = None if preview is None else _previewer(preview)

        def hear(step: Step) -> None:
            bar.update(task, completed=step.number, total=step.total or None)
            if look is not None and step.number % PREVIEW_EVERY in (0, 1):
                look(step)

        yield hear


def _previewer(path: Path) -> Callable[[Step], None]:
    def look(step: Step) -> None:
        picture = step.preview()
        if picture is not None:
            picture.save(path)

    return look
