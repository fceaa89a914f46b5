"""Which days an invoice's reminders wait for: put down when it is finalized, and when its client's rules change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from counterfoil.domain.reminder import Reminder, reminder_day
from counterfoil.operations.work import SCHEDULE, Work
from counterfoil.store import reminders as store
from counterfoil.store.rows import InvoiceRow


def plan_invoice(work: Work, row: InvoiceRow) -> None:
    """Put down the days of an invoice that is being finalized; those before today stay silent."""
    text = store.of_client(work.conn, work.organization_id, row.client_id)
    if text is not None:
        _plan(work, Reminder.model_validate_json(text), [store.UnpaidInvoice(row.id, row.due_date)])


def plan_client(work: Work, reminder: Reminder) -> None:
    """Put down the days of a client's unpaid invoices after its rules changed; those before today stay silent.

    What the rules before them put down goes on waiting: on its day it is looked up again, and dropped if its rule is
    gone.
    """
    earliest = work.today - timedelta(days=max(rule.days for rule in reminder.rules))
    unpaid = store.unpaid_of_client(work.conn, work.organization_id, reminder.client_id, earliest.isoformat())
    _plan(work, reminder, unpaid)


def _plan(work: Work, reminder: Reminder, invoices: Sequence[store.UnpaidInvoice]) -> None:
    today = work.today
    coming: dict[str, list[tuple[int, str]]] = {}
    for due_date in {invoice.due_date for invoice in invoices}:
        due = date.fromisoformat(due_date)
        days = [(rule.days, reminder_day(due, rule.days)) for rule in reminder.rules]
        coming[due_date] = [(offset, day.isoformat()) for offset, day in days if day >= today]
    store.plan(
        work.conn,
        work.organization_id,
        ((invoice.id, offset, day) for invoice in invoices for offset, day in coming[invoice.due_date]),
    )
    if any(day == today.isoformat() for days in coming.values() for _, day in days):
        work.wake(SCHEDULE)
