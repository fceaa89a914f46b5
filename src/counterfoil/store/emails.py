"""Mails asked for: queued, then sent or failed."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from counterfoil.store.rows import EmailRow
from counterfoil.store.tables import emails


def insert_email(conn: Connection, organization_id: str, row: EmailRow) -> None:
    """Adds a mail."""
    values = {name: getattr(row, name) for name in EmailRow.__slots__}
    conn.execute(insert(emails), values | {"organization_id": organization_id})


def get(conn: Connection, organization_id: str, email_id: str) -> EmailRow | None:
    """The mail; None when absent or another organization's."""
    query = select(emails).where(emails.c.organization_id == organization_id, emails.c.id == email_id)
    row = conn.execute(query).first()
    return EmailRow(*row) if row else None


def of_document(conn: Connection, organization_id: str, document_id: str) -> list[EmailRow]:
    """All mails of a document, oldest first."""
    query = (
        select(emails)
        .where(emails.c.organization_id == organization_id, emails.c.document_id == document_id)
        .order_by(emails.c.id)
    )
    return [EmailRow(*row) for row in conn.execute(query)]


def set_outcome(
    conn: Connection,
    organization_id: str,
    email_id: str,
    *,
    status: str,
    attempts: int,
    error: str,
    sent_at: str | None,
) -> None:
    """Records how an attempt ended."""
    conn.execute(
        update(emails)
        .where(emails.c.organization_id == organization_id, emails.c.id == email_id)
        .values(status=status, attempts=attempts, error=error, sent_at=sent_at)
    )
