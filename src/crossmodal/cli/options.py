"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]
IndexFolder: TypeAlias = Annotated[
    Path | None,
    typer.Option("--index", help="The index's folder.", show_default="the one in the settings"),
]
SpaceName: TypeAlias = Annotated[
    str | None,
    typer.Option("--space", help="A space saved by align.", show_default="the one in the settings"),
]
Output: TypeAlias = Annotated[
    Path, typer.Option("--output", "-o", help="The file to write; its ending says the kind.")
]
Language: TypeAlias = Annotated[
    str, typer.Option(help="Code of the language, such as en.", show_default="found out")
]
Model: TypeAlias = Annotated[
    str,
    typer.Option("--model", help="The model to use.", show_default="the one in the settings"),
]
Seed: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=0, help="The same seed makes the same again.", show_default="a new one, which is told"
    ),
]
Steps: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, help="Of denoising; more take longer.", show_default="the model's"),
]
Guidance: TypeAlias = Annotated[
    float | None,
    typer.Option(min=0, help="How closely to keep to the words.", show_default="the model's"),
]
Negative: TypeAlias = Annotated[str, typer.Option(help="Words for what should not be there.")]
Size: TypeAlias = Annotated[
    str, typer.Option(help="Pixels, as WIDTHxHEIGHT.", show_default="the model's")
]
Seconds: TypeAlias = Annotated[
    float | None, typer.Option(min=0, help="How long it lasts.", show_default="the model's")
]
Preview: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="A picture file that shows, while it is made, what is there so far."),
]
