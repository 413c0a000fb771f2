"""`crossmodal models`: what models there are, and what each one is good for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from . import checkpoints
from .options import Json
from .output import errors_reported, out, print_json, printable

if TYPE_CHECKING:
    from ..card import Figure, ModelCard
    from ..workbench import Workbench

app = typer.Typer(help="List, show, pull and remove models.", no_args_is_help=True)
app.command("pull")(checkpoints.pull)
app.command("add")(checkpoints.add)
app.command("remove")(checkpoints.remove)
app.command("export")(checkpoints.export)
app.command("calibrate")(checkpoints.calibrate)


@app.command("list")
def list_models(
    edge: Annotated[
        str | None, typer.Option(help="Only these: encoder, decoder, translator or aligner.")
    ] = None,
    installed: Annotated[
        bool, typer.Option("--installed", help="Only models that can run here now.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List all known models: what they connect, licence, size, main figure, whether they are here.

    To get one that is not here: `crossmodal models pull NAME`, the name up to its colon.
    """
    with errors_reported(as_json=as_json):
        from ..card import Edge
        from ..workbench import Workbench

        if edge is not None and edge not in list(Edge):
            raise typer.BadParameter(f"there is no kind {edge!r}", param_hint="--edge")
        bench = Workbench()
        cards = [card for card in bench.models() if edge in (None, card.edge)]
        if installed:
            cards = [card for card in cards if bench.registry.usable(card)]
        if as_json:
            rows = [{**card.to_json(), "installed": bench.registry.usable(card)} for card in cards]
            print_json({"models": rows})
            return
        for kind in Edge:
            print_rows(bench, [card for card in cards if card.edge is kind])
        out.print("● can run now   ○ needs `models pull NAME`, another package or another licence")


def print_rows(bench: Workbench, cards: Sequence[ModelCard]) -> None:
    """Print cards of one kind, two lines each."""
    from ..card import Tier

    if cards:
        out.print(f"[bold underline]{cards[0].edge}s[/]")
    for card in sorted(cards, key=lambda card: (card.tier is Tier.HUB, card.name)):
        here = "[green]●[/]" if bench.registry.usable(card) else "[dim]○[/]"
        use = "commercial use" if card.commercial else "no commercial use"
        facts = f"{connects(card)}  {megabytes(card.size)}  {use}: {card.licence}"
        out.print(f"{here} [bold]{printable(card.name)}[/]  [dim]{printable(facts)}[/]")
        if card.quality:
            out.print(f"    {printable(figure_line(card.quality[0]))}")


@app.command("show")
def show_model(
    name: Annotated[str, typer.Argument(help="A model's name, as `models list` prints it.")],
    as_json: Json = False,
) -> None:
    """Show a model's whole card; of a checkpoint, those of all its models."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        bench = Workbench()
        cards = [card for card in bench.models() if card.checkpoint == name]
        cards = cards or [bench.registry.card(name)]
        if as_json:
            documents = [card.to_json() for card in cards]
            print_json(documents[0] if len(documents) == 1 else {"models": documents})
            return
        for card in cards:
            for title, lines in card_lines(card):
                for line in lines:
                    out.print(f"[bold]{title:<13}[/] {printable(line)}")
                    title = ""


def card_lines(card: ModelCard) -> list[tuple[str, list[str]]]:
    """Return the card as titled lines, the most wanted first."""
    from ..card import Tier

    use = "commercial use allowed" if card.commercial else "no commercial use"
    needs = [f"pip install 'crossmodal[{card.extra}]'"] if card.extra else []
    if card.checkpoint:
        needs.append(f"crossmodal models pull {card.checkpoint}")
    return [
        (card.id, [card.summary]),
        ("connects", [connects(card)]),
        ("licence", [f"{card.licence} ({use})"]),
        ("size", [f"{megabytes(card.size)}, {card.parameters / 1e6:.1f} million parameters"]),
        ("needs", needs),
        ("published" if card.tier is Tier.HUB else "measured", _figures(card.quality)),
        ("cost", _figures(card.cost)),
        ("learned from", list(card.data)),
        ("limits", list(card.limits)),
    ]


def _figures(figures: Sequence[Figure]) -> list[str]:
    return [figure_line(figure) for figure in figures]


def connects(card: ModelCard) -> str:
    """Return "image → pocket@1" or the like."""
    space = card.space.id if card.space else "?"
    return f"{card.source or space} → {card.target or space}"


def megabytes(size: int) -> str:
    """Return a size in bytes as words."""
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def figure_line(figure: Figure) -> str:
    """Return a figure with its interval, chance and reference, as far as it has them."""
    line = f"{figure.task}: {figure.value:.4g} {figure.unit}".rstrip()
    if figure.low is not None and figure.high is not None:
        line += f" ({figure.low:.4g} to {figure.high:.4g})"
    if figure.chance is not None:
        line += f", chance {figure.chance:.3g}"
    return line + (f", published {figure.reference}" if figure.reference else "")
