"""Recognition: how many words and characters of speech, or of writing, come out wrong."""

from __future__ import annotations

from collections.abc import Sequence

from ..card import Figure
from ..metrics import recognition
from .report import Draws, figure


def measure(recognised: Sequence[str], references: Sequence[str], *, draws: Draws) -> list[Figure]:
    """Return WER and CER after `recognition.normalise`; saying nothing reaches 100 %.

    Args:
        recognised: what a model wrote down; references: what was said, in the same order.

    Raises:
        InputError: no reference holds a word.
    """
    said = [recognition.normalise(text) for text in references]
    heard = [recognition.normalise(text) for text in recognised]
    figures = []
    for name, errors_of in (
        ("WER", recognition.word_errors),
        ("CER", recognition.character_errors),
    ):
        errors = [errors_of(*pair) for pair in zip(said, heard, strict=True)]
        figures.append(figure(name, draws.ratio(*recognition.counts(errors)), chance=1.0))
        if name == "WER":
            figures += [
                figure(
                    f"words {kind}",
                    draws.ratio([getattr(error, kind) for error in errors], lengths(errors)),
                )
                for kind in ("substitutions", "deletions", "insertions")
            ]
    return figures


def lengths(errors: Sequence[recognition.Errors]) -> list[int]:
    """Return the length of each reference."""
    return [error.length for error in errors]
