"""`crossmodal search`: find media by words, by pictures, or by both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError, SettingsError
from ..modality import Modality
from .options import IndexFolder, Json
from .output import err, errors_reported, out, print_json, printable

if TYPE_CHECKING:
    from ..index import Query, Results
    from ..workbench import Workbench

EXCERPT = 100
"""Characters of a passage that are shown."""


def search(
    text: Annotated[list[str] | None, typer.Argument(help="Words to look for.")] = None,
    image: Annotated[
        list[Path] | None, typer.Option(help="A picture to look for more like it (repeatable).")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="Words that hits should not match (repeatable).")
    ] = None,
    within: Annotated[
        str | None, typer.Option("--in", help="Only these: image,audio,video,text.")
    ] = None,
    under: Annotated[Path | None, typer.Option(help="Only files below this folder.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=10_000, help="How many hits.")] = 10,
    sheet: Annotated[
        Path | None, typer.Option(help="Also write the hits as a .png or .html to look at.")
    ] = None,
    folder: IndexFolder = None,
    as_json: Json = False,
) -> None:
    """Search the index by words, by pictures, or by several of both."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        modalities = parse_modalities(within) if within else None
        bench = Workbench()
        query = build_query(bench, " ".join(text or ()), image or [], without or [])
        with bench.index(folder, must_exist=True) as index:
            results = index.search(query, k=k, modalities=modalities, under=under)
        if sheet is not None:
            from ..sheet import write_sheet

            err.print(f"wrote {printable(write_sheet(results.hits, sheet, title=results.query))}")
        if as_json:
            print_json(
                {
                    "query": results.query,
                    "hits": [hit.to_json() for hit in results.hits],
                    "matches": results.matches,
                    "seconds": results.seconds,
                }
            )
        else:
            print_hits(results)


def parse_modalities(words: str) -> list[Modality]:
    """Return the modalities that `words`, with commas between, name."""
    try:
        return [Modality.parse(word) for word in words.split(",")]
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--in") from None


def build_query(bench: Workbench, text: str, images: list[Path], without: list[str]) -> Query:
    """Return the query that the command's words and pictures make up."""
    from ..index import Part, Query
    from ..media import Text

    if not text.strip() and not images:
        raise SettingsError(
            "There is nothing to search for", cure="Give words, or --image FILE, or both."
        )
    wanted = [Text(text)] if text.strip() else []
    media = [*wanted, *(bench.load(path) for path in images)]
    unwanted = [Part(Text(words), -1.0) for words in without]
    return Query((*(Part(medium) for medium in media), *unwanted))


def print_hits(results: Results) -> None:
    """Print one line a hit: how sure, which file, and why."""
    if results.nothing:
        near = " The nearest:" if results.hits else ""
        err.print(f"[yellow]Nothing matches {printable(results.query)}.[/]{near}")
    for hit in results.hits:
        odds = "   –" if hit.probability is None else f"{hit.probability:4.0%}"
        colour = "green" if hit.is_match else "dim"
        out.print(
            f"[{colour}]{odds}[/]  [bold]{printable(hit.path)}[/]  [dim]{printable(hit.because)}[/]"
        )
        if hit.text:
            out.print(f"      [italic]{printable(excerpt(hit.text))}[/]")
    err.print(f"[dim]{len(results.hits)} hits in {1000 * results.seconds:.0f} ms[/]")


def excerpt(text: str) -> str:
    """Return the beginning of a passage, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= EXCERPT else words[: EXCERPT - 1] + "…"
