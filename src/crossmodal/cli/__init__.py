"""The command line: the verbs, one file each.

Nothing heavy is imported until a command runs, so that `crossmodal --help` answers at once.
"""

from __future__ import annotations

from .app import main

__all__ = ["main"]
