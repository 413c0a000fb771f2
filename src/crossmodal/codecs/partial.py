"""How a damaged sound or film that could be read in part is reported.

What could be read is returned, and one line about the damage goes to the caller's `on_partial`.
Without one it becomes a `PartialMedia` warning.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeAlias

Report: TypeAlias = Callable[[str], None]
"""Takes one line that says which medium is damaged and what of it is missing."""


class PartialMedia(UserWarning):
    """Only a part of a medium could be read."""


def warn(line: str) -> None:
    """Report the damage that `line` describes as a `PartialMedia` warning."""
    warnings.warn(line, PartialMedia, stacklevel=3)
