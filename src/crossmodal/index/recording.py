"""What the store knows of files and is told of them, and whose fault a failure is."""

from __future__ import annotations

from ..errors import CrossmodalError, InputError, TooLarge
from .batches import Encoded
from .progress import Outcome
from .scan import is_gone, reason
from .senses import Senses
from .store import File, Item, Store

MOST_TWINS = 8  # items of one content that are looked for on disk, to tell a move from a copy


class Recorder:
    """Reads and writes the items of files; whoever calls holds the transaction."""

    def __init__(self, store: Store, senses: Senses) -> None:
        self._store, self._senses = store, senses

    def is_current(self, item: Item) -> bool:
        """Return whether no model has to look at `item` (again)."""
        wanted = self._senses.makers(item.modality) if item.modality else frozenset()
        return item.problem is None and wanted <= item.makers

    def known(self, file: File) -> tuple[Outcome, Item] | None:
        """Return what makes decoding `file` needless: the item that has its content already."""
        item = self._store.at(file.path)
        if item and item.hash == file.hash:
            if item.problem is not None:
                return Outcome.FAILED, item
            if self.is_current(item):
                return Outcome.UNCHANGED, item
        same = self._store.with_hash(file.hash, limit=MOST_TWINS)
        twins = [twin for twin in same if self.is_current(twin) and twin.path != file.path]
        gone = next((twin for twin in twins if is_gone(twin.path)), None)
        if gone is not None:
            return Outcome.MOVED, gone
        return (Outcome.COPIED, twins[0]) if twins else None

    def settle(self, file: File, problem: str | None) -> tuple[Outcome | None, str]:
        """Note what needs no network: a problem, or content that is known."""
        if problem is not None:
            self._store.put_problem(file, problem)
            return Outcome.FAILED, problem
        known = self.known(file)
        if known is None:
            return None, ""
        outcome, item = known
        if outcome is Outcome.MOVED:
            self._store.move(item, file)
        elif outcome is Outcome.COPIED:
            self._store.copy(item, file)
        else:
            self._store.touch(item, file)
        return outcome, item.problem or ""

    def put(self, one: Encoded) -> Outcome:
        """Note what a file holds, in the place of what it held before."""
        ready = one.ready
        before = self._store.at(ready.file.path)
        self._store.put(
            ready.file,
            modality=ready.modality,
            makers=self._senses.makers(ready.modality),
            entries=one.entries,
            note=ready.note,
        )
        return Outcome.ADDED if before is None else Outcome.UPDATED


def is_files_fault(error: Exception) -> bool:
    """Return whether the same bytes would fail again, on a healthy machine with any limits."""
    system = isinstance(error.__cause__, OSError) and error.__cause__.errno is not None
    return isinstance(error, InputError) and not isinstance(error, TooLarge) and not system


def one_line(error: Exception, path: str) -> str:
    """Return what `error` says about `path` in one line that does not repeat the path."""
    if isinstance(error, CrossmodalError):
        words = str(error).removeprefix(f"{path!r}: ")
    elif isinstance(error, OSError):
        words = f"It cannot be read: {reason(error)}."
    else:
        words = f"{type(error).__name__}: {error}"
    return " ".join(words.split())
