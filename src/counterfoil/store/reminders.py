"""Reminders of clients, and the days on which they come up for an invoice.

`reminder_days` is filled when an invoice is finalized and when a client's rules change, so that the scheduler reads
what is due and nothing else, however many invoices there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, text, update

from counterfoil.store import listing
from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import ReminderDayRow
from counterfoil.store.tables import UNPAID, client_invoices, reminder_days, reminders
from counterfoil.store.upsert import insert_new

_OF_CLIENT = Prepared(
    select(reminders.c.body).where(
        reminders.c.organization_id == bindparam("organization_id"), reminders.c.client_id == bindparam("client_id")
    )
)
_PLAN = insert_new(reminder_days, ("organization_id", "invoice_id", "days"))
_d = reminder_days.c


class UnpaidInvoice(NamedTuple):
    """An invoice that may be reminded of."""

    id: str
    due_date: str


def get(conn: Connection, organization_id: str, reminder_id: str) -> str | None:
    """The reminders with this id as JSON; None when absent or another organization's."""
    query = select(reminders.c.body).where(
        reminders.c.organization_id == organization_id, reminders.c.id == reminder_id
    )
    return conn.execute(query).scalar()


def of_client(conn: Connection, organization_id: str, client_id: str) -> str | None:
    """A client's reminders as JSON; None when it has none."""
    body: str | None = _OF_CLIENT.value(conn, organization_id=organization_id, client_id=client_id)
    return body


def insert_reminder(
    conn: Connection, organization_id: str, *, reminder_id: str, client_id: str, created_at: str, body: str
) -> None:
    """Adds a client's reminders."""
    values = {
        "organization_id": organization_id, "id": reminder_id, "client_id": client_id, "created_at": created_at,
        "updated_at": created_at, "body": body,
    }  # fmt: skip
    conn.execute(insert(reminders), values)


def update_reminder(conn: Connection, organization_id: str, *, reminder_id: str, updated_at: str, body: str) -> None:
    """Replaces a client's reminders."""
    conn.execute(
        update(reminders)
        .where(reminders.c.organization_id == organization_id, reminders.c.id == reminder_id)
        .values(updated_at=updated_at, body=body)
    )


def delete_reminder(conn: Connection, organization_id: str, reminder_id: str) -> None:
    """Removes a client's reminders."""
    conn.execute(delete(reminders).where(reminders.c.organization_id == organization_id, reminders.c.id == reminder_id))


def page(
    conn: Connection,
    organization_id: str,
    client_ids: Sequence[str] | None,
    *,
    is_descending: bool,
    limit: int,
    skip: int,
) -> tuple[int, list[str]]:
    """The number of matches and one page of them as JSON, in order of creation."""
    conditions = [] if client_ids is None else [reminders.c.client_id.in_(client_ids)]
    return listing.page(
        conn, organization_id, reminders, conditions, sort=reminders.c.created_at, is_descending=is_descending,
        limit=limit, skip=skip, has_own_index=client_ids is not None,
    )  # fmt: skip


def unpaid_of_client(conn: Connection, organization_id: str, client_id: str, due_from: str) -> list[UnpaidInvoice]:
    """A client's unpaid invoices that are due on `due_from` or later; imported ones were issued elsewhere."""
    c = client_invoices.c
    query = select(c.id, c.due_date).where(
        c.organization_id == organization_id, c.client_id == client_id, c.due_date >= due_from, text(UNPAID)
    )
    return [UnpaidInvoice._make(row) for row in conn.execute(query)]


def plan(conn: Connection, organization_id: str, days: Iterable[tuple[str, int, str]]) -> None:
    """Puts down on which day a rule comes up for an invoice; what was put down or decided before stays.

    days: (invoice's id, days after the due date, that day).
    """
    rows = [
        {
            "organization_id": organization_id, "invoice_id": invoice_id, "days": offset, "waits_for": day,
            "outcome": "", "email_id": None,
        }
        for invoice_id, offset, day in days
    ]  # fmt: skip
    if rows:
        conn.execute(_PLAN[conn.dialect.name], rows)


def due_organizations(conn: Connection, day: str) -> list[str]:
    """Organizations with a reminder that waits for `day` or earlier: for the scheduler, which serves all of them."""
    # An expression: for the bare column SQLite would walk along all of another index, to have them in order.
    found = select(func.coalesce(_d.organization_id, "")).where(_d.waits_for <= day).distinct()
    return list(conn.execute(found).scalars())


def due(conn: Connection, organization_id: str, *, day: str, limit: int) -> list[str]:
    """Ids of invoices with a reminder that waits for `day` or earlier, those first that wait longest."""
    query = (
        select(_d.invoice_id)
        .where(_d.organization_id == organization_id, _d.waits_for <= day)
        .order_by(_d.waits_for, _d.invoice_id)
        .limit(limit)
    )
    return list(dict.fromkeys(conn.execute(query).scalars()))


def next_day(conn: Connection, organization_id: str, after: str) -> str | None:
    """The first day after `after` for which a reminder waits."""
    query = select(func.min(_d.waits_for))
    return conn.execute(query.where(_d.organization_id == organization_id, _d.waits_for > after)).scalar()


def of_invoice(conn: Connection, organization_id: str, invoice_id: str) -> list[ReminderDayRow]:
    """All reminders of an invoice, waiting or decided, in the order of their days."""
    query = (
        select(reminder_days)
        .where(_d.organization_id == organization_id, _d.invoice_id == invoice_id)
        .order_by(_d.days)
    )
    return [ReminderDayRow._make(row) for row in conn.execute(query)]


def decide(
    conn: Connection, organization_id: str, waiting: ReminderDayRow, *, outcome: str, email_id: str | None = None
) -> bool:
    """Ends a reminder's waiting for good; False, and nothing written, when another did so since it was read."""
    result = conn.execute(
        update(reminder_days)
        .where(*_still(organization_id, waiting))
        .values(waits_for=None, outcome=outcome, email_id=email_id)
    )
    return result.rowcount == 1


def forget(conn: Connection, organization_id: str, waiting: ReminderDayRow) -> None:
    """Removes a waiting reminder that has become needless, as if it had never been planned."""
    conn.execute(delete(reminder_days).where(*_still(organization_id, waiting)))


def _still(organization_id: str, waiting: ReminderDayRow) -> tuple[ColumnElement[bool], ...]:
    return (
        _d.organization_id == organization_id,
        _d.invoice_id == waiting.invoice_id,
        _d.days == waiting.days,
        _d.waits_for.is_not(None),
    )
