"""`crossmodal index`: add or update files."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .chosen import encoding_with
from .options import IndexFolder, Json, Model, SpaceName
from .output import FAILED, err, errors_reported, plain, print_json, printable

if TYPE_CHECKING:
    from ..index import Index, Problem, Summary

COUNTS = ("added", "updated", "moved", "copied", "unchanged", "removed", "failed")


def index(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders.", show_default=False)
    ] = None,
    folder: IndexFolder = None,
    space: SpaceName = None,
    model: Model = "",
    forget: Annotated[
        bool, typer.Option("--forget", help="Take PATHS out of the index instead.")
    ] = False,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Read all files that are in the index anew; no PATHS."),
    ] = False,
    transcribe: Annotated[
        bool | None,
        typer.Option(
            "--transcribe/--no-transcribe",
            help="Write down the speech in sounds and films, or do not.",
            show_default="where the extra 'speech' is installed",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Add or update files; what is gone from a folder leaves the index. May be interrupted."""
    if rebuild == bool(paths) or (rebuild and forget):
        raise typer.BadParameter("Give files and folders, or --rebuild alone.")
    with errors_reported(as_json=as_json):
        start = time.perf_counter()
        bench = encoding_with(model, space, index_speech=transcribe)
        if transcribe:
            bench.registry.translator(bench.settings.recognition_model)  # or say what is missing
        if rebuild:
            summary = with_progress(partial(bench.rebuild, folder))
        with bench.index(folder) as store:
            if forget:
                print_forgotten(store.remove(*paths or ()), start=start, as_json=as_json)
                return
            if not rebuild:
                summary = with_progress(partial(store.add, *paths or ()))
            report(summary, store, seconds=time.perf_counter() - start, as_json=as_json)


def with_progress(work: Callable[..., Summary]) -> Summary:
    """Do `work`, which takes `progress`, `building` and `reading`, with bars on stderr."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from ..index.results import clock

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[reading]}"),
    )
    start = time.perf_counter()
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task("indexing", total=None, rate="", reading="")
        graph = bar.add_task("linking vectors", total=None, rate="", reading="", visible=False)
        return work(
            progress=lambda step: bar.update(
                task,
                completed=step.done,
                total=step.found,
                rate=f"{step.done / (time.perf_counter() - start):.0f} files/s",
                reading="",
            ),
            building=lambda done, total: bar.update(
                graph, completed=done, total=total, visible=done < total
            ),
            reading=lambda path, seconds: bar.update(
                task, reading=f"{printable(path.name)} {clock(seconds)}"
            ),
        )


def print_forgotten(count: int, *, start: float, as_json: bool) -> None:
    """Say how many files were taken out."""
    if as_json:
        print_json({"forgotten": count, "seconds": time.perf_counter() - start})
    else:
        err.print(f"Took {count} files out of the index.")


def report(summary: Summary, store: Index, *, seconds: float, as_json: bool) -> None:
    """Say what was done; fail where nothing but failures was."""
    if as_json:
        print_json(
            {
                **{name: getattr(summary, name) for name in COUNTS},
                "problems": problems(summary.problems),
                "partials": problems(summary.partials),
                "seconds": seconds,
            }
        )
    else:
        print_summary(summary, store, seconds)
    if summary.failed and not any(getattr(summary, name) for name in COUNTS[:-1]):
        raise typer.Exit(FAILED)


def problems(found: Sequence[Problem]) -> list[dict[str, str]]:
    """Return problems as plain values."""
    return [{"path": plain(problem.path), "problem": problem.error} for problem in found]


def print_summary(summary: Summary, store: Index, seconds: float) -> None:
    """Say what was done, and each file that could not be used."""
    for problem in summary.problems:
        err.print(f"[yellow]![/] {printable(problem.path)}: {printable(problem.error)}")
    for part in summary.partials:
        err.print(f"[yellow]partly:[/] {printable(part.path)}: {printable(part.error)}")
    parts = [f"{getattr(summary, name):,} {name}" for name in COUNTS if getattr(summary, name)]
    err.print(f"{', '.join(parts) or 'nothing to do'} in {seconds:.1f} s; {len(store):,} files now")
