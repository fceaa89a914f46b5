"""Locks around writes on SQLite: fair within this process, exclusive between processes, and one server per file."""

from __future__ import annotations

import importlib
import threading
from bisect import bisect_left
from collections import deque
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

fcntl: ModuleType | None
try:
    fcntl = importlib.import_module("fcntl")
except ImportError:  # Windows: one process at a time is then the operator's care
    fcntl = None


class Waits:
    """How long was waited: a histogram. add: by one thread at a time, such as the one that got a lock at last."""

    BOUNDS = (0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)

    def __init__(self) -> None:
        self.seconds = 0.0
        self.within = [0] * (len(self.BOUNDS) + 1)

    def add(self, seconds: float) -> None:
        self.seconds += seconds
        self.within[bisect_left(self.BOUNDS, seconds)] += 1


class FairLock:
    """First come, first served. SQLite's busy_timeout alone lets a writer wait 2 s while others pass."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._is_held = False

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits; for whoever holds it, for whom a True stays true."""
        return bool(self._queue)

    def __enter__(self) -> FairLock:
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return self
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()  # released by the one before us, who leaves `_is_held` set for us
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._is_held = False


class FileLock:
    """An advisory lock on a file; the operating system drops it when the process dies, `kill -9` included."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def _open(self) -> IO[bytes]:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab")
        return self._file

    @contextmanager
    def held(self) -> Iterator[None]:
        """Waits for the lock, holds it for the block. Threads of one process share the file: hold a FairLock too."""
        file = self._open()
        if fcntl is None:
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def try_for_life(self) -> bool:
        """Takes the lock until this process ends; False when another process has it."""
        if fcntl is None:
            return True
        try:
            fcntl.flock(self._open(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Gives the lock back and closes the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
