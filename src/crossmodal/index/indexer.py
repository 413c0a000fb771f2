"""Adding files: walk, hash, decode and encode in threads, commit, then say so.

The main thread owns the database; threads read, decode, prepare, and run the networks on batches,
so that no core waits for another kind of work. What is on its way is bounded in number and in
bytes. A file is reported only once it is committed, so what
was reported survives a kill at any moment, and what was not is found again by the next call.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..codecs import Limits
from ..contracts import Encoder
from ..modality import Modality
from ..settings import Settings
from .batches import Batches, Encoded
from .database import transaction
from .graph import TAIL_LEAST, tend
from .networks import Networks
from .progress import Building, Outcome, Problem, Progress, Report, Summary, Tally
from .reading import CHUNK, Ready, fingerprint, prepare
from .recording import Recorder, is_files_fault, one_line
from .scan import Found, Root, is_gone, walk
from .senses import Listener, Reading, Senses
from .store import File, Store

BYTES_IN_FLIGHT = 256 << 20  # of files being decoded; a larger one is decoded alone
STREAM_BYTES = 96 << 20  # that a sound or film takes, however long it is
PATIENCE = 1.0  # seconds without news from the threads, after which batches do not wait on
MOST_SETTLED = 256  # files without a network's work that are committed together
FOLLOWERS_EACH = 64  # copies of content being read that weigh as much as one file being read
SWEEP = 500  # items that are looked for on disk at a time


@dataclass(frozen=True, slots=True)
class Job:
    """A file in a thread's hands: being hashed (`file` is None) or decoded."""

    found: Found
    file: File | None = None

    @property
    def weight(self) -> int:
        """Bytes of memory that it may take, roughly."""
        if self.file is None:
            return CHUNK
        return STREAM_BYTES if self.file.streamed else self.file.size


