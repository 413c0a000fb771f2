"""Every error that Crossmodal raises on purpose.

    CrossmodalError
    ├── InputError                 what was given cannot be used (also a ValueError)
    │   ├── UnreadableMedia        the bytes are broken, cut short or not there
    │   ├── UnsupportedMedia       the bytes are of a kind that no codec reads
    │   ├── TooLarge               more pixels, seconds or bytes than the limits allow
    │   └── SpaceMismatch          vectors of two spaces were to be compared
    ├── UnknownName                no model, setting or task of that name
    ├── NameClash                  two different things want one name
    ├── SettingsError              a settings file or variable cannot be understood
    ├── NoRoute                    no chain of models leads where it was asked to
    ├── MissingExtra               an optional package is not installed (also an ImportError)
    ├── MissingModel               a known model's weights are not on this machine, or broken
    ├── UnsafeModel                weights that would run code: pickled, or with code of their own
    ├── FetchError                 a model cannot be downloaded
    ├── Cancelled                  whoever listened to the work stopped it
    └── StoreError                 an index folder cannot be used
        ├── StoreLocked            another process is writing to it
        ├── StoreMismatch          made with another space, or by a newer version
        ├── StoreDamaged           its files cannot be read
        └── StoreFull              no space is left on the disk

An error says what came, what was expected and, in `cure`, what to do about it.
"""

from __future__ import annotations


class CrossmodalError(Exception):
    """Base of all errors here. `str(error)` is one line: what is wrong, then the cure."""

    def __init__(self, problem: str, *, cure: str = "") -> None:
        self.problem = problem
        self.cure = cure
        super().__init__(f"{problem}. {cure}" if cure else problem)


class InputError(CrossmodalError, ValueError):
    """What was given cannot be used."""


class UnreadableMedia(InputError):
    """The bytes are broken, cut short, empty or cannot be opened."""


class UnsupportedMedia(InputError):
    """The bytes are of a kind that no codec reads."""


class TooLarge(InputError):
    """More pixels, seconds or bytes than the limits allow."""


class SpaceMismatch(InputError):
    """Vectors of two different spaces were to be compared."""


class UnknownName(CrossmodalError, LookupError):
    """No model, setting or task has that name."""


class NameClash(CrossmodalError):
    """Two different things want the same name."""


class SettingsError(CrossmodalError):
    """A settings file or environment variable cannot be understood."""


class NoRoute(CrossmodalError, LookupError):
    """No chain of models leads from the one modality to the other."""


class MissingExtra(CrossmodalError, ImportError):
    """An optional package is not installed."""


class MissingModel(CrossmodalError):
    """A known model's weights are not on this machine, or they are broken."""


class UnsafeModel(CrossmodalError):
    """To load these weights would run code that came with them."""


class FetchError(CrossmodalError):
    """A model cannot be downloaded: no network, no such model, no space, broken on the way."""


class Cancelled(CrossmodalError):
    """Whoever listened to the work stopped it; nothing was written."""


class StoreError(CrossmodalError):
    """An index folder cannot be used."""


class StoreLocked(StoreError):
    """Another process is writing to the index."""


class StoreMismatch(StoreError):
    """The index holds vectors of another space, or was made by a newer version."""


class StoreDamaged(StoreError):
    """The index's files cannot be read."""


class StoreFull(StoreError):
    """No space is left on the disk that holds the index."""
