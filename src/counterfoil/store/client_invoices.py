"""Client invoices: one row a document, its two texts spliced when it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)

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
    return InvoiceRow._make(row) if row else None


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
    _INSERT.run(conn, **row._asdict())
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
    if wanted.is_counted:
        return _counted_page(conn, organization_id, wanted, is_descending=is_descending, limit=limit, skip=skip)
    conditions = _conditions(organization_id, wanted)
    count = select(func.count()).select_from(client_invoices).where(and_(*conditions))
    total = conn.execute(count).scalar_one()
    seqs = select(client_invoices.c.seq).where(*conditions)
    query = _deferred(organization_id, seqs, is_descending, limit, skip)
    return total, [InvoiceRow._make(row) for row in conn.execute(query)]


def _counted_page(
    conn: Connection, organization_id: str, wanted: InvoiceFilter, *, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[InvoiceRow]]:
    """The page of a filter that the kept counts answer: as fast at the end of a million as at the beginning."""
    start = paging.window(
        conn, organization_id, KIND,
        statuses=wanted.statuses, include_imported=wanted.include_imported, skip=skip, is_descending=is_descending,
    )  # fmt: skip
    if skip >= start.total:
        return start.total, []
    statuses = wanted.statuses or ()
    statement = _counted_query(len(statuses), wanted.include_imported, start.bound is not None, is_descending)
    values: dict[str, object] = {f"b_status_{n}": status for n, status in enumerate(statuses)}
    if start.bound is not None:
        values["b_bound"] = start.bound
    rows = statement.run(conn, b_organization_id=organization_id, b_limit=limit, b_offset=start.offset, **values)
    return start.total, list(map(InvoiceRow._make, rows.fetchall()))


@cache
def _counted_query(statuses: int, include_imported: bool, is_bounded: bool, is_descending: bool) -> Prepared:
    """The few shapes of such a page's statement. statuses: how many are asked for, 0 for any.

    Several statuses are merged from one index range each; an OR or IN would read through all the others' rows.
    """
    c = client_invoices.c
    kept: list[ColumnElement[bool]] = [c.organization_id == bindparam("b_organization_id")]
    if is_bounded:
        bound: BindParameter[int] = bindparam("b_bound")
        kept.append(c.seq <= bound if is_descending else c.seq >= bound)
    ranges: list[tuple[ColumnElement[bool], ...]]
    if statuses:
        ranges = [
            (c.imported.is_(imported), c.status == bindparam(f"b_status_{n}"))
            for imported in ((False, True) if include_imported else (False,))
            for n in range(statuses)
        ]
    else:
        ranges = [() if include_imported else (c.imported.is_(False),)]
    merged = union_all(*(select(c.seq).where(*kept, *narrowed) for narrowed in ranges))
    seqs = select(c.seq).where(*kept, *ranges[0]) if len(ranges) == 1 else merged
    limit, offset = bindparam("b_limit", type_=Integer), bindparam("b_offset", type_=Integer)
    return Prepared(_deferred(bindparam("b_organization_id"), seqs, is_descending, limit, offset))


def _deferred(
    organization_id: str | BindParameter[str],
    seqs: Select[tuple[int]] | CompoundSelect[tuple[int]],
    is_descending: bool,
    limit: int | BindParameter[int],
    offset: int | BindParameter[int],
) -> Select[Any]:
    """A deferred join: rows that OFFSET skips are read from the index alone, never their long texts."""
    seq = client_invoices.c.seq
    found = seqs.selected_columns.seq
    page = seqs.order_by(found.desc() if is_descending else found).limit(limit).offset(offset)
    return (
        select(client_invoices)
        .where(client_invoices.c.organization_id == organization_id, seq.in_(page))
        .order_by(seq.desc() if is_descending else seq)
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
