"""`crossmodal search`: find media by words, pictures, sounds and films."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError, SettingsError
from ..modality import Modality
from .chosen import encoding_with
from .options import IndexFolder, Json, Model, SpaceName
from .output import err, errors_reported, out, print_json, printable

if TYPE_CHECKING:
    from ..index import Query, Results
    from ..workbench import Workbench

EXCERPT = 100
"""Characters of a passage that are shown."""


def search(
    text: Annotated[list[str] | None, typer.Argument(help="Words to look for.")] = None,
    image: Annotated[
        list[Path] | None, typer.Option(help="A picture to look for what is like it (repeatable).")
    ] = None,
    audio: Annotated[
        list[Path] | None, typer.Option(help="A sound to look for what is like it (repeatable).")
    ] = None,
    video: Annotated[
        list[Path] | None, typer.Option(help="A film to look for what is like it (repeatable).")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="Words that hits should not match (repeatable).")
    ] = None,
    within: Annotated[
        str | None, typer.Option("--in", help="Only these: image,audio,video,text.")
    ] = None,
    under: Annotated[Path | None, typer.Option(help="Only files below this folder.")] = None,
    moments: Annotated[
        bool,
        typer.Option("--moments", help="Several hits a file, where it matches at several places."),
    ] = False,
    k: Annotated[int, typer.Option("-k", min=1, max=10_000, help="How many hits.")] = 10,
    sheet: Annotated[
        Path | None, typer.Option(help="Also write the hits as a .png or .html to look at.")
    ] = None,
    folder: IndexFolder = None,
    space: SpaceName = None,
    model: Model = "",
    as_json: Json = False,
) -> None:
    """Search the index by words, pictures, sounds and films, one or several together."""
    with errors_reported(as_json=as_json):
        modalities = parse_modalities(within) if within else None
        bench = encoding_with(model, space)
        examples = {Modality.IMAGE: image, Modality.AUDIO: audio, Modality.VIDEO: video}
        query = build_query(bench, " ".join(text or ()), examples, without or [])
        with bench.index(folder, must_exist=True) as index:
            results = index.search(query, k=k, modalities=modalities, under=under, moments=moments)
        if sheet is not None:
            from ..sheet import write_sheet

            err.print(f"wrote {printable(write_sheet(results.hits, sheet, title=results.query))}")
        if as_json:
            print_json(results.to_json())
        else:
            print_hits(results)


def parse_modalities(words: str) -> list[Modality]:
    """Return the modalities that `words`, with commas between, name."""
    try:
        return [Modality.parse(word) for word in words.split(",")]
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--in") from None


def build_query(
    bench: Workbench,
    text: str,
    examples: Mapping[Modality, list[Path] | None],
    without: list[str],
) -> Query:
    """Return the query that the command's words and files make up.

    Raises:
        InputError: a file is of another modality than its option says, or cannot be read.
        SettingsError: there are neither words nor files.
    """
    from ..index import Part, Query
    from ..media import Media, Text

    wanted: list[Media] = [Text(text)] if text.strip() else []
    for modality, paths in examples.items():
        for path in paths or ():
            medium = bench.load(path, excerpt=True)
            if medium.modality is not modality:
                raise InputError(
                    f"{path} is {medium.modality}", cure=f"Pass it as --{medium.modality}."
                )
            wanted.append(medium)
    if not wanted:
        raise SettingsError(
            "There is nothing to search for",
            cure="Give words, or --image, --audio or --video FILE, or several of them.",
        )
    unwanted = [Part(Text(words), -1.0) for words in without]
    return Query((*(Part(medium) for medium in wanted), *unwanted))


def print_hits(results: Results) -> None:
    """Print one line a hit: how sure, which file, and why."""
    if results.nothing:
        near = " The nearest:" if results.hits else ""
        err.print(f"[yellow]Nothing matches {printable(results.query)}.[/]{near}")
    for note in results.notes:
        err.print(f"[yellow]note:[/] {printable(note)}")
    for hit in results.hits:
        odds = "   –" if hit.probability is None else f"{hit.probability:4.0%}"
        colour = "green" if hit.is_match else "dim"
        place = f"  {span}" if (span := hit.span) else ""
        out.print(
            f"[{colour}]{odds}[/]  [bold]{printable(hit.path)}[/]{place}"
            f"  [dim]{printable(hit.because)}[/]"
        )
        if hit.text:
            out.print(f"      [italic]{printable(excerpt(hit.text))}[/]")
    err.print(f"[dim]{len(results.hits)} hits in {1000 * results.seconds:.0f} ms[/]")


def excerpt(text: str) -> str:
    """Return the beginning of a passage, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= EXCERPT else words[: EXCERPT - 1] + "…"
