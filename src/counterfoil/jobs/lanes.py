"""Runs jobs side by side, each id in a lane of its own: who is slow keeps only himself waiting."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait

from counterfoil.jobs.handlers import Tools
from counterfoil.jobs.runner import IDLE_SECONDS, Runner
from counterfoil.store.rows import JobRow

WIDTH = 8


class LaneRunner(Runner):
    """A runner whose jobs do not wait for one another, at most `width` at a time and never two with one id.

    A turn is short and a lane with more to do goes to the end of the line, so that all of them move on.
    """

    def __init__(self, tools: Tools, kinds: tuple[str, ...], *, width: int = WIDTH) -> None:
        super().__init__(tools, kinds)
        self._width = width
        self._pool = ThreadPoolExecutor(width, thread_name_prefix="counterfoil-lane")
        self._lock = threading.Lock()
        self._busy: dict[str, Future[None]] = {}

    def join(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        if not super().join(seconds):
            return False
        self._pool.shutdown(wait=False, cancel_futures=True)
        return not wait(self._running(), timeout=max(0.0, until - time.monotonic())).not_done

    def drain(self) -> int:
        count = 0
        while (ran := self._run_batch()) or self._running():
            count += ran
            wait(self._running())
        return count

    def _run_batch(self) -> int:
        """Begins what is due in free lanes; returns how many jobs it began."""
        free = self._width - len(self._running())
        if free <= 0:
            return 0
        # What is claimed is not found again while it runs; what is not, is.
        rows = self._take(free if self._is_claiming else self._width)
        begun = [row for row in rows if self._begin(row)]
        self._give_back([row for row in rows if row not in begun])
        return len(begun)

    def _begin(self, row: JobRow) -> bool:
        with self._lock:
            if row.id in self._busy or len(self._busy) >= self._width or self._stopping.is_set():
                return False
            self._busy[row.id] = self._pool.submit(self._run_lane, row)
        return True

    def _seconds_until_due(self) -> float:
        # A job that is being run may be due again already: its end wakes this thread.
        return IDLE_SECONDS if self._running() else super()._seconds_until_due()

    def _running(self) -> list[Future[None]]:
        with self._lock:
            return list(self._busy.values())

    def _run_lane(self, row: JobRow) -> None:
        try:
            with self._tools.gate.passed():
                try:
                    self._run_one(row)
                finally:
                    self._give_back([row])
        except Exception as error:
            self._tools.outage.failed(error)
        finally:
            with self._lock:
                del self._busy[row.id]
            self.wake()
