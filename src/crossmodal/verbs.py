"""The package's verbs: those of one workbench that is made when first needed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from .workbench import Workbench

P = ParamSpec("P")
R = TypeVar("R")


@cache
def workbench() -> Workbench:
    """The workbench that the verbs share, with the user's own settings."""
    return Workbench()


def _verb(method: Callable[Concatenate[Workbench, P], R]) -> Callable[P, R]:
    """Return a function that calls `method` on the shared workbench."""

    @wraps(method)
    def verb(*args: P.args, **kwargs: P.kwargs) -> R:
        return method(workbench(), *args, **kwargs)

    signature = inspect.signature(method)
    own = [p for name, p in signature.parameters.items() if name != "self"]
    verb.__signature__ = signature.replace(parameters=own)  # type: ignore[attr-defined]
    return verb


Index = _verb(Workbench.index)  # reads as a class in user code
align = _verb(Workbench.align)
animate = _verb(Workbench.animate)
ask = _verb(Workbench.ask)
burn = _verb(Workbench.burn)
classify = _verb(Workbench.classify)
describe = _verb(Workbench.describe)
draw = _verb(Workbench.draw)
embed = _verb(Workbench.embed)
evaluate = _verb(Workbench.evaluate)
load = _verb(Workbench.load)
models = _verb(Workbench.models)
read = _verb(Workbench.read)
route = _verb(Workbench.route)
sound = _verb(Workbench.sound)
speak = _verb(Workbench.speak)
subtitle = _verb(Workbench.subtitle)
transcribe = _verb(Workbench.transcribe)
translate = _verb(Workbench.translate)
