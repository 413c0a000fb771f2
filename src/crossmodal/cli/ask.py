"""`crossmodal ask`: answer a question about a picture."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from .chosen import bench_with
from .options import Json, Model
from .output import errors_reported, out, plain, print_json, printable


def ask(
    file: Annotated[Path, typer.Argument(help="A picture, or a film: its best frame is asked.")],
    question: Annotated[str, typer.Argument(help='Such as "What colour is the car?"')],
    min_confidence: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Below it the answer is 'I don't know'.", show_default="the model's"
        ),
    ] = None,
    model: Model = "",
    as_json: Json = False,
) -> None:
    """Answer QUESTION about FILE, or say that the answer is not known."""
    with errors_reported(as_json=as_json):
        start = time.perf_counter()
        bench = bench_with(answering_model=model)
        text = bench.ask(file, question, min_confidence=min_confidence)
        if as_json:
            print_json(
                {
                    "path": plain(file),
                    "question": question,
                    "text": text.content,
                    "confidence": text.confidence,
                    "model": bench.registry.card(bench.settings.answering_model).id,
                    "seconds": time.perf_counter() - start,
                }
            )
        else:
            out.print(printable(text.content))
