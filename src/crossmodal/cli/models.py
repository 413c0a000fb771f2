"""`crossmodal models`: what models there are, and what each one is good for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .options import Json
from .output import errors_reported, out, print_json, printable

if TYPE_CHECKING:
    from ..card import Figure, ModelCard

app = typer.Typer(help="List and show models.", no_args_is_help=True)


@app.command("list")
def list_models(as_json: Json = False) -> None:
    """List all known models: what they connect, licence, size, main figure."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        cards = Workbench().models()
        if as_json:
            print_json({"models": [card.to_json() for card in cards]})
            return
        from rich.table import Table

        table = Table(box=None, pad_edge=False)
        for name in ("model", "connects", "tier", "size", "commercial", "measured"):
            table.add_column(name, overflow="fold")
        for card in cards:
            main = figure_line(card.quality[0]) if card.quality else "–"
            use = "yes" if card.commercial else "no"
            table.add_row(card.id, connects(card), card.tier, megabytes(card.size), use, main)
        out.print(table)


@app.command("show")
def show_model(
    name: Annotated[str, typer.Argument(help="A model's name, as `models list` prints it.")],
    as_json: Json = False,
) -> None:
    """Show one model's whole card."""
    with errors_reported(as_json=as_json):
        from ..workbench import Workbench

        card = Workbench().registry.card(name)
        if as_json:
            print_json(card.to_json())
            return
        for title, lines in card_lines(card):
            for line in lines:
                out.print(f"[bold]{title:<12}[/]{printable(line)}")
                title = ""


def card_lines(card: ModelCard) -> list[tuple[str, list[str]]]:
    """Return the card as titled lines, the most wanted first."""
    use = "commercial use allowed" if card.commercial else "no commercial use"
    return [
        (card.id, [card.summary]),
        ("connects", [connects(card)]),
        ("licence", [f"{card.licence} ({use})"]),
        ("size", [f"{megabytes(card.size)}, {card.parameters / 1e6:.1f} million parameters"]),
        ("measured", [figure_line(figure) for figure in card.quality]),
        ("cost", [figure_line(figure) for figure in card.cost]),
        ("learned from", list(card.data)),
        ("limits", list(card.limits)),
    ]


def connects(card: ModelCard) -> str:
    """Return "image → pocket@1" or the like."""
    space = card.space.id if card.space else "?"
    return f"{card.source or space} → {card.target or space}"


def megabytes(size: int) -> str:
    """Return a size in bytes as words."""
    return f"{size / 1e6:.1f} MB"


def figure_line(figure: Figure) -> str:
    """Return a figure with its interval, chance and reference, as far as it has them."""
    line = f"{figure.task}: {figure.value:.4g} {figure.unit}".rstrip()
    if figure.low is not None and figure.high is not None:
        line += f" ({figure.low:.4g} to {figure.high:.4g})"
    if figure.chance is not None:
        line += f", chance {figure.chance:.3g}"
    return line + (f", published {figure.reference}" if figure.reference else "")
