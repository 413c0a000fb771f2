"""`crossmodal animate`: make a film of a description, a picture or a sound."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from .chosen import bench_with
from .making import finish, listening, note, seed_of, size_of, writable
from .options import Guidance, Json, Model, Negative, Output, Preview, Seconds, Seed, Size, Steps
from .output import errors_reported


def animate(
    what: Annotated[str, typer.Argument(help="Words, or the file of a picture, sound or text.")],
    output: Output,
    seed: Seed = None,
    size: Size = "",
    seconds: Seconds = None,
    steps: Steps = None,
    guidance: Guidance = None,
    negative: Negative = "",
    preview: Preview = None,
    model: Model = "",
    as_json: Json = False,
) -> None:
    """Make a film of WHAT: of the file of that name where there is one, else of the words."""
    with errors_reported(as_json=as_json):
        begin = time.perf_counter()
        writable(output)
        chosen, bench = seed_of(seed), bench_with(animating_model=model)
        with listening("filming", preview) as on_step:
            film = bench.animate(
                Path(what) if _is_file(what) else what,
                seed=chosen,
                size=size_of(size),
                seconds=seconds,
                steps=steps,
                guidance=guidance,
                negative=negative,
                on_step=on_step,
                on_note=note,
            )
        finish(film, output, begin, seed=chosen, as_json=as_json)


def _is_file(what: str) -> bool:
    try:
        return Path(what).expanduser().is_file()
    except (OSError, ValueError):  # too long for a name, or with characters that none has
        return False
