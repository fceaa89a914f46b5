"""The job runners as a part of the server: built beside its start, ended with it."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from counterfoil.jobs import pending_uploads, webhooks
from counterfoil.operations.work import SCHEDULE, Works
from counterfoil.ports.clock import timestamp
from counterfoil.store import approvals, idempotency, queue

if TYPE_CHECKING:
    from counterfoil.jobs.handlers import Tools
    from counterfoil.jobs.runner import Runner
    from counterfoil.jobs.scheduler import Scheduler

log = logging.getLogger("counterfoil.jobs")
TIDY_EVERY_SECONDS = 3600
# One thread each: a slow mail server must not keep a PDF waiting.
KINDS = (("render",), ("send_email",), ("submit_einvoice", "poll_einvoices", "send_einvoice_status"))
# A few threads in turn: a slow receiver must not keep the others waiting.
LANES = ("deliver_webhook",)


class JobService:
    """Runs jobs in threads of this process.

    make_tools: builds what handlers work with, and tells how to close it; called in a thread, since it imports much.
    keep_answers: how long idempotency records are kept.
    """

    def __init__(
        self, works: Works, make_tools: Callable[[], tuple[Tools, Callable[[], None]]], *, keep_answers: timedelta
    ) -> None:
        self._works = works
        self._make_tools = make_tools
        self._keep_answers = keep_answers
        self._tools: Tools | None = None
        self._runners: list[Runner | Scheduler] = []
        self._close_tools: Callable[[], None] = lambda: None
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="counterfoil-job-service", daemon=True)

    def start(self) -> None:
        """Begins; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the jobs at hand; nothing to do when it never began."""
        self._is_ending.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def wake_scheduler(self) -> None:
        """Looks for what is due now, soon and in its own thread."""
        self._wake(frozenset({SCHEDULE}))

    def tick_now(self) -> int:
        """Makes every invoice and reminder that is due now, in the caller's thread; answers how many."""
        from counterfoil.jobs.scheduler import Scheduler

        return Scheduler(self._works).tick()

    def play(self, put_clock: Callable[[datetime], None], until: datetime) -> None:
        """Puts the clock to `until` by way of each day on which something falls due, as if time had passed."""
        from counterfoil.jobs.scheduler import Scheduler

        Scheduler(self._works).play(put_clock, until)

    def _run(self) -> None:
        try:
            self._begin()
            while not self._is_ending.wait(TIDY_EVERY_SECONDS):
                self._tidy()
        except Exception:
            log.exception("the jobs stopped: no PDF is made and no mail is sent until the server is started again")
        finally:
            for runner in self._runners:
                runner.stop()
            self._close_tools()

    def _begin(self) -> None:
        from counterfoil.jobs.lanes import LaneRunner
        from counterfoil.jobs.runner import Runner
        from counterfoil.jobs.scheduler import Scheduler

        tools, self._close_tools = self._make_tools()
        if self._works.database.is_sqlite:
            # Nobody else runs jobs on this file, so what is claimed was left by a process that died.
            with self._works.database.write() as conn:
                queue.release_claims(conn)
        self._tools = tools
        self._runners += [Runner(tools, kinds) for kinds in KINDS]
        self._runners += [LaneRunner(tools, LANES), Scheduler(self._works)]
        self._works.on_jobs = self._wake
        for runner in self._runners:
            runner.start()
        self._tidy()

    def hurry(self) -> None:
        """Looks for what is due at once: the clock was set."""
        for runner in self._runners:
            runner.wake()

    def done(self) -> Counter[str]:
        """How many jobs this service did so far, by kind."""
        return self._tools.gate.done() if self._tools else Counter()

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """No job runs inside the block; those at hand are waited for."""
        if self._tools is None:
            yield
            return
        with self._tools.gate.closed():
            yield

    def _wake(self, kinds: frozenset[str]) -> None:
        for runner in self._runners:
            if not kinds.isdisjoint(runner.kinds):
                runner.wake()

    def _tidy(self) -> None:
        oldest = timestamp(self._works.clock.now() - self._keep_answers)
        with self._works.database.write() as conn:
            idempotency.forget_before(conn, oldest)
            approvals.forget_before(conn, oldest)
        if self._tools:
            pending_uploads.tidy(self._tools)
            webhooks.tidy(self._tools)
