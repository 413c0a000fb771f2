"""`crossmodal evaluate`: how good a model is on data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SettingsError
from .options import Json
from .output import err, errors_reported, out, plain, print_json, printable

if TYPE_CHECKING:
    from ..card import Figure
    from ..evaluation import Report
    from ..evaluation.pairs import Progress

TASKS = "retrieval, zero-shot, few-shot, recognition, captioning, questions, spaces, round-trip"


def evaluate(
    task: Annotated[str, typer.Argument(help=f"What to measure: {TASKS}.")],
    data: Annotated[Path, typer.Option(help="A Parquet, CSV or JSON Lines file.")],
    model: Annotated[
        list[str] | None, typer.Option(help="A model to measure (repeatable).")
    ] = None,
    protocol: Annotated[
        str, typer.Option(help="The rules; own for none.", show_default="by the file's name")
    ] = "",
    where: Annotated[
        list[str] | None, typer.Option(help="Only rows with COLUMN=VALUE (repeatable).")
    ] = None,
    learn: Annotated[
        list[str] | None, typer.Option(help="Rows to learn from: COLUMN=VALUE (repeatable).")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="ROLE=COLUMN, such as media=photo (repeatable).")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The first so many rows.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
    resamples: Annotated[int, typer.Option(min=10, max=100_000, help="Of the bootstrap.")] = 1000,
    output: Annotated[Path | None, typer.Option("--out", help="Also write JSON here.")] = None,
    as_json: Json = False,
) -> None:
    """Measure models at TASK: with interval, chance and published reference, reproducibly."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        with bars() as progress:
            report = Workbench().evaluate(
                task,
                data,
                models=model or (),
                protocol=protocol,
                where=parse(where, "--where") if where else None,
                learn=parse(learn, "--learn") if learn else None,
                columns=parse(column, "--column"),
                limit=limit,
                seed=seed,
                resamples=resamples,
                progress=progress,
            )
        if output is not None:
            output.write_text(json.dumps(report.to_json(), indent=2) + "\n", "utf-8")
            err.print(f"wrote {printable(output)}")
        if as_json:
            print_json(report.to_json())
        else:
            print_report(report)


def parse(settings: list[str] | None, option: str) -> dict[str, str]:
    """Return what "NAME=VALUE" words say.

    Raises:
        SettingsError: one of them is not of that form.
    """
    found = {}
    for setting in settings or ():
        name, sign, value = setting.partition("=")
        if not sign or not name:
            raise SettingsError(f"{option} {plain(setting)}", cure="Write NAME=VALUE.")
        found[name] = value
    return found


def print_report(report: Report) -> None:
    """Print the figures as a table, and below it what makes them reproducible."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(printable(report.task), overflow="fold")
    for name in ("value", "95 %", "chance"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("published", overflow="fold")
    for figure in report.figures:
        table.add_row(*map(printable, cells(figure)))
    out.print(table)
    for note in report.notes:
        out.print(f"[dim]{printable(note)}[/]")
    models = ", ".join(report.models) or "given predictions"
    out.print(
        f"[dim]{printable(models)}; {printable(report.data)}, {report.rows:,} rows; protocol "
        f"{printable(report.protocol)}; seed {report.seed}, {report.resamples:,} resamples[/]"
    )


def cells(figure: Figure) -> tuple[str, str, str, str, str]:
    """Return a figure's row of the table."""
    digits = 1 if figure.unit == "%" else 3
    interval = (
        "–"
        if figure.low is None or figure.high is None
        else f"{figure.low:.{digits}f} to {figure.high:.{digits}f}"
    )
    chance = "–" if figure.chance is None else f"{figure.chance:.{digits}f}"
    unit = f" {figure.unit}" if figure.unit else ""
    value = f"{figure.value:.{digits}f}{unit}"
    return figure.task, value, interval, chance, figure.reference or "–"


@contextmanager
def bars() -> Iterator[Callable[[str], Progress]]:
    """Show a progress bar on stderr for each part of the work."""
    from rich import progress

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(
        *columns, console=err, disable=not err.is_terminal, transient=True
    ) as bar:

        def part(name: str) -> Progress:
            number = bar.add_task(printable(name), total=None)
            return lambda done, of: bar.update(number, completed=done, total=of)

        yield part
