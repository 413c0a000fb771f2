"""`crossmodal sound`: make the sound that words describe."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from .chosen import bench_with
from .making import finish, listening, note, seed_of, writable
from .options import Guidance, Json, Model, Negative, Output, Seconds, Seed, Steps
from .output import errors_reported


def sound(
    text: Annotated[str, typer.Argument(help='What it sounds like: "rain on a roof".')],
    output: Output,
    seed: Seed = None,
    seconds: Seconds = None,
    steps: Steps = None,
    guidance: Guidance = None,
    negative: Negative = "",
    model: Model = "",
    as_json: Json = False,
) -> None:
    """Make the sound that TEXT describes, into a sound file. To say words: crossmodal speak."""
    with errors_reported(as_json=as_json):
        begin = time.perf_counter()
        writable(output)
        chosen, bench = seed_of(seed), bench_with(sounding_model=model)
        with listening("sounding") as on_step:
            made = bench.sound(
                text,
                seed=chosen,
                seconds=seconds,
                steps=steps,
                guidance=guidance,
                negative=negative,
                on_step=on_step,
                on_note=note,
            )
        finish(made, output, begin, text=text, seed=chosen, as_json=as_json)
