"""`crossmodal describe`: say in a sentence what pictures, sounds and films show."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from .chosen import bench_with
from .options import Json, Model
from .output import errors_reported, out, plain, print_json, printable, route_json

UNSURE = 0.5
"""Probability of a match below which a description is called unsure."""


def describe(
    files: Annotated[list[Path], typer.Argument(help="Pictures, sounds or films.")],
    model: Model = "",
    as_json: Json = False,
) -> None:
    """Say in a sentence what each file shows or sounds like."""
    with errors_reported(as_json=as_json):
        bench, documents = bench_with(captioning_model=model), []
        for file in files:
            start = time.perf_counter()
            medium = bench.load(file, excerpt=True)
            text = bench.describe(medium)
            if as_json:
                route = bench.route(medium.modality, text.modality, keep="meaning")
                documents.append(
                    {
                        "path": plain(file),
                        "text": text.content,
                        "confidence": text.confidence,
                        "route": route_json(route),
                        "seconds": time.perf_counter() - start,
                    }
                )
                continue
            name = f"{printable(file)}: " if len(files) > 1 else ""
            unsure = text.confidence is not None and text.confidence < UNSURE
            note = "  [yellow](unsure)[/]" if unsure else ""
            out.print(f"{name}{printable(text.content)}{note}")
        if as_json:
            print_json(documents[0] if len(files) == 1 else {"descriptions": documents})
