"""Runs jobs: claims a few, hands each to its handler, lets failures try again later.

Rendering and mailing have a thread each: a slow mail server must not keep a PDF waiting.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from datetime import datetime, timedelta

from counterfoil.jobs import einvoicing, handlers
from counterfoil.jobs.handlers import GaveUp, NotYet, Tools
from counterfoil.jobs.leases import HOLD
from counterfoil.ports.blobs import FilesAway
from counterfoil.ports.clock import timestamp
from counterfoil.store import queue
from counterfoil.store.rows import JobRow

log = logging.getLogger("counterfoil.jobs")
HANDLERS = {**handlers.HANDLERS, **einvoicing.HANDLERS}
# Kinds whose second run costs time and nothing else.
HARMLESS_TWICE = handlers.HARMLESS_TWICE.union(einvoicing.HANDLERS)
BATCH = 4
IDLE_SECONDS = 0.5
LONGEST_REST_SECONDS = 0.1
FILES_PAUSE = timedelta(seconds=5)
LOOK_AGAIN = timedelta(milliseconds=150)
FIRST_PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 4 * 3600
RENDER_ATTEMPTS = 8
# So often may a job take its process with it, or be at hand when that dies of something else.
CRASHES = 3


class Runner:
    """A thread that empties the queue of some kinds. wake(): there is work; stop(): finish the job at hand and end."""

    def __init__(self, tools: Tools, kinds: tuple[str, ...] = tuple(HANDLERS)) -> None:
        self._tools = tools
        self.kinds = kinds
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="counterfoil-jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def end(self) -> None:
        """Lets it end after the job at hand; waits for nothing."""
        self._stopping.set()
        self._wake.set()

    def join(self, seconds: float) -> bool:
        """Waits for its end, at most so long; whether it came."""
        if self._thread.is_alive():
            self._thread.join(timeout=seconds)
        return not self._thread.is_alive()

    def stop(self) -> None:
        self.end()
        self.join(15)

    def drain(self) -> int:
        """Runs what is due in this thread until nothing is left; returns how many jobs ran."""
        count = 0
        while ran := self._run_batch():
            count += ran
        return count

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                pause = 0 if self._run_politely() else self._seconds_until_due()
            except Exception as error:
                # However often it is woken: what failed will fail again at once.
                self._stopping.wait(self._tools.outage.failed(error))
                continue
            self._tools.outage.over()
            if pause > 0:
                self._wake.wait(pause)

    def _run_politely(self) -> int:
        """Runs a batch, and rests as long as it took when requests made new jobs meanwhile: half of the time is theirs.

        Without it a backlog would slow down the very requests that make it. Returns how many jobs ran.
        """
        started = time.monotonic()
        ran = self._run_batch()
        if ran and self._wake.is_set():
            self._stopping.wait(min(time.monotonic() - started, LONGEST_REST_SECONDS))
        return ran

    def _seconds_until_due(self) -> float:
        """How long to wait for the next job, 0 or less when one is due; at most IDLE_SECONDS."""
        works = self._tools.works
        now = works.clock.now()
        with works.database.read() as conn:
            due = queue.next_due(conn, timestamp(now), self.kinds)
        if due is None:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, (datetime.fromisoformat(due) - now).total_seconds())

    def _run_batch(self) -> int:
        ran = 0
        with self._tools.gate.passed():
            rows = self._take(BATCH)
            try:
                for row in rows:
                    if self._stopping.is_set():
                        break
                    self._run_one(row)
                    ran += 1
            finally:
                self._give_back(rows)
        return ran

    def _take(self, limit: int) -> list[JobRow]:
        """Up to `limit` due jobs, which are now this runner's."""
        works, leases = self._tools.works, self._tools.leases
        now = timestamp(works.clock.now())
        with works.database.read() as conn:
            rows = queue.due(conn, now, kinds=self.kinds, limit=limit)
        if rows and self._is_claiming:
            with works.database.write() as conn:
                claimed = queue.claim(conn, now, holder=leases.holder, hold=HOLD, kinds=self.kinds, limit=limit)
            rows = leases.took(claimed)
        return rows

    @property
    def _is_claiming(self) -> bool:
        """Where one process runs a file's jobs, nobody need be kept away from what may run twice: a write less."""
        return not (self._tools.works.database.is_sqlite and HARMLESS_TWICE.issuperset(self.kinds))

    def _give_back(self, rows: list[JobRow]) -> None:
        """What was claimed and is still there: it was enqueued again meanwhile, or was not begun."""
        self._tools.leases.give_back(self._tools.works, [row.id for row in rows])

    def _run_one(self, row: JobRow) -> None:
        handler = HANDLERS.get(row.kind)
        try:
            if handler is None:
                raise GaveUp(f"no handler for {row.kind}")
            payload = json.loads(row.payload)
            if row.crashes >= CRASHES:
                told = f"the process that ran it died, {row.crashes} times"
                handlers.note_given_up(self._tools, row, payload, told)
                raise GaveUp(told)
            with self._tools.at_hand.holding(row.id):
                handler(self._tools, row, payload)
            self._tools.gate.count(row.kind)
        except NotYet:
            self._later(row, LOOK_AGAIN, attempts=row.attempts, error=row.error, is_dead=False)
        except FilesAway as error:
            # No fault of the job's: it is not counted, and the document gets its files however long that lasts.
            log.warning("job %s (%s) waits for the files: %s", row.id, row.kind, error)
            self._later(row, FILES_PAUSE, attempts=row.attempts, error=str(error), is_dead=False)
        except GaveUp as error:
            log.error("job %s (%s) was laid aside: %s", row.id, row.kind, error)
            self._later(row, timedelta(0), attempts=row.attempts + 1, error=str(error), is_dead=True)
        except Exception as error:
            tries = row.attempts + 1
            pause = min(FIRST_PAUSE_SECONDS * 2 ** (tries - 1), LONGEST_PAUSE_SECONDS)
            is_dead = row.kind == "render" and tries >= RENDER_ATTEMPTS
            log.warning("job %s (%s) failed, attempt %d: %s", row.id, row.kind, tries, error)
            told = f"{type(error).__name__}: {error}"
            self._later(row, timedelta(seconds=pause), attempts=tries, error=told, is_dead=is_dead)

    def _later(self, row: JobRow, pause: timedelta, *, attempts: int, error: str, is_dead: bool) -> None:
        works = self._tools.works
        run_at = timestamp(works.clock.now() + pause)
        if attempts > row.attempts:
            self._tools.gate.failed(row.kind, is_dead=is_dead)
        with works.database.write() as conn:
            queue.retry(conn, row, run_at=run_at, attempts=attempts, error=error[:2000], is_dead=is_dead)
            queue.release(conn, holder=self._tools.leases.holder, ids=[row.id])
