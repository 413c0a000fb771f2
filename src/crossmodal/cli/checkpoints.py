"""`crossmodal models pull`, `add` and `remove`: the hub's models, on this machine."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Json
from .output import err, errors_reported, print_json, printable

if TYPE_CHECKING:
    from ..sources.pulling import Plan

Name = Annotated[str, typer.Argument(help="The checkpoint's name on the hub, ORG/NAME.")]
Licence = Annotated[str, typer.Option(help="Under which it may be used.")]


def pull(
    name: Name,
    revision: Annotated[
        str, typer.Option(help="A branch, tag or commit.", show_default="the catalogue's")
    ] = "",
    onnx: Annotated[
        str, typer.Option(help="Its ONNX export instead: int8, fp16 or fp32.", show_default="no")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Download a model. Says its size and licence first; may be interrupted and goes on later."""
    with errors_reported(as_json=as_json):
        from ..sources.checkpoints import cards_of
        from ..workbench import Workbench

        start = time.perf_counter()
        bench = Workbench()
        plan = bench.plan_pull(name, revision=revision, onnx=onnx)
        _print_plan(plan)
        if not yes:
            _ask("Download it?")
        with _bar(plan.size) as progress:
            manifest = bench.pull(plan, progress=progress)
        folder = bench.checkpoints.folder(name)
        if as_json:
            print_json(
                {
                    "name": name,
                    "revision": manifest.revision,
                    "folder": str(folder),
                    "licence": manifest.licence,
                    "commercial": manifest.commercial,
                    "bytes": plan.size,
                    "models": [card.name for card in cards_of(manifest)],
                    "seconds": time.perf_counter() - start,
                }
            )
            return
        err.print(f"{printable(name)} is whole, at {printable(folder)}")


def add(
    folder: Annotated[Path, typer.Argument(help="A checkpoint's folder, in the hub's format.")],
    name: Annotated[str, typer.Argument(help="What to call it, ORG/NAME.")],
    licence: Licence = "unknown",
    commercial: Annotated[
        bool, typer.Option("--commercial", help="Its licence allows commercial use.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Copy a checkpoint that is on this machine already to the others: one of your own, say."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        bench = Workbench()
        manifest = bench.add_model(folder, name, licence=licence, commercial=commercial)
        if as_json:
            print_json({"name": name, "family": manifest.family, "files": dict(manifest.files)})
            return
        err.print(f"{printable(name)} is a {printable(manifest.family)} model and ready")


def remove(name: Name, as_json: Json = False) -> None:
    """Delete a pulled model, or the half of one."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        size = Workbench().remove_model(name)
        if as_json:
            print_json({"name": name, "bytes": size})
            return
        err.print(f"{printable(name)} is gone; {size / 1e6:,.1f} MB came free")


def export(
    name: Name,
    media: Annotated[
        list[Path],
        typer.Argument(
            help="Pictures and text files (a text a line), or sounds, to compare both by."
        ),
    ],
    precision: Annotated[str, typer.Option(help="int8, fp16 or fp32.")] = "int8",
    to: Annotated[
        str, typer.Option(help="The new checkpoint.", show_default="NAME-PRECISION")
    ] = "",
    as_json: Json = False,
) -> None:
    """Turn encoders or a Whisper into ONNX, small, without PyTorch; say how well it agrees."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        made = Workbench().export_model(name, media, precision=precision, to=to)
        if as_json:
            print_json({**asdict(made), "neighbours": 10})
            return
        before, after = made.before / 1e6, made.after / 1e6
        err.print(f"{printable(made.name)}: {after:,.1f} MB, of {before:,.1f} MB")
        for modality, share in made.agreement.items():
            what = "" if modality == "words" else "of each one's ten nearest "
            err.print(f"  {modality}: {share:.1%} {what}are the same")


def calibrate(
    name: Name,
    pairs: Annotated[
        Path, typer.Argument(help="A CSV file: in each line a medium's file, and its words.")
    ],
    as_json: Json = False,
) -> None:
    """Fit a model's curve from score to probability on pairs of yours that match."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        rows = _pairs(pairs)
        curve = Workbench().calibrate_model(name, rows)
        if as_json:
            print_json({"name": name, "pairs": len(rows), **asdict(curve)})
            return
        even = -curve.bias / curve.scale
        err.print(f"fitted on {len(rows)} pairs: a score of {even:.3f} is an even chance")


def _pairs(path: Path) -> list[tuple[Path, str]]:
    """Return the (file, words) of each line; files are looked for beside the CSV file."""
    import csv

    from ..errors import InputError

    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.reader(stream) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}", cure="It must be CSV.") from error
    if any(len(row) != 2 for row in rows):
        raise InputError(f"A line of {path} has not two cells", cure="Write FILE,WORDS.")
    return [(path.parent / file, words) for file, words in rows]


def _print_plan(plan: Plan) -> None:
    use = "commercial use allowed" if plan.commercial else "no commercial use, or not known"
    commit = plan.listing.commit[:12]
    err.print(f"[bold]{printable(plan.name)}[/] at {printable(commit)}: {plan.family.title}")
    err.print(f"{len(plan.files)} files, {plan.size / 1e6:,.1f} MB")
    err.print(f"licence: {printable(plan.licence)} ({use})")


def _ask(question: str) -> None:
    """Go on if the user says yes; end as a wrong call where nobody can be asked."""
    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody is here to say yes", param_hint="--yes")
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)


@contextmanager
def _bar(size: int) -> Iterator[Callable[[str, int], None]]:
    """Show a progress bar on stderr, and yield what tells it of bytes that arrived."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    arrived: Counter[str] = Counter()
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=size)

        def step(file: str, more: int) -> None:
            arrived[file] += more
            bar.update(task, description=printable(file), completed=arrived.total())

        yield step
