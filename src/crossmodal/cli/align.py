"""`crossmodal align`: a shared space from one's own pairs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Json
from .output import err, errors_reported, out, print_json, printable

if TYPE_CHECKING:
    from ..learn.alignment import Alignment

UNUSED_SHOWN = 10


def align(
    pairs: Annotated[
        list[Path],
        typer.Argument(
            help="A table of pairs (CSV, JSON Lines, Parquet), or two files of features (.npy)."
        ),
    ],
    save: Annotated[str, typer.Option(help="Name to keep the space under.")] = "",
    method: Annotated[
        str,
        typer.Option(help="cca, pls, procrustes, kernel-cca, deep-cca or contrastive."),
    ] = "cca",
    lock: Annotated[
        str | None,
        typer.Option(help="Modality that stays in its space; the other is led into it."),
    ] = None,
    columns: Annotated[
        str, typer.Option(help="The two columns, with a comma.", show_default="the first two")
    ] = "",
    kinds: Annotated[
        str, typer.Option(help="What each column holds, file or text, with a comma.")
    ] = "auto,auto",
    where: Annotated[
        list[str] | None, typer.Option(help="Only rows with COLUMN=VALUE (repeatable).")
    ] = None,
    held_out: Annotated[float, typer.Option(help="Share of the pairs to measure by.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Decides which pairs are held out.")] = 0,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite a saved space.")] = False,
    as_json: Json = False,
) -> None:
    """Learn a shared space from PAIRS, measure it on held-out ones, and keep it by name."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        start = time.perf_counter()
        with Bar() as bar:
            alignment = Workbench().align(
                read_pairs(pairs),
                save=save,
                method=method,
                lock=lock,
                columns=[name.strip() for name in columns.split(",") if name.strip()],
                kinds=[kind.strip() for kind in kinds.split(",")],
                where=conditions(where or []),
                held_out=held_out,
                seed=seed,
                replace=replace,
                progress=bar.report,
            )
        seconds = time.perf_counter() - start
        if as_json:
            print_json({**alignment.to_json(), "seconds": seconds})
        else:
            print_alignment(alignment, seconds)


def read_pairs(paths: list[Path]) -> Any:
    """Return the one table's path, or the two files' features."""
    from ..errors import SettingsError

    if len(paths) == 1 and paths[0].suffix != ".npy":
        return paths[0]
    if len(paths) != 2 or any(path.suffix != ".npy" for path in paths):
        raise SettingsError(
            f"{len(paths)} files came", cure="Give one table of pairs, or two .npy files."
        )
    return tuple(features(path) for path in paths)


def features(path: Path) -> Any:
    """Return the matrix in the file at `path`; nothing in it is run."""
    import numpy as np

    from ..errors import UnreadableMedia

    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UnreadableMedia(f"{path}: {error}", cure="Save it with numpy.save.") from error


def conditions(words: list[str]) -> dict[str, str]:
    """Return COLUMN=VALUE words by column."""
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{word!r} is not COLUMN=VALUE", param_hint="--where")
        found[name] = value
    return found


class Bar:
    """A progress bar on stderr, for each side one line."""

    def __enter__(self) -> Bar:
        from rich.progress import Progress

        self._progress = Progress(console=err, disable=not err.is_terminal, transient=True)
        self._tasks: dict[str, Any] = {}
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def report(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` are encoded."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(printable(what), total=total)
        self._progress.update(self._tasks[what], completed=done)


def print_alignment(alignment: Alignment, seconds: float) -> None:
    """Say what was learned, and how well held-out things find each other."""
    from rich.table import Table

    learned = alignment.learned
    for thing in alignment.unused[:UNUSED_SHOWN]:
        err.print(f"[yellow]![/] {printable(thing.name)}: {printable(thing.error)}")
    if len(alignment.unused) > UNUSED_SHOWN:
        err.print(f"[yellow]![/] and {len(alignment.unused) - UNUSED_SHOWN} more")
    err.print(
        f"{learned.method} from {learned.learned_from:,} pairs into {learned.estimator.dim_} "
        f"dimensions in {seconds:.1f} s; {learned.held_out:,} pairs held out"
    )
    table = Table(box=None, pad_edge=False)
    for name in ("held-out recall", "at", "%", "95 %", "chance", "among"):
        table.add_column(name, justify="left" if name == "held-out recall" else "right")
    one, other = alignment.sides
    for ends, way in ((f"{one} → {other}", learned.forth), (f"{other} → {one}", learned.back)):
        for recall in way:
            interval = f"{recall.low:.1f} to {recall.high:.1f}"
            table.add_row(
                *(ends, str(recall.k), f"{recall.value:.1f}", interval),
                *(f"{recall.chance:.1f}", f"{recall.candidates:,}"),
            )
    out.print(table)
    if alignment.space:
        err.print(f"Saved. Use it: crossmodal index FOLDER --space {alignment.space}")
