"""Which days an invoice's reminders wait for: put down when it is finalized, and when its client's rules change."""

from __future__ import annotations

from datetime import date, timedelta

from counterfoil.domain.reminder import Reminder, reminder_day
from counterfoil.operations.work import SCHEDULE, Work
from counterfoil.store import reminders as store
from counterfoil.store.rows import InvoiceRow


def plan_invoice(work: Work, row: InvoiceRow) -> None:
    """Put down the days of an invoice that is being finalized; those before today stay silent."""
    text = store.of_client(work.conn, work.organization_id, row.client_id)
    if text is not None:
        reminder = Reminder.model_validate_json(text)
        _plan(work, reminder, row.id, row.due_date)


def plan_client(work: Work, reminder: Reminder) -> None:
    """Put down the days of a client's unpaid invoices after its rules changed; those before today stay silent.

    What the rules before them put down goes on waiting: on its day it is looked up again, and dropped if its rule is
    gone.
    """
    earliest = work.today - timedelta(days=max(rule.days for rule in reminder.rules))
    unpaid = store.unpaid_of_client(work.conn, work.organization_id, reminder.client_id, earliest.isoformat())
    for invoice in unpaid:
        _plan(work, reminder, invoice.id, invoice.due_date)


def _plan(work: Work, reminder: Reminder, invoice_id: str, due_date: str) -> None:
    due, today = date.fromisoformat(due_date), work.today
    days = {rule.days: reminder_day(due, rule.days) for rule in reminder.rules}
    coming = {offset: day for offset, day in days.items() if day >= today}
    store.plan(work.conn, work.organization_id, invoice_id, [(offset, str(day)) for offset, day in coming.items()])
    if today in coming.values():
        work.wake(SCHEDULE)
