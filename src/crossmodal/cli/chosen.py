"""Workbenches with the models that a command's `--model` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import SettingsError

if TYPE_CHECKING:
    from ..workbench import Workbench


def bench_with(space: str | None = None, **options: object) -> Workbench:
    """Return a workbench with a saved space and the settings `options`, as far as given."""
    from .. import settings
    from ..workbench import Workbench

    given = {name: value for name, value in options.items() if value not in ("", None)}
    return Workbench(settings.load(options=given), space=space)


def encoding_with(model: str, space: str | None = None, **options: object) -> Workbench:
    """Return the same with the encoders of `model`; "" for those of the settings.

    Raises:
        SettingsError: both a model and a space are named, which has models of its own.
    """
    if model and space:
        raise SettingsError("--model and --space both choose models", cure="Give one of them.")
    bench = bench_with(space, **options)
    return bench.choosing(model) if model else bench
