"""`crossmodal classify`: which of these is it?"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SettingsError
from .chosen import encoding_with
from .options import Json, Model, SpaceName
from .output import err, errors_reported, out, plain, print_json, printable

if TYPE_CHECKING:
    from ..learn.few_shot import FewShot
    from ..learn.zero_shot import Classification
    from ..workbench import Workbench

NONE = "none of these"


def classify(
    files: Annotated[list[Path], typer.Argument(help="Pictures, sounds, films or texts.")],
    labels: Annotated[str, typer.Option(help="Class names, with commas between.")] = "",
    descriptions: Annotated[
        Path | None, typer.Option(help="JSON: a list of sentences for each class name.")
    ] = None,
    examples: Annotated[
        Path | None, typer.Option(help="A folder with a folder of examples for each class.")
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            help="How to learn from examples: prototypes, probe, tip-adapter, tip-adapter-f."
        ),
    ] = "",
    classifier: Annotated[
        Path | None, typer.Option(help="What --save wrote, in place of labels and examples.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Keep what was learned from the examples here.")
    ] = None,
    model: Model = "",
    space: SpaceName = None,
    as_json: Json = False,
) -> None:
    """Recognise FILES as one of the classes, or as none: from words, or from a few examples."""
    with errors_reported(as_json=as_json):
        start = time.perf_counter()
        classes = wanted(labels, descriptions)
        bench = encoding_with(model, space)
        if not (classes or examples or classifier):
            raise SettingsError(
                "There are no classes",
                cure="Give --labels, --descriptions, --examples or --classifier.",
            )
        learned = learn(bench, classes, examples, method, classifier)
        if save is not None:
            if learned is None:
                raise SettingsError("There is nothing to save", cure="Give --examples too.")
            err.print(f"wrote {printable(learned.save(save))}")
        results = [bench.classify(file, classes, examples=learned) for file in files]
        rows = [row(*pair) for pair in zip(files, results, strict=True)]
        seconds = time.perf_counter() - start
        if as_json:
            whole = rows[0] if len(rows) == 1 else {"results": rows}
            print_json({**whole, "seconds": seconds})
            return
        for file, result in zip(files, results, strict=True):
            if len(files) > 1:
                out.print(f"[bold]{printable(file)}[/]")
            print_bars(result)


def wanted(labels: str, descriptions: Path | None) -> list[str] | dict[str, list[str]]:
    """Return the classes that the options name or describe; none where they do not.

    Raises:
        SettingsError: both are given, or the descriptions are not of their form.
    """
    if descriptions is None:
        return [label.strip() for label in labels.split(",")] if labels else []
    if labels:
        raise SettingsError("Labels and descriptions were given", cure="Give one of them.")
    try:
        found = json.loads(descriptions.read_text("utf-8"))
        described = {
            name: [lines] if isinstance(lines, str) else [str(line) for line in lines]
            for name, lines in found.items()
        }
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{plain(descriptions)} cannot be used: {error}",
            cure='Write {"class": ["sentence", "sentence"], ...}.',
        ) from None
    return described


def learn(
    bench: Workbench,
    classes: list[str] | dict[str, list[str]],
    examples: Path | None,
    method: str,
    classifier: Path | None,
) -> FewShot | None:
    """Return the classifier of the examples or of the file; None for words alone."""
    if classifier is not None:
        from ..learn.few_shot import FewShot

        if examples or classes:
            raise SettingsError("A classifier knows its classes", cure="Give nothing beside it.")
        return FewShot.load(classifier)
    if examples is None:
        return None
    return bench.learn_classes(examples, classes, method=method)


def row(file: Path, result: Classification) -> dict[str, object]:
    """Return what was found of one file, for JSON."""
    return {
        "path": plain(file),
        "best": result.best,
        "labels": result.labels,
        "none": result.none,
    }


def print_bars(result: Classification) -> None:
    """Print a bar a class, the likeliest first."""
    rows = [(label.label, label.probability) for label in result.labels]
    width = max(len(NONE), *(len(name) for name, _ in rows))
    for name, probability in [*rows, (NONE, result.none)]:
        bar = "█" * round(30 * probability)
        out.print(f"{printable(name.ljust(width))} {probability:6.1%} [cyan]{bar}[/]")
