"""`crossmodal index`: add or update files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import IndexFolder, Json
from .output import FAILED, err, errors_reported, plain, print_json, printable

if TYPE_CHECKING:
    from ..index import Index, Summary

COUNTS = ("added", "updated", "moved", "copied", "unchanged", "removed", "failed")


def index(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    folder: IndexFolder = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take PATHS out of the index instead.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add or update files; what is gone from a folder leaves the index. May be interrupted."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        start = time.perf_counter()
        with Workbench().index(folder) as store:
            if forget:
                count = store.remove(*paths)
                if as_json:
                    print_json({"forgotten": count, "seconds": time.perf_counter() - start})
                else:
                    err.print(f"Took {count} files out of the index.")
                return
            summary = add(store, paths)
            seconds = time.perf_counter() - start
            if as_json:
                print_json(
                    {
                        **{name: getattr(summary, name) for name in COUNTS},
                        "problems": [
                            {"path": plain(problem.path), "problem": problem.error}
                            for problem in summary.problems
                        ],
                        "partials": [
                            {"path": plain(part.path), "problem": part.error}
                            for part in summary.partials
                        ],
                        "seconds": seconds,
                    }
                )
            else:
                print_summary(summary, store, seconds)
        if summary.failed and not any(getattr(summary, name) for name in COUNTS[:-1]):
            raise typer.Exit(FAILED)


def add(store: Index, paths: list[Path]) -> Summary:
    """Add `paths` with a progress bar on stderr."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("indexing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.0f} files/s"),
        TimeElapsedColumn(),
    )
    start = time.perf_counter()
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None, rate=0.0)
        return store.add(
            *paths,
            progress=lambda step: bar.update(
                task,
                completed=step.done,
                total=step.found,
                rate=step.done / (time.perf_counter() - start),
            ),
        )


def print_summary(summary: Summary, store: Index, seconds: float) -> None:
    """Say what was done, and each file that could not be used."""
    for problem in summary.problems:
        err.print(f"[yellow]![/] {printable(problem.path)}: {printable(problem.error)}")
    for part in summary.partials:
        err.print(f"[yellow]partly:[/] {printable(part.path)}: {printable(part.error)}")
    parts = [f"{getattr(summary, name):,} {name}" for name in COUNTS if getattr(summary, name)]
    err.print(f"{', '.join(parts) or 'nothing to do'} in {seconds:.1f} s; {len(store):,} files now")
