"""`crossmodal transcribe` and `crossmodal subtitle`: what is said, as text or as subtitles."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .chosen import bench_with
from .options import Json, Language, Model
from .output import err, errors_reported, plain, print_json, printable, route_json

if TYPE_CHECKING:
    from ..media import Text
    from ..translators.cues import Report
    from ..workbench import Workbench


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
    model: Model = "",
    as_json: Json = False,
) -> None:
    """Write down what is said in FILE; nothing, where nothing is said."""
    with errors_reported(as_json=as_json):
        start = time.perf_counter()
        bench = bench_with(recognition_model=model)
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
        typer.Option(
            "--output",
            "-o",
            help="A .srt, .vtt or .json file; with --burn a .mp4 or .webm file.",
            show_default="FILM.srt, or FILM.subtitled.mp4",
        ),
    ] = None,
    burn: Annotated[
        bool, typer.Option("--burn", help="Write the film anew, with the words on its pictures.")
    ] = False,
    known: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Burn in this .srt, .vtt or .json file.", show_default="what is heard"
        ),
    ] = None,
    font: Annotated[
        Path | None, typer.Option(help="A font file to burn with.", show_default="a Latin one")
    ] = None,
    language: Language = "",
    line_length: Annotated[int, typer.Option(help="Characters a line, at most.")] = 42,
    lines: Annotated[int, typer.Option(help="Lines a cue, at most.")] = 2,
    speed: Annotated[float, typer.Option(help="Characters a second, at most.")] = 17.0,
    model: Model = "",
    as_json: Json = False,
) -> None:
    """Write subtitles that can be read beside FILM, and say which rules had to be broken."""
    with errors_reported(as_json=as_json):
        from ..translators.cues import CueRules, check

        if not burn and (known is not None or font is not None):
            raise typer.BadParameter("it goes with --burn", param_hint="--from, --font")
        start = time.perf_counter()
        rules = CueRules(line_length=line_length, lines=lines, speed=speed)
        bench = bench_with(recognition_model=model)
        if known is not None:
            text = _subtitles(known)
            report = check(text, rules=rules)
        else:
            text, report = bench.subtitle(film, language=language, rules=rules)
        if burn:
            target = _burned(bench, film, text, output, font)
        else:
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


def _subtitles(path: Path) -> Text:
    """Return the subtitles in the file at `path`."""
    from ..codecs import subtitles
    from ..errors import UnreadableMedia

    try:
        return subtitles.decode(path.read_bytes())
    except OSError as error:
        raise UnreadableMedia(f"{path} cannot be read: {error.strerror}") from error


def _burned(
    bench: Workbench, film: Path, text: Text, output: Path | None, font: Path | None
) -> Path:
    """Burn `text` into `film`, with a progress bar on stderr."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("burning"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    target = output or film.with_name(f"{film.stem}.subtitled.mp4")
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=None)
        return bench.burn(
            film,
            text,
            target,
            font=font,
            progress=lambda done, all_: bar.update(task, completed=done, total=all_ or None),
        )


def print_report(report: Report) -> None:
    """Say on stderr which rules had to be broken."""
    if report.breaches:
        for line in str(report).splitlines():
            err.print(f"[yellow]![/] {printable(line)}")
