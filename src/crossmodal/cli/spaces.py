"""`crossmodal spaces`: what `align` has saved."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .options import Json
from .output import err, errors_reported, out, print_json, printable

app = typer.Typer(help="List and remove saved spaces.", no_args_is_help=True)


@app.command("list")
def list_spaces(as_json: Json = False) -> None:
    """List the spaces that `align` saved: what meets in them, by which method, how well."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        saved = Workbench().spaces()
        if as_json:
            rows: list[dict[str, Any]] = [
                {"name": one.name, "encoders": dict(one.encoders), **one.report} for one in saved
            ]
            print_json({"spaces": rows})
            return
        from rich.table import Table

        table = Table(box=None, pad_edge=False)
        for name in ("space", "modalities", "method", "learned from", "held-out recall"):
            table.add_column(name, overflow="fold")
        for one in saved:
            table.add_row(
                *(one.name, ", ".join(one.encoders) or "features", str(one.report["method"])),
                *(f"{one.report['learned_from']:,} pairs", recall_line(one.report["recall"])),
            )
        out.print(table)


@app.command("remove")
def remove_space(
    name: Annotated[str, typer.Argument(help="The space's name.")], as_json: Json = False
) -> None:
    """Remove one saved space. Indexes that were made with it stay where they are."""
    with errors_reported(as_json=as_json):
        from ..learn import spaces

        place = spaces.remove(name)
        if as_json:
            print_json({"removed": str(place)})
        else:
            err.print(f"Removed {printable(place)}")


def recall_line(ways: dict[str, list[dict[str, float]]]) -> str:
    """Return the widest recall of each way in one line."""
    return ", ".join(
        f"{ends} R@{way[-1]['k']} {way[-1]['value']:.1f}" for ends, way in ways.items()
    )
