"""Making: what models that paint, film and sound from a description are told, and what they tell.

A maker is a Translator that also takes `MakingOptions`: a seed, a size, steps, and a listener that
hears of every step, may look at what is there so far, and may stop the work.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

from ..contracts import Translator
from ..errors import InputError
from ..media import Image, Media

SMALLEST, LARGEST = 8, 8192  # pixels of a side
MOST_STEPS = 1000
LONGEST = 600.0  # seconds


class MakingNote(UserWarning):
    """Something was made a little differently than it was asked for."""


def warn(line: str) -> None:
    """Say `line` as a `MakingNote` warning."""
    warnings.warn(line, MakingNote, stacklevel=3)


@dataclass(frozen=True, slots=True)
class Step:
    """How far the work has come.

    Attributes:
        number, total: steps done, of how many; `total` is 0 where that is not known.
        preview: decodes what is there so far, which takes a moment; None where that cannot be
            looked at.
    """

    number: int
    total: int
    preview: Callable[[], Image | None] = lambda: None


Listener: TypeAlias = Callable[[Step], object]
"""Hears of every step. One that returns False stops the work."""


@dataclass(frozen=True, slots=True)
class MakingOptions:
    """How to make a picture, a film or a sound. What is None is left to the model.

    Attributes:
        seed: the same seed makes the same thing again, of the same words by the same model.
        size: (width, height) in pixels.
        steps: of denoising; more take longer and are often better.
        guidance: how closely to keep to the words.
        negative: words for what should not be there.
        start: a picture to begin from, for pictures from pictures.
        strength: how much of `start` is painted over, in (0, 1].
        seconds: length of a film or sound.
        on_step: see `Listener`.
        on_note: hears, in one line, what was made differently than asked for.
    """

    seed: int = 0
    size: tuple[int, int] | None = None
    steps: int | None = None
    guidance: float | None = None
    negative: str = ""
    start: Image | None = None
    strength: float = 0.6
    seconds: float | None = None
    on_step: Listener | None = None
    on_note: Callable[[str], None] = warn

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise InputError(f"seed is {self.seed}", cure="Use 0 or more.")
        if self.size is not None and not all(SMALLEST <= n <= LARGEST for n in self.size):
            raise InputError(
                f"size is {self.size[0]}x{self.size[1]}",
                cure=f"Use {SMALLEST} to {LARGEST} pixels a side, such as 512x512.",
            )
        if self.steps is not None and not 1 <= self.steps <= MOST_STEPS:
            raise InputError(f"steps is {self.steps}", cure=f"Use 1 to {MOST_STEPS}.")
        if not 0 < self.strength <= 1:
            raise InputError(f"strength is {self.strength}", cure="Use more than 0, up to 1.")
        if self.seconds is not None and not 0 < self.seconds <= LONGEST:
            raise InputError(f"seconds is {self.seconds}", cure=f"Use up to {LONGEST:g}.")


@runtime_checkable
class Maker(Translator, Protocol):
    """A Translator that makes something new. Its `translate` makes with the plain options."""

    def make(self, batch: Sequence[Media], *, options: MakingOptions | None = None) -> list[Media]:
        """Return what is made of each of `batch`, in order; each begins with the same seed.

        Raises:
            InputError: a text is empty, or an option is of a kind that the model does not take.
            Cancelled: `options.on_step` stopped it.
        """
        ...


def words_of(content: str, name: str) -> str:
    """Return `content` on one line.

    Raises:
        InputError: it is empty.
    """
    words = " ".join(content.split())
    if not words:
        raise InputError(
            f"{name} was given no words", cure='Say what to make, such as "rain on a roof".'
        )
    return words
