"""What falls due by itself: the invoices of recurring invoices, and reminders.

Each is a write of its own that reads its row again, does what is due and moves the row on, all in one commit. So any
number of schedulers, restarts and clocks put forward or back give one invoice and one reminder a period: whoever comes
second finds nothing left to do.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from counterfoil.errors import BillingError, Fault
from counterfoil.jobs.outage import Outage
from counterfoil.operations import recurring_invoices, reminders
from counterfoil.operations.work import SCHEDULE, Actor, Work, Works
from counterfoil.ports.clock import timestamp
from counterfoil.store import organizations
from counterfoil.store import recurring_invoices as recurring_rows
from counterfoil.store import reminders as reminder_rows

log = logging.getLogger("counterfoil.jobs")
TICK_SECONDS = 30
BATCH = 100
STEPS_MOST = 1_000
# Nowhere is a day older than in the islands that are so far ahead of UTC.
FURTHEST_AHEAD = timedelta(hours=14)

Look = Callable[[Work, int], list[str]]


class Scheduler:
    """A thread that looks for what is due, every half minute and when woken. tick(): the same, in one's own thread."""

    kinds = (SCHEDULE,)

    def __init__(self, works: Works, outage: Outage | None = None) -> None:
        self._works = works
        self._outage = outage or Outage()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="counterfoil-scheduler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def end(self) -> None:
        """Lets it end after the invoice or reminder at hand; waits for nothing."""
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

    def tick(self) -> int:
        """Makes every invoice and reminder that is due in its organization's day; answers how many.

        Invoices first: one that is made today may have a reminder today.
        """
        made = self._each(recurring_rows.due_organizations, _due_recurring, self._make_invoice)
        return made + self._each(reminder_rows.due_organizations, _due_reminders, self._remind)

    def play(self, put_clock: Callable[[datetime], None], until: datetime) -> None:
        """Puts the clock to `until` by way of each day before it on which something falls due, and ticks on each.

        So a sandbox's invoices and reminders bear the days that they would bear had time passed.
        """
        for _ in range(STEPS_MOST):
            moment = self._next_midnight()
            if moment is None or moment > until or self._stopping.is_set():
                break
            put_clock(moment)
            self.tick()
        put_clock(until)
        self.tick()

    def _next_midnight(self) -> datetime | None:
        """When the next day begins, in its organization's zone, on which something falls due."""
        with self._works.database.read() as conn:
            every = organizations.every(conn)
        return min(filter(None, map(self._next_midnight_of, (each.id for each in every))), default=None)

    def _next_midnight_of(self, organization_id: str) -> datetime | None:
        with self._works.read(Actor(organization_id, "scheduler", client="scheduler")) as work:
            today = work.today.isoformat()
            found = (rows.next_day(work.conn, organization_id, today) for rows in (recurring_rows, reminder_rows))
            day = min(filter(None, found), default=None)
            zone = ZoneInfo(work.profile.time_zone)
        return datetime.combine(date.fromisoformat(day), time(), zone).astimezone(UTC) if day else None

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.tick()
            except Exception as error:
                # However often it is woken: what failed will fail again at once.
                self._stopping.wait(self._outage.failed(error))
                continue
            self._outage.over()
            self._wake.wait(TICK_SECONDS)

    def _each(self, organizations: Callable[..., Iterable[str]], look: Look, act: Callable[[Actor, str], bool]) -> int:
        latest = (self._works.clock.now() + FURTHEST_AHEAD).date().isoformat()
        with self._works.database.read() as conn:
            found = list(organizations(conn, latest))
        return sum(self._of_organization(Actor(each, "scheduler", client="scheduler"), look, act) for each in found)

    def _of_organization(self, actor: Actor, look: Look, act: Callable[[Actor, str], bool]) -> int:
        """Acts on what `look` finds until it finds nothing new; what could not be done is left for a later tick."""
        count = 0
        left: set[str] = set()
        while not self._stopping.is_set():
            with self._works.read(actor) as work:
                found = [each for each in look(work, BATCH + len(left)) if each not in left]
            if not found:
                break
            for each in found:
                if self._stopping.is_set():
                    break
                if act(actor, each):
                    count += 1
                else:
                    left.add(each)
        return count

    def _make_invoice(self, actor: Actor, recurring_invoice_id: str) -> bool:
        try:
            with self._works.write(actor) as work:
                return recurring_invoices.make_due(work, recurring_invoice_id)
        except BillingError as error:
            faults = error.faults
        except Exception:
            log.exception("recurring invoice %s: a bug kept its invoice from being made", recurring_invoice_id)
            faults = (Fault("internal_server_error", "Something broke here; the server's log says more."),)
        log.warning("recurring invoice %s: no invoice was made: %s", recurring_invoice_id, faults[0].code)
        try:
            with self._works.write(actor) as work:
                recurring_invoices.record_failure(work, recurring_invoice_id, faults)
        except Exception:
            log.exception("recurring invoice %s: its failure could not be written down", recurring_invoice_id)
        return False

    def _remind(self, actor: Actor, invoice_id: str) -> bool:
        try:
            with self._works.write(actor) as work:
                return reminders.remind(work, invoice_id)
        except Exception:
            log.exception("invoice %s: its reminder could not be made; it will be tried again", invoice_id)
            return False


def _due_recurring(work: Work, limit: int) -> list[str]:
    return recurring_rows.due(
        work.conn, work.organization_id, day=work.today.isoformat(), now=work.timestamp,
        retry_latest=timestamp(work.now + recurring_invoices.LONGEST_PAUSE), limit=limit,
    )  # fmt: skip


def _due_reminders(work: Work, limit: int) -> list[str]:
    return reminder_rows.due(work.conn, work.organization_id, day=work.today.isoformat(), limit=limit)
