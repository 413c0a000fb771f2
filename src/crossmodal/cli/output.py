"""How every command speaks: results on stdout, all else on stderr, and what its exit code says."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from ..errors import CrossmodalError, NoRoute, SettingsError, SpaceMismatch, UnknownName

if TYPE_CHECKING:
    from ..routing import Route

FAILED, WRONG_CALL = 1, 2
_WRONG_CALLS = (NoRoute, SettingsError, SpaceMismatch, UnknownName)

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def print_json(document: dict[str, Any]) -> None:
    """Write one JSON document on stdout, and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=True, default=asdict) + "\n")


@contextmanager
def errors_reported(*, as_json: bool) -> Iterator[None]:
    """Turn errors into one line on stderr (and a JSON document) and an exit code.

    1 means that the work failed, 2 that the call was wrong.
    """
    try:
        with _damage_told():
            yield
    except CrossmodalError as error:
        if as_json:
            print_json(
                {"error": type(error).__name__, "problem": error.problem, "cure": error.cure}
            )
        err.print(f"[red]error:[/] {printable(error)}")
        raise typer.Exit(WRONG_CALL if isinstance(error, _WRONG_CALLS) else FAILED) from None
    except KeyboardInterrupt:
        err.print("Stopped. What was done so far is kept; run the same command to go on.")
        raise typer.Exit(FAILED) from None


@contextmanager
def _damage_told() -> Iterator[None]:
    """Say on stderr, in one line each, which media could be read in part only."""
    from ..codecs.partial import PartialMedia

    shown = warnings.showwarning

    def told(message: Warning | str, category: type[Warning], *rest: Any) -> None:
        if issubclass(category, PartialMedia):
            err.print(f"[yellow]![/] {printable(message)}")
        else:
            shown(message, category, *rest)

    with warnings.catch_warnings():
        warnings.simplefilter("always", PartialMedia)
        warnings.showwarning = told  # type: ignore[assignment]
        yield


def route_json(route: Route) -> list[dict[str, Any]]:
    """Return each step of `route` as plain values."""
    return [asdict(step) for step in route.explain()]


def plain(path: object) -> str:
    """Return `path` as text that any JSON reader takes, undecodable bytes written out."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def printable(value: object) -> str:
    """Return `value` as one line that a terminal can show and rich takes for plain text."""
    line = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(value))
    return plain(line).replace("[", "\\[")
