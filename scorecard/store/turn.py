"""The turn to write on SQLite: threads of a process in the order they asked, processes at a lock file.

SQLite itself lets whoever happens to ask next go first, so that one of many writers may wait very long.
"""

import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

PAUSE = 0.0005
"""Seconds between two looks at the lock file that another process holds."""


class Turn:
    """The right to write, held by one thread of one process at a time.

    Parameters:
        file: the lock file against other processes; without one, BEGIN IMMEDIATE alone guards.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    @contextmanager
    def taken(self, patience: float) -> Iterator[bool]:
        """Hold the turn, or tell after as many seconds that it did not come."""
        deadline = time.monotonic() + patience
        if not self._take(patience):
            yield False
            return
        try:
            with _locked(self._file, deadline) as locked:
                yield locked
        finally:
            self._pass_on()

    def _take(self, patience: float) -> bool:
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=patience):
            return True
        with self._guard:
            if called in self._waiting:
                self._waiting.remove(called)
                return False
        return True  # it was passed on while we gave up

    def _pass_on(self) -> None:
        """Hand the turn to whoever waits longest; it is free only when nobody does."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


@contextmanager
def _locked(file: Path | None, deadline: float) -> Iterator[bool]:
    """Hold the lock file, opened anew each time: what a fork inherits would be held in common."""
    if file is None or sys.platform == "win32":
        yield True
        return
    with file.open("w") as handle:
        while not (locked := _lock(handle.fileno())) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        yield locked  # closing the file gives the lock back, also when the process dies


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
