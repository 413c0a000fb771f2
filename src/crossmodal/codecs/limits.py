"""How much of a medium may be decoded: bytes from outside are hostile."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InputError
from ..settings import Settings

_DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class Limits:
    """What is more than this is refused, with `TooLarge`, before it is decoded.

    Attributes:
        max_pixels: of a picture, or of one frame of a film.
        max_bytes: of a file that is read whole; sounds and films are streamed.
        max_seconds: of a sound or a film.
        max_samples: of a sound that is decoded whole; four bytes of memory each.
    """

    max_pixels: int = _DEFAULTS.max_pixels
    max_bytes: int = _DEFAULTS.max_bytes
    max_seconds: float = _DEFAULTS.max_seconds
    max_samples: int = _DEFAULTS.max_samples

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not getattr(self, name) > 0:
                raise InputError(f"{name} is {getattr(self, name)}", cure="Use more than 0.")

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits that the user's settings ask for."""
        return cls(
            max_pixels=settings.max_pixels,
            max_bytes=settings.max_bytes,
            max_seconds=settings.max_seconds,
            max_samples=settings.max_samples,
        )


DEFAULT = Limits()
