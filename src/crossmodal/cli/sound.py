"""`crossmodal sound`: make the sound that words describe."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from .chosen import bench_with
from .making import listening, note, seed_of, writable
from .options import Guidance, Json, Model, Negative, Output, Seconds, Seed, Steps
from .output import err, errors_reported, plain, print_json, printable


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
        target = made.save(output)
        if as_json:
            print_json(
                {
                    "text": text,
                    "path": plain(target),
                    "duration": made.duration,
                    "seed": chosen,
                    "seconds": time.perf_counter() - begin,
                }
            )
        else:
            err.print(f"wrote {made.duration:.1f} s to {printable(target)} (seed {chosen})")
