"""`crossmodal draw`: paint a picture from a description."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from .chosen import bench_with
from .making import finish, listening, note, seed_of, size_of, writable
from .options import Guidance, Json, Model, Negative, Output, Preview, Seed, Size, Steps
from .output import errors_reported


def draw(
    text: Annotated[str, typer.Argument(help="What the picture shows.")],
    output: Output,
    seed: Seed = None,
    size: Size = "",
    steps: Steps = None,
    guidance: Guidance = None,
    negative: Negative = "",
    start: Annotated[
        Path | None, typer.Option("--from", help="A picture to begin from.", show_default="none")
    ] = None,
    strength: Annotated[
        float, typer.Option(help="How much of that picture is painted over, up to 1.")
    ] = 0.6,
    preview: Preview = None,
    model: Model = "",
    as_json: Json = False,
) -> None:
    """Paint what TEXT describes, into a picture file."""
    with errors_reported(as_json=as_json):
        begin = time.perf_counter()
        writable(output)
        chosen, bench = seed_of(seed), bench_with(drawing_model=model)
        with listening("painting", preview) as on_step:
            picture = bench.draw(
                text,
                seed=chosen,
                size=size_of(size),
                steps=steps,
                guidance=guidance,
                negative=negative,
                start=start,
                strength=strength,
                on_step=on_step,
                on_note=note,
            )
        finish(picture, output, begin, text=text, seed=chosen, as_json=as_json)
