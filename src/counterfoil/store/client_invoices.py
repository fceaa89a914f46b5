"""Client invoices: one row a document, its two texts spliced when it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, func, insert, select, update

from counterfoil.store import paging
from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import InvoiceRow
from counterfoil.store.tables import client_invoices, public_links

KIND = "client_invoice"
SCHEMA_VERSION = 1

_BY_ID = (
    client_invoices.c.organization_id == bindparam("b_organization_id"), client_invoices.c.id == bindparam("b_id"),
)  # fmt: skip
_GET = Prepared(select(client_invoices).where(*_BY_ID))
_NUMBER_TAKEN = Prepared(
    select(client_invoices.c.id).where(
        client_invoices.c.organization_id == bindparam("organization_id"),
        client_invoices.c.number == bindparam("number"),
    )
)
_INSERT = Prepared(insert(client_invoices))
_INSERT_LINK = Prepared(insert(public_links))
_LINK = Prepared(
    select(public_links.c.organization_id, public_links.c.document_id).where(
        public_links.c.token == bindparam("token"), public_links.c.document_kind == KIND
    )
)
_CHANGEABLE = (
    "status", "number", "client_id", "issue_date", "due_date", "total_amount_cents", "updated_at", "finalized_at",
    "version", "frozen", "live",
)  # fmt: skip
_LIVING = ("status", "updated_at", "version", "live")
_CHANGE = Prepared(update(client_invoices).where(*_BY_ID), columns=_CHANGEABLE)
_LIVE_ON = Prepared(update(client_invoices).where(*_BY_ID), columns=_LIVING)


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What a list asks for. Times and dates are texts as stored; bounds are inclusive."""

    statuses: tuple[str, ...] | None = None
    include_imported: bool = False
    created_at_from: str | None = None
    created_at_to: str | None = None
    updated_at_from: str | None = None
    updated_at_to: str | None = None
    due_date: str | None = None
    due_date_from: str | None = None
    due_date_to: str | None = None
    issue_date_from: str | None = None
    issue_date_to: str | None = None
    number: str | None = None
    client_id: str | None = None

    @property
    def is_counted(self) -> bool:
        """Whether the kept counts answer it, so that any page is fast."""
        return all(
            getattr(self, name) is None for name in self.__slots__ if name not in ("statuses", "include_imported")
        )


def get(conn: Connection, organization_id: str, invoice_id: str) -> InvoiceRow | None:
    """The invoice; None when absent or another organization's."""
    row = _GET.run(conn, b_organization_id=organization_id, b_id=invoice_id).fetchone()
    return InvoiceRow(*row) if row else None


def by_public_token(conn: Connection, token: str) -> InvoiceRow | None:
    """The invoice behind a public page's token. The token itself is the permission, so no organization is asked."""
    link = _LINK.run(conn, token=token).fetchone()
    return get(conn, *link) if link else None


def has_number(conn: Connection, organization_id: str, number: str, *, except_id: str | None = None) -> bool:
    """Whether another document of the organization has this number."""
    found = _NUMBER_TAKEN.value(conn, organization_id=organization_id, number=number)
    return found is not None and found != except_id


def insert_invoice(conn: Connection, organization_id: str, row: InvoiceRow) -> None:
    """Adds the row, its public link and its place in the counts."""
    _INSERT.run(conn, **_values(row))
    _INSERT_LINK.run(
        conn, token=row.public_token, organization_id=organization_id, document_kind=KIND, document_id=row.id
    )
    paging.add(conn, organization_id, KIND, status=row.status, imported=row.imported, seq=row.seq, step=1)


def replace(conn: Connection, organization_id: str, before: InvoiceRow, after: InvoiceRow) -> None:
    """Writes `after` over `before`; moves the counts when the status changed. A closed `frozen` is never written."""
    statement, columns = (_CHANGE, _CHANGEABLE) if before.finalized_at is None else (_LIVE_ON, _LIVING)
    changed = {name: getattr(after, name) for name in columns}
    statement.run(conn, b_organization_id=organization_id, b_id=before.id, **changed)
    if before.status != after.status:
        for status, step in ((before.status, -1), (after.status, 1)):
            paging.add(conn, organization_id, KIND, status=status, imported=before.imported, seq=before.seq, step=step)


def delete_draft(conn: Connection, organization_id: str, row: InvoiceRow) -> None:
    """Removes a draft with its link and its place in the counts; a trigger refuses anything finalized."""
    conn.execute(
        delete(client_invoices).where(
            client_invoices.c.organization_id == organization_id, client_invoices.c.id == row.id
        )
    )
    conn.execute(delete(public_links).where(public_links.c.token == row.public_token))
    paging.add(conn, organization_id, KIND, status=row.status, imported=row.imported, seq=row.seq, step=-1)


def page(
    conn: Connection, organization_id: str, wanted: InvoiceFilter, *, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[InvoiceRow]]:
    """The number of matches and one page of them, in order of creation."""
    conditions = _conditions(organization_id, wanted)
    if wanted.is_counted:
        start = paging.window(
            conn, organization_id, KIND,
            statuses=wanted.statuses, include_imported=wanted.include_imported, skip=skip, is_descending=is_descending,
        )  # fmt: skip
        if skip >= start.total:
            return start.total, []
        if start.bound is not None:
            seq = client_invoices.c.seq
            conditions.append(seq <= start.bound if is_descending else seq >= start.bound)
        total, offset = start.total, start.offset
    else:
        count = select(func.count()).select_from(client_invoices).where(and_(*conditions))
        total, offset = conn.execute(count).scalar_one(), skip
    rows = conn.execute(_page_query(organization_id, conditions, is_descending, limit, offset)).all()
    return total, [InvoiceRow(*row) for row in rows]


def _page_query(
    organization_id: str, conditions: Sequence[ColumnElement[bool]], is_descending: bool, limit: int, offset: int
) -> Select[Any]:
    # A deferred join: rows that OFFSET skips are read from the index alone, never their long texts.
    seq = client_invoices.c.seq
    order = seq.desc() if is_descending else seq
    inner = select(seq).where(and_(*conditions)).order_by(order).limit(limit).offset(offset)
    return (
        select(client_invoices)
        .where(client_invoices.c.organization_id == organization_id, seq.in_(inner.scalar_subquery()))
        .order_by(order)
    )


def _conditions(organization_id: str, wanted: InvoiceFilter) -> list[ColumnElement[bool]]:
    c = client_invoices.c
    conditions: list[ColumnElement[bool]] = [c.organization_id == organization_id]
    if not wanted.include_imported:
        conditions.append(c.imported.is_(False))
    if wanted.statuses is not None:
        conditions.append(
            c.status == wanted.statuses[0] if len(wanted.statuses) == 1 else c.status.in_(wanted.statuses)
        )
    for name in ("created_at", "updated_at", "due_date", "issue_date"):
        if (start := getattr(wanted, f"{name}_from")) is not None:
            conditions.append(c[name] >= start)
        if (end := getattr(wanted, f"{name}_to")) is not None:
            conditions.append(c[name] <= end)
    for name in ("due_date", "number", "client_id"):
        if (value := getattr(wanted, name)) is not None:
            conditions.append(c[name] == value)
    return conditions


def _values(row: InvoiceRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in InvoiceRow.__slots__}
