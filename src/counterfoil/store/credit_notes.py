"""Credit notes: documents that are closed from the beginning, and belong to an invoice. Its page is theirs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from counterfoil.store import documents
from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import CreditNoteRow
from counterfoil.store.tables import credit_notes

KIND = "credit_note"
SCHEMA_VERSION = documents.SCHEMA_VERSION
STATUS = "issued"

DOCUMENTS = documents.Documents(KIND, credit_notes, CreditNoteRow._make, documents.LIVING, has_page=False)


@dataclass(frozen=True)
class CreditNoteFilter(documents.DocumentFilter):
    """What a list of credit notes asks for."""

    invoice_id: str | None = None


_OF_INVOICE = Prepared(
    select(credit_notes)
    .where(
        credit_notes.c.organization_id == bindparam("organization_id"),
        credit_notes.c.invoice_id == bindparam("invoice_id"),
    )
    .order_by(credit_notes.c.seq)
)


def get(conn: Connection, organization_id: str, credit_note_id: str) -> CreditNoteRow | None:
    """The credit note; None when absent or another organization's."""
    return DOCUMENTS.get(conn, organization_id, credit_note_id)


def of_invoice(conn: Connection, organization_id: str, invoice_id: str) -> list[CreditNoteRow]:
    """All credit notes of an invoice, oldest first."""
    rows = _OF_INVOICE.run(conn, organization_id=organization_id, invoice_id=invoice_id)
    return list(map(CreditNoteRow._make, rows.fetchall()))


def has_number(conn: Connection, organization_id: str, number: str) -> bool:
    """Whether a credit note of the organization has this number."""
    return DOCUMENTS.has_number(conn, organization_id, number)


def insert_credit_note(conn: Connection, organization_id: str, row: CreditNoteRow) -> None:
    """Adds the row and its place in the counts."""
    DOCUMENTS.insert(conn, organization_id, row)


def replace(conn: Connection, organization_id: str, before: CreditNoteRow, after: CreditNoteRow) -> None:
    """Writes what lives on of `after` over `before`."""
    DOCUMENTS.replace(conn, organization_id, before, after)


def page(
    conn: Connection,
    organization_id: str,
    wanted: CreditNoteFilter,
    *,
    is_descending: bool,
    limit: int,
    skip: int,
) -> tuple[int, list[CreditNoteRow]]:
    """The number of matches and one page of them, in order of creation."""
    return DOCUMENTS.page(conn, organization_id, wanted, is_descending=is_descending, limit=limit, skip=skip)
