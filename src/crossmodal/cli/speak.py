"""`crossmodal speak` and `crossmodal narrate`: words, or what a picture shows, said aloud."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from .chosen import bench_with
from .making import finish, writable
from .options import Json, Model, Output
from .output import errors_reported

SpokenLanguage = Annotated[str, typer.Option(help="Code of the language; English otherwise.")]
Voice = Annotated[str, typer.Option(help="What it sounds like; the plain voice otherwise.")]
Rate = Annotated[int, typer.Option(help="Words a minute, 80 to 450.")]


def speak(
    text: Annotated[str, typer.Argument(help="What to say.")],
    output: Output,
    language: SpokenLanguage = "",
    voice: Voice = "",
    rate: Rate = 175,
    model: Model = "",
    as_json: Json = False,
) -> None:
    """Say TEXT aloud, into a sound file."""
    with errors_reported(as_json=as_json):
        writable(output)
        start = time.perf_counter()
        bench = bench_with(synthesis_model=model)
        sound = bench.speak(text, language=language, voice=voice, rate=rate)
        finish(sound, output, start, text=text, as_json=as_json)


def narrate(
    picture: Annotated[Path, typer.Argument(help="A picture, sound or film.")],
    output: Output,
    voice: Voice = "",
    rate: Rate = 175,
    as_json: Json = False,
) -> None:
    """Describe a picture aloud, into a sound file."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        writable(output)
        start = time.perf_counter()
        bench = Workbench()
        text = bench.describe(picture)
        sound = bench.speak(text, voice=voice, rate=rate)
        finish(sound, output, start, text=text.content, as_json=as_json)
