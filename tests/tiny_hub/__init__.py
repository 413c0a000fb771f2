"""Tiny checkpoints with random weights, in the hub's own format, one maker for each architecture.

`MAKERS` maps "org/name" to a function that writes such a checkpoint into an empty folder. Tests
get them through the session's fixture `tiny_checkpoint`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .dual import DUAL
from .hearing import HEARING
from .sentences import SENTENCES

MAKERS: dict[str, Callable[[Path], None]] = {**DUAL, **HEARING, **SENTENCES}
