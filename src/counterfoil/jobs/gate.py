"""A gate that jobs pass one by one, so that they can all be held back for a moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Open, it costs a job two microseconds. Closed, it has waited for those that were inside."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._is_closed = False
        self._done: Counter[str] = Counter()
        self._failed: Counter[tuple[str, str]] = Counter()

    def count(self, kind: str) -> None:
        """Counts a job that is done."""
        with self._changed:
            self._done[kind] += 1

    def failed(self, kind: str, *, is_dead: bool) -> None:
        """Counts a try that failed, after which the job is tried again or laid aside."""
        with self._changed:
            self._failed[kind, "laid_aside" if is_dead else "failed"] += 1

    def outcomes(self) -> Counter[tuple[str, str]]:
        """How many tries ended how so far, by kind and outcome: done, failed or laid_aside."""
        with self._changed:
            return self._failed + Counter({(kind, "done"): count for kind, count in self._done.items()})

    def done(self) -> Counter[str]:
        """How many jobs were done so far, by kind."""
        with self._changed:
            return self._done.copy()

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Waits until the gate is open, and is inside for the block."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_closed)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Nobody is inside during the block, and nobody enters."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_closed)
            self._is_closed = True
            self._changed.wait_for(lambda: not self._inside)
        try:
            yield
        finally:
            with self._changed:
                self._is_closed = False
                self._changed.notify_all()
