"""`crossmodal classify`: which of these is it?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from .options import Json
from .output import errors_reported, out, print_json, printable


def classify(
    file: Annotated[Path, typer.Argument(help="A photo or a text file.")],
    labels: Annotated[str, typer.Option(help="Class names or descriptions, with commas between.")],
    as_json: Json = False,
) -> None:
    """Recognise FILE as one of the labels, or as none, from their words alone (zero-shot)."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        start = time.perf_counter()
        names = [label.strip() for label in labels.split(",")]
        result = Workbench().classify(file, names)
        if as_json:
            print_json(
                {
                    "path": str(file),
                    "best": result.best,
                    "labels": result.labels,
                    "none": result.none,
                    "seconds": time.perf_counter() - start,
                }
            )
            return
        width = max(len("none of these"), *(len(name) for name in names))
        rows = [(label.label, label.probability) for label in result.labels]
        for name, probability in [*rows, ("none of these", result.none)]:
            bar = "█" * round(30 * probability)
            out.print(f"{printable(name.ljust(width))} {probability:6.1%} [cyan]{bar}[/]")
