"""`crossmodal alt`: alt text for the pictures of a folder or of a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import CrossmodalError, InputError
from .describe import UNSURE
from .options import Json
from .output import err, errors_reported, out, plain, print_json, printable

if TYPE_CHECKING:
    from ..alt import Picture
    from ..workbench import Workbench

MARKDOWN = {".md", ".markdown"}
PAGES = MARKDOWN | {".html", ".htm", ".xhtml"}


@dataclass(frozen=True)
class Proposal:
    """An alt text for one picture, or why there is none."""

    path: str
    alt: str | None
    confidence: float | None
    note: str


def alt(
    path: Annotated[Path, typer.Argument(help="A picture, a folder, or an HTML or Markdown page.")],
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Write into the page; the old one is kept as .bak.")
    ] = False,
    longest: Annotated[int, typer.Option(min=10, max=1000, help="Characters, at most.")] = 125,
    as_json: Json = False,
) -> None:
    """Propose alt text. What the model is not sure of is left for you to write."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        if in_place and path.suffix.lower() not in PAGES:
            raise typer.BadParameter("only a page can be changed in place", param_hint="--in-place")
        if not path.exists():
            raise InputError(f"There is no {path}", cure="Check the path.")
        bench = Workbench()
        if path.suffix.lower() in PAGES:
            proposals = _page(bench, path, longest, in_place=in_place)
        else:
            files = sorted(_files(path)) if path.is_dir() else [path]
            proposals = [_propose(bench, file, plain(file), longest) for file in files]
        if as_json:
            print_json({"path": plain(path), "pictures": proposals, "changed": in_place})
            return
        for one in proposals:
            words = f"[yellow]({one.note})[/]" if one.alt is None else printable(one.alt)
            out.print(f"[bold]{printable(one.path)}[/]: {words}")
        sure = sum(one.alt is not None for one in proposals)
        err.print(f"{sure} of {len(proposals)} pictures without alt text have a proposal")


def _files(folder: Path) -> Iterator[Path]:
    from .. import codecs
    from ..modality import Modality

    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as stream:
                kind = codecs.sniff(stream.read(codecs.HEAD))
            if kind is not None and kind.modality is Modality.IMAGE:
                yield file


def _page(bench: Workbench, path: Path, longest: int, *, in_place: bool) -> list[Proposal]:
    """Return proposals for the pictures of a page that want alt text, and write them in."""
    from ..alt import pictures, with_alt

    page = _text(path)
    wanting = [
        one for one in pictures(page, markdown=path.suffix.lower() in MARKDOWN) if one.wants_alt
    ]
    proposals = [_for_picture(bench, path.parent, one, longest) for one in wanting]
    texts = {
        picture: one.alt
        for picture, one in zip(wanting, proposals, strict=True)
        if one.alt is not None
    }
    if in_place and texts:
        shutil.copy2(path, path.with_name(path.name + ".bak"))
        draft = path.with_name(f".{path.name}.part")
        draft.write_bytes(with_alt(page, texts).encode())
        draft.replace(path)
    return proposals


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", cure="It must be UTF-8.") from error


def _for_picture(bench: Workbench, folder: Path, picture: Picture, longest: int) -> Proposal:
    if picture.path is None:
        return Proposal(picture.source[:80], None, None, "not a file here")
    return _propose(bench, folder / picture.path.lstrip("/"), picture.source, longest)


def _propose(bench: Workbench, file: Path, name: str, longest: int) -> Proposal:
    """Return a description of the picture in `file` where the model is sure enough."""
    from ..alt import shortened
    from ..modality import Modality

    try:
        medium = bench.load(file, excerpt=True)
        if medium.modality is not Modality.IMAGE:
            return Proposal(name, None, None, f"it is {medium.modality}")
        text = bench.describe(medium)
    except CrossmodalError as error:
        return Proposal(name, None, None, error.problem)
    if text.confidence is None or text.confidence < UNSURE:
        return Proposal(name, None, text.confidence, f"unsure; perhaps: {text.content}")
    return Proposal(name, shortened(text.content, longest), text.confidence, "")
