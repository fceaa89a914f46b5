"""Quotes: documents of the kind that a client accepts or declines, and that hold until a day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from counterfoil.store import documents
from counterfoil.store.rows import QuoteRow
from counterfoil.store.tables import quotes

KIND = "quote"
SCHEMA_VERSION = documents.SCHEMA_VERSION

DOCUMENTS = documents.Documents(
    KIND, quotes, QuoteRow._make,
    changeable=(
        "status", "number", "client_id", "issue_date", "expiry_date", "is_sent", "total_amount_cents", "updated_at",
        "finalized_at", "version", "frozen", "live",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class QuoteFilter(documents.DocumentFilter):
    """What a list of quotes asks for."""

    is_sent: bool | None = None


def get(conn: Connection, organization_id: str, quote_id: str) -> QuoteRow | None:
    """The quote; None when absent or another organization's."""
    return DOCUMENTS.get(conn, organization_id, quote_id)


def has_number(conn: Connection, organization_id: str, number: str, *, except_id: str | None = None) -> bool:
    """Whether another quote of the organization has this number."""
    return DOCUMENTS.has_number(conn, organization_id, number, except_id=except_id)


def insert_quote(conn: Connection, organization_id: str, row: QuoteRow) -> None:
    """Adds the row, its public link and its place in the counts."""
    DOCUMENTS.insert(conn, organization_id, row)


def replace(conn: Connection, organization_id: str, before: QuoteRow, after: QuoteRow) -> None:
    """Writes `after` over `before`; moves the counts when the status changed. A closed `frozen` stays as it is."""
    DOCUMENTS.replace(conn, organization_id, before, after)


def delete_quote(conn: Connection, organization_id: str, row: QuoteRow) -> None:
    """Removes a quote with its link and its place in the counts; a trigger refuses one that was answered."""
    DOCUMENTS.delete(conn, organization_id, row)


def page(
    conn: Connection, organization_id: str, wanted: QuoteFilter, *, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[QuoteRow]]:
    """The number of matches and one page of them, in order of creation."""
    return DOCUMENTS.page(conn, organization_id, wanted, is_descending=is_descending, limit=limit, skip=skip)
