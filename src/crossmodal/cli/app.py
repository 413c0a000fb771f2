"""The commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import __version__
from . import (
    align,
    alt,
    animate,
    ask,
    classify,
    describe,
    draw,
    evaluate,
    index,
    models,
    read,
    search,
    sound,
    spaces,
    speak,
    transcribe,
    translate,
)

app = typer.Typer(
    name="crossmodal",
    help="Connect and convert between text, image, audio and video, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("index")(index.index)
app.command("search")(search.search)
app.command("describe")(describe.describe)
app.command("ask")(ask.ask)
app.command("classify")(classify.classify)
app.command("transcribe")(transcribe.transcribe)
app.command("subtitle")(transcribe.subtitle)
app.command("read")(read.read)
app.command("speak")(speak.speak)
app.command("narrate")(speak.narrate)
app.command("draw")(draw.draw)
app.command("animate")(animate.animate)
app.command("sound")(sound.sound)
app.command("alt")(alt.alt)
app.command("evaluate")(evaluate.evaluate)
app.command("translate")(translate.translate)
app.command("route")(translate.route)
app.command("align")(align.align)
app.add_typer(models.app, name="models")
app.add_typer(spaces.app, name="spaces")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crossmodal {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Connect and convert between text, image, audio and video, offline."""


def main() -> None:
    """Run the command line."""
    app()
