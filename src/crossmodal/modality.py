"""The four modalities: the kinds of media that Crossmodal connects."""

from __future__ import annotations

from enum import StrEnum

from .errors import InputError


class Modality(StrEnum):
    """A kind of media. Its value is the word that users type."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"

    @classmethod
    def parse(cls, word: str) -> Modality:
        """Return the modality that `word` names, whatever its case.

        Raises:
            InputError: `word` names none of the four.
        """
        try:
            return cls(word.strip().lower())
        except ValueError:
            names = ", ".join(cls)
            raise InputError(f"{word!r} is not a modality", cure=f"Use one of: {names}.") from None


TEXT, IMAGE, AUDIO, VIDEO = Modality
