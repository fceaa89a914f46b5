"""Runs jobs side by side, each id in a lane of its own: who is slow keeps only himself waiting."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait

from counterfoil.jobs.handlers import Tools
from counterfoil.jobs.runner import IDLE_SECONDS, Runner
from counterfoil.store.rows import JobRow

log = logging.getLogger("counterfoil.jobs")
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

    def stop(self) -> None:
        super().stop()
        self._pool.shutdown(cancel_futures=True)

    def drain(self) -> int:
        count = 0
        while (ran := self._run_batch()) or self._running():
            count += ran
            wait(self._running())
        return count

    def _run_batch(self) -> int:
        """Begins what is due in free lanes; returns how many jobs it began."""
        busy = len(self._running())
        if busy == self._width:
            return 0
        started = 0
        for row in self._take(self._width):
            with self._lock:
                if row.id not in self._busy and len(self._busy) < self._width:
                    self._busy[row.id] = self._pool.submit(self._run_lane, row)
                    started += 1
        return started

    def _seconds_until_due(self) -> float:
        # A job that is being run may be due again already: its end wakes this thread.
        return IDLE_SECONDS if self._running() else super()._seconds_until_due()

    def _running(self) -> list[Future[None]]:
        with self._lock:
            return list(self._busy.values())

    def _run_lane(self, row: JobRow) -> None:
        try:
            with self._tools.gate.passed():
                self._run_one(row)
        except Exception:
            log.exception("job %s (%s) could not be put back", row.id, row.kind)
        finally:
            with self._lock:
                del self._busy[row.id]
            self.wake()
