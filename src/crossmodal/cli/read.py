"""`crossmodal read`: the writing in a picture."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from .chosen import bench_with
from .options import Json, Model
from .output import errors_reported, print_json, route_json


def read(
    file: Annotated[Path, typer.Argument(help="A picture.")],
    model: Model = "",
    as_json: Json = False,
) -> None:
    """Read the writing in FILE; nothing, where nothing is written."""
    with errors_reported(as_json=as_json):
        start = time.perf_counter()
        bench = bench_with(reading_model=model)
        text = bench.read(file)
        if as_json:
            print_json(
                {
                    "text": text.content,
                    "regions": text.regions,
                    "route": route_json(bench.route("image", "text", keep="words")),
                    "seconds": time.perf_counter() - start,
                }
            )
        elif text.content:
            sys.stdout.write(text.content + "\n")
