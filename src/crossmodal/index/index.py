"""The index: add files, search them by any medium."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ..contracts import Encoder
from ..errors import InputError, StoreError, StoreMismatch
from ..modality import Modality
from ..settings import Settings
from ..space import Space
from . import scan
from .database import REBUILD, connect, transaction, translated
from .filters import Filters, Moment
from .graph import tend
from .progress import Building, Report, Summary
from .query import Asked, as_query
from .results import Results
from .search import Searcher, encode
from .senses import Listener, Reading
from .store import Store
from .writing import make, writing

FORGET = 500  # items that are removed together


@dataclass(frozen=True, slots=True)
class Info:
    """What an index holds.

    Attributes:
        items: files that can be found, by modality.
        entries: what can be found of them: pictures, passages.
        vectors: by model (name@version).
        failed: files that could not be read.
        bytes: size of the index's folder.
        space: where all its vectors live; None while it has none.
    """

    folder: Path
    items: Mapping[Modality, int]
    entries: int
    vectors: Mapping[str, int]
    failed: int
    bytes: int
    space: Space | None


class Index:
    """Media files, found by what they mean and by the words they hold.

    The index lives in one folder. One process (and one thread) writes at a time; any number read
    meanwhile. A kill at any moment loses nothing that was reported as done.

    Args:
        folder: where it lives; it is made if it is not there.
        encoders: one for each modality that is to be found by meaning, all of one space. Files
            of other modalities are found by name.
        settings: limits, batch size, threads, and how strict a match is.
        listener: writes down the speech of sounds and films that are added, which is then found
            by its words and its meaning; None leaves it out.

    Raises:
        SpaceMismatch: the encoders lead into different spaces.
        StoreMismatch: the index holds vectors of another space, or is of a newer version.
        StoreDamaged: its files cannot be read.
        StoreError: the folder holds something else, or may not be used.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        encoders: Mapping[Modality, Encoder],
        settings: Settings,
        listener: Listener | None = None,
    ) -> None:
        self.folder = Path(scan.absolute(folder))
        self._listener = listener
        self._encoders, self._settings = dict(encoders), settings
        spaces = [encoder.space for encoder in self._encoders.values()]
        for space in spaces:
            spaces[0].check(space)
        self._space = spaces[0] if spaces else None
        make(self.folder)
        self._lock = threading.Lock()  # one search at a time uses the connection
        self._reader: sqlite3.Connection | None = connect(self.folder, write=False)
        self._searcher = Searcher(self.folder, encoders=self._encoders, prior=settings.match_prior)
        try:
            with translated(self.folder):
                self._check_space(Store(self._reader))
        except BaseException:
            self.close()
            raise

    def add(
        self,
        *paths: str | os.PathLike[str],
        progress: Report | None = None,
        building: Building | None = None,
        reading: Reading | None = None,
    ) -> Summary:
        """Bring the index up to date with files, and folders with all that lies below them.

        What has not changed is not read; what is gone from a folder is forgotten. A file that
        cannot be read is one problem in the summary, and stops nothing else. Hidden files are
        left out unless they are named.

        Args:
            paths: files and folders.
            progress: told of each file once what became of it is safe on disk.
            building: told how far it is, while a graph is made of many vectors.
            reading: told, from several threads, how far a sound or film has been read.

        Raises:
            InputError: one of `paths` is not there; nothing was done then.
            StoreLocked: another process is adding to this index.
            StoreFull: the disk is full; what was reported is kept.
        """
        from .indexer import Indexer  # decoders come with it, and a search needs none

        named = scan.roots(paths)
        with writing(self.folder) as connection:
            store = Store(connection)
            self._check_space(store)
            if self._space is not None and store.space() is None:
                with transaction(connection, write=True):
                    store.set_space(self._space)
            indexer = Indexer(
                connection,
                self.folder,
                encoders=self._encoders,
                settings=self._settings,
                listener=self._listener,
                report=progress,
                building=building,
                reading=reading,
            )
            return indexer.run(named)

    def remove(self, *paths: str | os.PathLike[str]) -> int:
        """Forget files, and everything below folders; return how many files. Disks are not touched.

        Raises:
            StoreLocked: another process is adding to this index.
        """
        count = 0
        with writing(self.folder) as connection:
            store = Store(connection)
            for path in paths:
                place = os.fsencode(scan.absolute(path))
                itself = store.at(place)
                items = [itself] if itself else store.below(place, limit=FORGET)
                while items:
                    with transaction(connection, write=True):
                        for item in items:
                            store.forget(item)
                    count += len(items)
                    items = store.below(place, limit=FORGET)
            tend(connection, self.folder, self._encoders, threads=self._settings.workers)
        return count

    def search(
        self,
        query: Asked,
        *,
        k: int = 10,
        modalities: Collection[str] | str | None = None,
        under: str | os.PathLike[str] | None = None,
        newer: Moment | None = None,
        older: Moment | None = None,
        larger: int | None = None,
        smaller: int | None = None,
        moments: bool = False,
    ) -> Results:
        """Return the files that match `query` best, of all modalities in one ranking.

        Of a sound or film, a hit is its best moment, with the seconds from its beginning.

        Args:
            query: words, a medium, or a Query of several with weights.
            k: at most so many hits, at least 1.
            modalities: look only at these.
            under: look only below this folder.
            newer, older: look only at files changed after, before this time.
            larger, smaller: look only at files of more, fewer bytes.
            moments: False gives one hit a file; True several, where it matches at several places.

        Raises:
            InputError: the query is empty, or of a modality that no encoder takes.
            StoreError: the models carry no calibration for what is compared.
            StoreDamaged: the index cannot be read.
        """
        start = time.perf_counter()
        if k < 1:
            raise InputError(f"{k} hits were asked for", cure="Ask for at least 1.")
        asked = as_query(query)
        filters = Filters.of(
            modalities=modalities,
            under=under,
            newer=newer,
            older=older,
            larger=larger,
            smaller=smaller,
        )
        encoded = encode(asked, self._encoders)
        with self._lock, translated(self.folder):
            connection = self._open()
            with transaction(connection, write=False):
                found, notes = self._searcher.search(
                    connection, asked, encoded, filters, k=k, moments=moments
                )
        return Results(str(asked), found, time.perf_counter() - start, notes)

    def info(self) -> Info:
        """Return what the index holds."""
        with self._lock, translated(self.folder):
            connection = self._open()
            with transaction(connection, write=False):
                items = connection.execute(
                    "SELECT modality, count(*) FROM items WHERE problem IS NULL GROUP BY modality"
                ).fetchall()
                (failed,) = connection.execute(
                    "SELECT count(*) FROM items WHERE problem IS NOT NULL"
                ).fetchone()
                (entries,) = connection.execute("SELECT count(*) FROM entries").fetchone()
                vectors = connection.execute(
                    "SELECT name, sum(alive) FROM models GROUP BY name"
                ).fetchall()
                space = Store(connection).space()
        return Info(
            folder=self.folder,
            items={Modality(modality): count for modality, count in items},
            entries=entries,
            vectors=dict(vectors),
            failed=failed,
            bytes=sum(path.stat().st_size for path in self.folder.iterdir()),
            space=space,
        )

    def __len__(self) -> int:
        """Return the number of files that can be found."""
        return sum(self.info().items.values())

    def close(self) -> None:
        """Give the file back; the index cannot be searched any more after that."""
        with self._lock:
            if self._reader is not None:
                self._reader.close()
                self._reader = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> sqlite3.Connection:
        if self._reader is None:
            raise StoreError(f"The index {self.folder} is closed", cure="Open it again.")
        return self._reader

    def _check_space(self, store: Store) -> None:
        """Refuse to mix vectors of two spaces."""
        stored = store.space()
        if stored is not None and self._space is not None and stored != self._space:
            raise StoreMismatch(
                f"The index {self.folder} holds vectors of {stored}, and the models lead into "
                f"{self._space}",
                cure=f"Choose models of that space. {REBUILD}",
            )
