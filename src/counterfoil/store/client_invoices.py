"""Client invoices: documents of the kind that may also be imported, and are due on a day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from counterfoil.store import documents
from counterfoil.store.rows import InvoiceRow
from counterfoil.store.tables import client_invoices

KIND = "client_invoice"
SCHEMA_VERSION = documents.SCHEMA_VERSION

DOCUMENTS = documents.Documents(
    KIND, client_invoices, InvoiceRow._make,
    changeable=(
        "status", "number", "client_id", "issue_date", "due_date", "total_amount_cents", "updated_at", "finalized_at",
        "version", "frozen", "live",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class InvoiceFilter(documents.DocumentFilter):
    """What a list of invoices asks for."""

    due_date: str | None = None
    due_date_from: str | None = None
    due_date_to: str | None = None


def get(conn: Connection, organization_id: str, invoice_id: str) -> InvoiceRow | None:
    """The invoice; None when absent or another organization's."""
    return DOCUMENTS.get(conn, organization_id, invoice_id)


def by_public_token(conn: Connection, token: str) -> InvoiceRow | None:
    """The invoice behind a public page's token. The token itself is the permission, so no organization is asked."""
    link = documents.by_token(conn, token)
    return get(conn, link.organization_id, link.document_id) if link and link.document_kind == KIND else None


def has_number(conn: Connection, organization_id: str, number: str, *, except_id: str | None = None) -> bool:
    """Whether another invoice of the organization has this number."""
    return DOCUMENTS.has_number(conn, organization_id, number, except_id=except_id)


def insert_invoice(conn: Connection, organization_id: str, row: InvoiceRow) -> None:
    """Adds the row, its public link and its place in the counts."""
    DOCUMENTS.insert(conn, organization_id, row)


def replace(conn: Connection, organization_id: str, before: InvoiceRow, after: InvoiceRow) -> None:
    """Writes `after` over `before`; moves the counts when the status changed. A closed `frozen` is never written."""
    DOCUMENTS.replace(conn, organization_id, before, after)


def delete_draft(conn: Connection, organization_id: str, row: InvoiceRow) -> None:
    """Removes a draft with its link and its place in the counts; a trigger refuses anything finalized."""
    DOCUMENTS.delete(conn, organization_id, row)


def page(
    conn: Connection, organization_id: str, wanted: InvoiceFilter, *, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[InvoiceRow]]:
    """The number of matches and one page of them, in order of creation."""
    return DOCUMENTS.page(conn, organization_id, wanted, is_descending=is_descending, limit=limit, skip=skip)
