"""Recurring invoices, and which period each of their invoices was made for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from counterfoil.store.rows import RecurringRow
from counterfoil.store.tables import recurring_invoices, recurring_periods

_LIVE = ("scheduled", "active")
_FIXED = ("organization_id", "id", "client_id", "created_at", "asked", "terms")
_c = recurring_invoices.c


@dataclass(frozen=True, slots=True)
class RecurringFilter:
    """What a list of recurring invoices asks for."""

    statuses: tuple[str, ...] | None = None
    client_id: str | None = None


def get(conn: Connection, organization_id: str, recurring_invoice_id: str) -> RecurringRow | None:
    """The recurring invoice; None when absent or another organization's."""
    query = select(recurring_invoices).where(_c.organization_id == organization_id, _c.id == recurring_invoice_id)
    row = conn.execute(query).first()
    return RecurringRow._make(row) if row else None


def insert_recurring(conn: Connection, organization_id: str, row: RecurringRow) -> None:
    """Adds it."""
    conn.execute(insert(recurring_invoices), row._asdict() | {"organization_id": organization_id})


def replace(conn: Connection, organization_id: str, before: RecurringRow, after: RecurringRow) -> bool:
    """Writes `after` over `before`; False, and nothing written, when it has moved on since `before` was read."""
    changed = {name: value for name, value in after._asdict().items() if name not in _FIXED}
    result = conn.execute(
        update(recurring_invoices)
        .where(
            _c.organization_id == organization_id,
            _c.id == before.id,
            _c.status == before.status,
            _c.next_period == before.next_period,
        )
        .values(changed)
    )
    return result.rowcount == 1


def page(
    conn: Connection, organization_id: str, wanted: RecurringFilter, *, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[RecurringRow]]:
    """The number of matches and one page of them, in order of creation."""
    conditions: list[ColumnElement[bool]] = [_c.organization_id == organization_id]
    if wanted.statuses:
        conditions.append(_c.status.in_(wanted.statuses))
    if wanted.client_id:
        conditions.append(_c.client_id == wanted.client_id)
    total = conn.execute(select(func.count()).select_from(recurring_invoices).where(and_(*conditions))).scalar_one()
    order = (_c.created_at.desc(), _c.id.desc()) if is_descending else (_c.created_at, _c.id)
    ids = select(_c.id).where(*conditions).order_by(*order).limit(limit).offset(skip)
    query = select(recurring_invoices).where(_c.organization_id == organization_id, _c.id.in_(ids)).order_by(*order)
    return total, [RecurringRow._make(row) for row in conn.execute(query)]


def of_client(conn: Connection, organization_id: str, client_id: str) -> list[RecurringRow]:
    """All of a client's, oldest first."""
    query = (
        select(recurring_invoices)
        .where(_c.organization_id == organization_id, _c.client_id == client_id)
        .order_by(_c.created_at, _c.id)
    )
    return [RecurringRow._make(row) for row in conn.execute(query)]


def has_live(conn: Connection, organization_id: str) -> bool:
    """Whether one of the organization's is scheduled or active."""
    query = select(_c.id).where(_c.organization_id == organization_id, _c.status.in_(_LIVE)).limit(1)
    return conn.execute(query).first() is not None


def due_organizations(conn: Connection, day: str) -> list[str]:
    """Organizations that have one whose next day is `day` or earlier: for the scheduler, which serves all of them."""
    # An expression: for the bare column SQLite would walk along all of another index, to have them in order.
    found = select(func.coalesce(_c.organization_id, "")).where(_c.next_invoice_date <= day).distinct()
    return list(conn.execute(found).scalars())


def due(conn: Connection, organization_id: str, *, day: str, now: str, retry_latest: str, limit: int) -> list[str]:
    """Ids of those whose next day is `day` or earlier, the oldest first; one that failed only once its pause is over.

    retry_latest: no honest pause ends after it: one that does was set before the clock was put back.
    """
    is_rested = or_(_c.retry_at.is_(None), _c.retry_at <= now, _c.retry_at > retry_latest)
    query = (
        select(_c.id)
        .where(_c.organization_id == organization_id, _c.next_invoice_date <= day, is_rested)
        .order_by(_c.next_invoice_date, _c.id)
        .limit(limit)
    )
    return list(conn.execute(query).scalars())


def next_day(conn: Connection, organization_id: str, after: str) -> str | None:
    """The first day after `after` on which one falls due."""
    query = select(func.min(_c.next_invoice_date))
    return conn.execute(query.where(_c.organization_id == organization_id, _c.next_invoice_date > after)).scalar()


def add_period(
    conn: Connection, organization_id: str, *, recurring_invoice_id: str, period_date: str, invoice_id: str
) -> None:
    """Writes down which invoice was made for a period. Fails when one was: a period cannot have two."""
    values = {
        "organization_id": organization_id, "recurring_invoice_id": recurring_invoice_id, "period_date": period_date,
        "invoice_id": invoice_id,
    }  # fmt: skip
    conn.execute(insert(recurring_periods), values)
