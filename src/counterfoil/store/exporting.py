"""All rows of one organization of a kind, in order, read as they are asked for: for exports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from counterfoil.store.rows import CreditNoteRow, DocumentRow, InvoiceRow, QuoteRow
from counterfoil.store.supplier_invoices import SupplierInvoiceRow
from counterfoil.store.tables import client_invoices, clients, credit_notes, products, quotes, supplier_invoices

_BATCH = 200
_KINDS: dict[str, tuple[Any, Any]] = {
    "client_invoice": (client_invoices, InvoiceRow),
    "credit_note": (credit_notes, CreditNoteRow),
    "quote": (quotes, QuoteRow),
}


def count(conn: Connection, organization_id: str) -> int:
    """How many documents there are, of whatever kind, to show how far an export is."""
    tables = (client_invoices, credit_notes, quotes, supplier_invoices)
    queries = (select(func.count()).where(table.c.organization_id == organization_id) for table in tables)
    return sum(conn.execute(query).scalar_one() for query in queries)


def documents(
    conn: Connection, organization_id: str, kind: str, *, first_day: str, last_day: str
) -> Iterator[DocumentRow]:
    """What was issued from one day to another, by its date of issue; quotes in every state. In order of creation."""
    table, row_type = _KINDS[kind]
    query = select(table).where(
        table.c.organization_id == organization_id, table.c.issue_date >= first_day, table.c.issue_date <= last_day
    )
    if kind != "quote":
        query = query.where(table.c.finalized_at.is_not(None))
    for row in conn.execute(query.order_by(table.c.seq).execution_options(yield_per=_BATCH)):
        yield row_type._make(row)


def received(conn: Connection, organization_id: str, *, first_day: str, last_day: str) -> Iterator[SupplierInvoiceRow]:
    """Suppliers' documents, by their date of issue, or the day they came where it is not known. In order of arrival."""
    c = supplier_invoices.c
    day = func.coalesce(c.issue_date, func.substr(c.created_at, 1, 10))
    query = select(supplier_invoices).where(c.organization_id == organization_id, day >= first_day, day <= last_day)
    for row in conn.execute(query.order_by(c.seq).execution_options(yield_per=_BATCH)):
        yield SupplierInvoiceRow._make(row)


def client_bodies(conn: Connection, organization_id: str) -> Iterator[str]:
    """Every client as JSON, oldest first."""
    query = select(clients.c.body).where(clients.c.organization_id == organization_id)
    yield from conn.execute(
        query.order_by(clients.c.created_at, clients.c.id).execution_options(yield_per=_BATCH)
    ).scalars()


def product_bodies(conn: Connection, organization_id: str) -> Iterator[str]:
    """Every product as JSON, oldest first."""
    query = select(products.c.body).where(products.c.organization_id == organization_id)
    yield from conn.execute(
        query.order_by(products.c.created_at, products.c.id).execution_options(yield_per=_BATCH)
    ).scalars()
