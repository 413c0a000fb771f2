"""`crossmodal transcribe` and `crossmodal subtitle`: what is said, as text or as subtitles."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Json, Language
from .output import err, errors_reported, plain, print_json, printable, route_json

if TYPE_CHECKING:
    from ..translators.cues import Report


class TextFormat(StrEnum):
    """How a transcript is written."""

    TEXT = "text"
    SRT = "srt"
    VTT = "vtt"
    JSON = "json"


def transcribe(
    file: Annotated[Path, typer.Argument(help="A sound or a film.")],
    kind: Annotated[TextFormat, typer.Option("--format", help="How to write it.")] = (
        TextFormat.TEXT
    ),
    language: Language = "",
    as_json: Json = False,
) -> None:
    """Write down what is said in FILE; nothing, where nothing is said."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        start = time.perf_counter()
        bench = Workbench()
        if as_json or kind is TextFormat.JSON:
            text = bench.transcribe(file, language=language)
            print_json(
                {
                    "text": text.content,
                    "language": text.language,
                    "segments": text.segments,
                    "route": route_json(bench.route("audio", "text", keep="words")),
                    "seconds": time.perf_counter() - start,
                }
            )
        elif kind is TextFormat.TEXT:
            sys.stdout.write(bench.transcribe(file, language=language).content + "\n")
        else:
            text, report = bench.subtitle(file, language=language)
            print_report(report)
            sys.stdout.write(text.to_srt() if kind is TextFormat.SRT else text.to_vtt())


def subtitle(
    film: Annotated[Path, typer.Argument(help="A film or a sound with speech.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A .srt, .vtt or .json file.", show_default="FILM.srt"),
    ] = None,
    language: Language = "",
    line_length: Annotated[int, typer.Option(help="Characters a line, at most.")] = 42,
    lines: Annotated[int, typer.Option(help="Lines a cue, at most.")] = 2,
    speed: Annotated[float, typer.Option(help="Characters a second, at most.")] = 17.0,
    as_json: Json = False,
) -> None:
    """Write subtitles that can be read beside FILM, and say which rules had to be broken."""
    with errors_reported(as_json=as_json):
        from ..translators.cues import CueRules
        from ..workbench import Workbench

        start = time.perf_counter()
        rules = CueRules(line_length=line_length, lines=lines, speed=speed)
        text, report = Workbench().subtitle(film, language=language, rules=rules)
        target = text.save(output or film.with_suffix(".srt"))
        if as_json:
            print_json(
                {
                    "path": plain(target),
                    "cues": len(text.segments),
                    "breaches": report.breaches,
                    "seconds": time.perf_counter() - start,
                }
            )
            return
        print_report(report)
        err.print(f"wrote {len(text.segments)} cues to {printable(target)}")


def print_report(report: Report) -> None:
    """Say on stderr which rules had to be broken."""
    if report.breaches:
        for line in str(report).splitlines():
            err.print(f"[yellow]![/] {printable(line)}")
