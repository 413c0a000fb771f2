"""`crossmodal speak` and `crossmodal narrate`: words, or what a picture shows, said aloud."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .chosen import bench_with
from .making import writable
from .options import Json, Model, Output
from .output import err, errors_reported, plain, print_json, printable

if TYPE_CHECKING:
    from ..media import Audio, Text

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
        from ..media import Text

        writable(output)
        start = time.perf_counter()
        bench = bench_with(synthesis_model=model)
        sound = bench.speak(text, language=language, voice=voice, rate=rate)
        _finish(sound, Text(text), output, start, as_json=as_json)


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
        _finish(bench.speak(text, voice=voice, rate=rate), text, output, start, as_json=as_json)


def _finish(sound: Audio, text: Text, output: Path, start: float, *, as_json: bool) -> None:
    target = sound.save(output)
    if as_json:
        print_json(
            {
                "text": text.content,
                "path": plain(target),
                "duration": sound.duration,
                "seconds": time.perf_counter() - start,
            }
        )
    else:
        err.print(f"wrote {sound.duration:.1f} s to {printable(target)}")
