"""Models in memory: loaded when first used, put away when they have been idle."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Generic, TypeVar

T = TypeVar("T")


class Resident(Generic[T]):
    """A model that is loaded when it is first used and put away when it has been idle.

    Args:
        make: loads it.
        idle: seconds without use after which it is put away; 0 for never.
    """

    def __init__(self, make: Callable[[], T], *, idle: float) -> None:
        self._make, self._idle = make, idle
        self._lock = threading.RLock()
        self._model: T | None = None
        self._timer: threading.Timer | None = None
        self._last = 0.0

    @property
    def loaded(self) -> bool:
        return self._model is not None

    @contextmanager
    def use(self) -> Iterator[T]:
        """Hold the model, loading it where need be; one user at a time."""
        with self._lock:
            if self._model is None:
                self._model = self._make()
            try:
                with self._running():
                    yield self._model
            finally:
                self._last = time.monotonic()
                if self._idle and self._timer is None:
                    self._wait(self._idle)

    def unload(self) -> None:
        """Give the model's memory back now; the next use loads it again."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._model is not None:
                self._model = None
                self._free()

    def _running(self) -> AbstractContextManager[object]:
        """Return what surrounds the model's work."""
        return nullcontext()

    def _free(self) -> None:
        """Give back memory that nothing holds any more."""
        gc.collect()

    def _wait(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        """Put the model away where it has been idle, or look again when it may have been."""
        with self._lock:
            if self._timer is not threading.current_thread():
                return
            left = self._last + self._idle - time.monotonic()
            if left > 0:
                self._wait(left)
            else:
                self.unload()
