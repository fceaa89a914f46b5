"""The job runners as a part of the server: built beside its start, ended with it."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from counterfoil.jobs import pending_uploads, webhooks
from counterfoil.operations.attempts import KEPT as ATTEMPTS_KEPT
from counterfoil.operations.work import SCHEDULE, Works
from counterfoil.ports.clock import timestamp
from counterfoil.store import approvals, attempts, idempotency, queue

if TYPE_CHECKING:
    from counterfoil.jobs.handlers import Tools
    from counterfoil.jobs.leases import Heart
    from counterfoil.jobs.runner import Runner
    from counterfoil.jobs.scheduler import Scheduler

log = logging.getLogger("counterfoil.jobs")
TIDY_EVERY_SECONDS = 3600
# How long the jobs at hand may go on once they are told to end: then they are given back.
STOP_SECONDS = 20
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
        self._ends_at: float | None = None
        self._tidied_at: float | None = None
        self._heart: Heart | None = None
        self._thread = threading.Thread(target=self._run, name="counterfoil-job-service", daemon=True)

    def start(self) -> None:
        """Begins; returns at once."""
        self._thread.start()

    def end(self) -> None:
        """Takes up nothing more, and waits for nothing: `stop` does. Again: nothing more happens."""
        if self._ends_at is None:
            self._ends_at = time.monotonic() + STOP_SECONDS
        self._is_ending.set()
        for runner in list(self._runners):
            runner.end()

    def stop(self) -> None:
        """Ends after the jobs at hand, or gives them back where they take too long."""
        self.end()
        if self._thread.ident is None:
            return
        self._thread.join(timeout=self._seconds_left())
        self.end()  # those that began meanwhile
        still = [runner for runner in self._runners if not runner.join(self._seconds_left())]
        if self._heart:
            self._heart.stop()
        if self._tools:
            self._let_go(self._tools)
        if not still:
            self._close_tools()

    def _seconds_left(self) -> float:
        return max(0.0, (self._ends_at or 0.0) - time.monotonic())

    def _let_go(self, tools: Tools) -> None:
        """What is held is another's now. Without it, it would count as if this process had died of it."""
        tools.at_hand.clear()
        try:
            count = tools.leases.let_go(self._works)
        except Exception as error:
            log.warning("jobs at hand could not be given back, and come back by themselves: %s", error)
        else:
            if count:
                log.warning("%d jobs took too long to end, and were given back", count)

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
        except Exception:
            log.exception("no job is run: no PDF is made and no mail is sent until this is started again")
            return
        while not self._is_ending.wait(0 if self._tidied_at is None else TIDY_EVERY_SECONDS):
            self._tidy_if_possible()

    def _begin(self) -> None:
        from counterfoil.jobs.lanes import LaneRunner
        from counterfoil.jobs.leases import Heart
        from counterfoil.jobs.runner import Runner
        from counterfoil.jobs.scheduler import Scheduler

        tools, self._close_tools = self._make_tools()
        while not self._take_over(tools):
            if self._is_ending.is_set():
                return
        self._tools = tools
        self._heart = Heart(self._works, tools.leases)
        self._runners += [Runner(tools, kinds) for kinds in KINDS]
        self._runners += [LaneRunner(tools, LANES), Scheduler(self._works, tools.outage)]
        self._works.on_jobs = self._wake
        for each in (self._heart, *self._runners):
            each.start()

    def _take_over(self, tools: Tools) -> bool:
        """Lets go of what a process that died held; False when the database is away. Nobody else runs a file's jobs."""
        if not self._works.database.is_sqlite:
            return True
        try:
            with self._works.database.write() as conn:
                queue.crashed(conn, tools.at_hand.left())
                queue.release_claims(conn)
        except Exception as error:
            self._is_ending.wait(tools.outage.failed(error))
            return False
        tools.at_hand.clear()
        tools.outage.over()
        return True

    def hurry(self) -> None:
        """Looks for what is due at once: the clock was set."""
        for runner in self._runners:
            runner.wake()

    def done(self) -> Counter[str]:
        """How many jobs this service did so far, by kind."""
        return self._tools.gate.done() if self._tools else Counter()

    def outcomes(self) -> Counter[tuple[str, str]]:
        """How many tries of this service ended how so far, by kind and outcome."""
        return self._tools.gate.outcomes() if self._tools else Counter()

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

    def _tidy_if_possible(self) -> None:
        self._tidied_at = time.monotonic()
        try:
            self._tidy()
        except Exception as error:
            log.warning("nothing was tidied; it will be within an hour: %s", error)

    def _tidy(self) -> None:
        now = self._works.clock.now()
        oldest = timestamp(now - self._keep_answers)
        with self._works.database.write() as conn:
            idempotency.forget_before(conn, oldest)
            approvals.forget_before(conn, oldest)
            attempts.forget_before(conn, timestamp(now - ATTEMPTS_KEPT))
        if self._tools:
            pending_uploads.tidy(self._tools)
            webhooks.tidy(self._tools)
