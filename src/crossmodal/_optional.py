"""The one place where optional packages are imported."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from .errors import MissingExtra


def need(module: str, *, extra: str) -> ModuleType:
    """Import and return `module`, which the optional dependency `extra` brings.

    Raises:
        MissingExtra: it is not installed; the message is the command that installs it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise  # the package is there, and something that it needs itself is not
        raise MissingExtra(
            f"This needs the package {module!r}, which is not installed",
            cure=f"Run: pip install 'crossmodal[{extra}]'",
        ) from None