class Indexer:
    """One call of `add`: the files on their way, from the walk to the commit."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        folder: Path,
        *,
        encoders: Mapping[Modality, Encoder],
        settings: Settings,
        listener: Listener | None,
        report: Report | None,
        building: Building | None,
        reading: Reading | None,
    ) -> None:
        self._sql, self._folder = connection, folder
        self._report, self._building = report, building
        self._store = Store(connection)
        self._encoders, self._settings = encoders, settings
        networks = Networks(encoders, size=settings.batch_size)
        self._senses = Senses(networks, Limits.of(settings), listener, reading=reading)
        self._recorder = Recorder(self._store, self._senses)
        self._batches = Batches(networks)
        self._tally = Tally()
        self._found = self._done = self._fresh = 0
        self._running: dict[Future[File | Ready], Job] = {}
        self._encoding: set[Future[list[Encoded]]] = set()
        self._weight = 0  # of what is running
        self._waiting: deque[Job] = deque()  # hashed, to be decoded
        self._paths: set[str] = set()  # on their way, from the walk to the commit
        # content on its way to the next commit -> other files that hold it too
        self._followers: dict[bytes, list[tuple[Found, File]]] = {}
        self._settled: list[tuple[Found, File, str | None]] = []  # known content, or a problem

    def run(self, named: Sequence[Root]) -> Summary:
        """Bring the index up to date with what is on disk at and below `named`."""
        start = time.monotonic()
        workers = self._settings.workers
        pool = ThreadPoolExecutor(workers, thread_name_prefix="crossmodal-read")
        encoding = ThreadPoolExecutor(workers, thread_name_prefix="crossmodal-encode")
        try:
            self._pump(pool, encoding, walk(named, skip=self._folder))
        finally:
            self._senses.stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            encoding.shutdown(wait=True, cancel_futures=True)
        for root in named:
            if root.is_folder:
                self._sweep(root)
        self._tend_graphs()
        return self._tally.summary(seconds=time.monotonic() - start)

    def _pump(
        self,
        pool: ThreadPoolExecutor,
        encoding: ThreadPoolExecutor,
        seen: Iterator[Found | Problem],
    ) -> None:
        """Keep the threads busy and commit what they bring, until nothing is left."""
        most, more = 3 * self._settings.workers, True
        while True:
            self._start_waiting(pool)
            if more and self._in_hand() < most:
                thing = next(seen, None)
                more = thing is not None
                if isinstance(thing, Problem):
                    self._count(thing.path, Outcome.FAILED, problem=thing.error)
                elif thing is not None:
                    self._found += 1
                    self._consider(pool, thing)
            elif self._running or self._encoding:
                self._take_over(encoding)
            elif self._encode(encoding, everything=True) or self._commit([], everything=True):
                continue
            elif not more:
                return

    def _take_over(self, encoding: ThreadPoolExecutor) -> None:
        """Wait for the threads, take over what they have done, and pass it on."""
        pending: list[Future[Any]] = [*self._encoding, *self._running]
        finished = wait(pending, PATIENCE, return_when=FIRST_COMPLETED).done
        encoded: list[Encoded] = []
        for future in finished:
            if future in self._encoding:
                self._encoding.discard(future)
                encoded += future.result()
            else:
                job = self._running.pop(future)
                self._weight -= job.weight
                self._finish(job, future)
        late = not finished  # a long film, say: what others wait for is not to wait for it
        self._encode(encoding, everything=late)
        self._commit(encoded, everything=late)

    def _encode(self, encoding: ThreadPoolExecutor, *, everything: bool) -> bool:
        """Have what is due encoded; return whether there was anything."""
        due = self._batches.due(everything=everything)
        self._encoding.update(encoding.submit(task) for task in due)
        return bool(due)

    def _in_hand(self) -> int:
        following = sum(len(files) for files in self._followers.values())
        busy = len(self._running) + len(self._encoding)
        return busy + len(self._waiting) + following // FOLLOWERS_EACH

    def _start(self, pool: ThreadPoolExecutor, job: Job) -> None:
        task: Callable[[], File | Ready] = (
            partial(fingerprint, job.found)
            if job.file is None
            else partial(prepare, job.file, senses=self._senses)
        )
        self._weight += job.weight
        self._running[pool.submit(task)] = job

    def _start_waiting(self, pool: ThreadPoolExecutor) -> None:
        while self._waiting and (
            not self._running or self._weight + self._waiting[0].weight <= BYTES_IN_FLIGHT
        ):
            self._start(pool, self._waiting.popleft())

    def _consider(self, pool: ThreadPoolExecutor, found: Found) -> None:
        """Have a new or changed file hashed; of any other, say what is known."""
        if found.path in self._paths:
            return
        item = self._store.at(os.fsencode(found.path))
        if item and (item.size, item.mtime_ns) == (found.size, found.mtime_ns):
            if item.problem is not None:
                self._count(Path(found.path), Outcome.FAILED, problem=item.problem)
                return
            if self._recorder.is_current(item):
                self._count(Path(found.path), Outcome.UNCHANGED)
                return
        self._paths.add(found.path)
        self._start(pool, Job(found))

    def _finish(self, job: Job, future: Future[File | Ready]) -> None:
        """Take over what a thread has done with a file."""
        try:
            result = future.result()
        except Exception as error:  # noqa: BLE001 - whatever one file does, the others go on
            self._fail(job.found, job.file, error)
        else:
            if isinstance(result, Ready):
                self._batches.add(job.found, result)
            else:
                self._route(job.found, result)

    def _route(self, found: Found, file: File) -> None:
        """Send a hashed file on: known content to the next commit, unknown to be decoded."""
        if self._recorder.known(file) is not None:
            self._settled.append((found, file, None))
        elif file.hash in self._followers:
            self._followers[file.hash].append((found, file))
        else:
            self._followers[file.hash] = []
            self._waiting.append(Job(found, file))

    def _fail(self, found: Found, file: File | None, error: Exception) -> None:
        """Report a file that cannot be indexed; remember it where the file itself is to blame."""
        if file and is_files_fault(error):
            self._settled.append((found, file, one_line(error, found.path)))
        else:
            self._paths.discard(found.path)
            problem = one_line(error, found.path)
            self._count(Path(found.path), Outcome.FAILED, problem=problem)
        for follower in self._followers.pop(file.hash, []) if file else []:
            self._route(*follower)

    def _commit(self, encoded: Sequence[Encoded], *, everything: bool) -> bool:
        """Commit what is encoded or settled, then report it; return whether there was anything.

        Args:
            everything: however little is settled.
        """
        if not encoded and len(self._settled) < (1 if everything else MOST_SETTLED):
            return False
        settled, self._settled = self._settled, []
        done: list[tuple[Found, File, Outcome | None, str]] = []
        with transaction(self._sql, write=True):
            for found, file, problem in settled:
                done.append((found, file, *self._recorder.settle(file, problem)))
            for one in encoded:
                if one.error is None:
                    done.append((one.found, one.ready.file, self._take_in(one), ""))
        for found, file, outcome, problem in done:
            self._paths.discard(found.path)
            if outcome is None:  # what had its content has changed since
                self._paths.add(found.path)
                self._route(found, file)
            else:
                self._count(Path(found.path), outcome, problem=problem)
        for one in encoded:
            if one.error is not None:
                self._fail(one.found, one.ready.file, one.error)
                continue
            followers = self._followers.pop(one.ready.file.hash, [])
            self._settled += [(found, file, None) for found, file in followers]
        if self._fresh >= TAIL_LEAST:
            self._tend_graphs()
        return True

    def _take_in(self, one: Encoded) -> Outcome:
        """Record what a file holds, and count what is new."""
        if one.ready.note:
            self._tally.partials.append(Problem(Path(one.found.path), one.ready.note))
        self._fresh += sum(entry.vector is not None for entry in one.entries)
        return self._recorder.put(one)

    def _sweep(self, root: Root) -> None:
        """Forget the items below a folder that are gone from disk.

        Each is looked for by itself, so that what merely cannot be reached is kept; and where the
        folder itself has gone meanwhile (a drive taken out), everything is.
        """
        folder, after = os.fsencode(root.path), b""
        while items := self._store.below(folder, after=after, limit=SWEEP):
            after = items[-1].path
            gone = [item for item in items if is_gone(item.path)]
            if not gone:
                continue
            if not root.still_there():
                self._count(Path(root.path), Outcome.FAILED, problem="The folder has gone.")
                return
            with transaction(self._sql, write=True):
                for item in gone:
                    self._store.forget(item)
            for item in gone:
                self._count(Path(os.fsdecode(item.path)), Outcome.REMOVED)

    def _tend_graphs(self) -> None:
        self._fresh = 0
        threads, building = self._settings.workers, self._building
        tend(self._sql, self._folder, self._encoders, threads=threads, building=building)

    def _count(self, path: Path, outcome: Outcome, *, problem: str = "") -> None:
        """Count what became of a file, and tell the caller."""
        if outcome is Outcome.FAILED:
            self._tally.fail(Problem(path, problem))
        else:
            self._tally.counts[outcome] += 1
        self._done += 1
        if self._report is not None:
            self._report(Progress(path, outcome, max(self._found, self._done), self._done))
