"""`crossmodal translate`: any modality to any other, by the route that loses least."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..lane import Lane
from ..modality import Modality
from .making import writable
from .options import Json
from .output import err, errors_reported, out, plain, print_json, printable, route_json

if TYPE_CHECKING:
    from ..routing import Route


def translate(
    file: Annotated[Path, typer.Argument(help="A text, picture, sound or film.")],
    to: Annotated[Modality, typer.Option(help="The modality wanted.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; text may do without.")
    ] = None,
    keep: Annotated[
        Lane | None,
        typer.Option(
            help="What to keep.",
            show_default="what is usual; of a sound its words if somebody speaks",
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also say each step, and what is lost there.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Turn FILE into another modality."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        if output is None and to is not Modality.TEXT:
            raise typer.BadParameter(f"name the {to} file to write", param_hint="--output")
        if output is not None:
            writable(output)
        start = time.perf_counter()
        result, route = Workbench().translation(file, to=to, keep=keep)
        if output is not None:
            result.save(output)
        if as_json:
            print_json(
                {
                    "text": str(result) if to is Modality.TEXT else None,
                    "path": None if output is None else plain(output),
                    "route": route_json(route),
                    "seconds": time.perf_counter() - start,
                }
            )
            return
        if explain:
            print_route(route)
        if output is None:
            sys.stdout.write(f"{result}\n")
        else:
            err.print(f"wrote {printable(output)}")


def print_route(route: Route) -> None:
    """Say each step of `route` on stderr."""
    for step in route.explain():
        kept = " and ".join(step.lanes)
        err.print(
            f"{printable(step.source)} → {printable(step.target)}  [bold]{printable(step.model)}[/]"
            f"  {step.seconds:.2f} s, keeps {kept}; lost: {printable(step.lost)}"
        )


def route(
    source: Annotated[Modality, typer.Argument(help="From.")],
    target: Annotated[Modality, typer.Argument(help="To.")],
    keep: Annotated[
        Lane | None, typer.Option(help="What to keep.", show_default="what is usual")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say by which models one modality becomes another, and what is lost on the way."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        found = Workbench().route(source, target, keep=keep)
        if as_json:
            print_json({"route": route_json(found)})
            return
        out.print(printable(found))
        print_route(found)
