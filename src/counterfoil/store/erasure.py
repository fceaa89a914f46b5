"""What is kept of one person: found, and removed where it is no record of the books."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, delete, func, literal_column, or_, select, union_all, update

from counterfoil.store.access_tables import approvals, members, sessions, sign_in_links
from counterfoil.store.journal_tables import journal
from counterfoil.store.tables import (
    attachments,
    emails,
    idempotency_records,
    jobs,
    recurring_invoices,
    recurring_periods,
    supplier_invoices,
    webhook_deliveries,
)
from counterfoil.store.tables import client_invoices as invoices
from counterfoil.store.tables import clients as client_rows
from counterfoil.store.tables import credit_notes as credit_note_rows
from counterfoil.store.tables import quotes as quote_rows

# At most so many ids in one statement: drivers have a limit of their own.
_AT_ONCE = 200
_DOCUMENTS = {"client_invoice": invoices, "credit_note": credit_note_rows, "quote": quote_rows}
# Where texts are kept that repeat what was sent or answered, and their columns that do.
_REPEATING: dict[str, tuple[Table, tuple[str, ...]]] = {
    "webhook_deliveries": (webhook_deliveries, ("document_id", "body")),
    "approvals": (approvals, ("acts", "path", "body", "preview")),
}


class KeptDocument(NamedTuple):
    """A document of a client. is_closed: issued, or a quote that was answered: nothing changes it any more."""

    kind: str
    id: str
    number: str | None
    status: str
    issue_date: str
    is_closed: bool


def documents_of(conn: Connection, organization_id: str, client_id: str) -> list[KeptDocument]:
    """Every document of a client, by kind, in the order of creation."""
    found: list[KeptDocument] = []
    for kind, table in _DOCUMENTS.items():
        c = table.c
        imported: Any = c.imported if "imported" in c else literal_column("0")
        query = (
            select(c.id, c.number, c.status, c.issue_date, c.finalized_at, imported)
            .where(c.organization_id == organization_id, c.client_id == client_id)
            .order_by(c.seq)
        )
        found += [
            KeptDocument(kind, row[0], row[1], row[2], row[3], row[4] is not None or bool(row[5]))
            for row in conn.execute(query)
        ]
    return found


def emails_of(conn: Connection, organization_id: str, document_ids: Collection[str]) -> list[str]:
    """The ids of all mails about these documents."""
    return [
        str(found)
        for some in _pieces(document_ids)
        for found in conn.execute(
            select(emails.c.id).where(emails.c.organization_id == organization_id, emails.c.document_id.in_(some))
        ).scalars()
    ]


def forget_emails(conn: Connection, organization_id: str, email_ids: Collection[str]) -> int:
    """Removes mails: to whom, and what they said."""
    return sum(
        conn.execute(delete(emails).where(emails.c.organization_id == organization_id, emails.c.id.in_(some))).rowcount
        for some in _pieces(email_ids)
    )


def forget_recurring(conn: Connection, organization_id: str, client_id: str) -> int:
    """Removes a client's recurring invoices, which are canceled; what they made stays."""
    c = recurring_invoices.c
    mine = (c.organization_id == organization_id, c.client_id == client_id)
    ids = list(conn.execute(select(c.id).where(*mine)).scalars())
    for some in _pieces(ids):
        conn.execute(
            delete(recurring_periods).where(
                recurring_periods.c.organization_id == organization_id,
                recurring_periods.c.recurring_invoice_id.in_(some),
            )
        )
    return conn.execute(delete(recurring_invoices).where(*mine)).rowcount


def forget_mentions(conn: Connection, organization_id: str, ids: Collection[str]) -> dict[str, int]:
    """Removes what repeats answers or requests that name one of `ids`; how many, by the table's name."""
    return {name: _forget(conn, organization_id, table, columns, ids) for name, (table, columns) in _REPEATING.items()}


def forget_jobs(conn: Connection, organization_id: str, ids: Collection[str]) -> int:
    """Removes jobs that are about one of `ids`."""
    return _forget(conn, organization_id, jobs, ("id", "payload"), ids)


def blank_answers(conn: Connection, organization_id: str, ids: Collection[str], *, status: int, body: str) -> int:
    """Puts `body` in place of answers kept for repeated requests that name one of `ids`.

    The keys stay: a request that is repeated still makes nothing twice.
    """
    c = idempotency_records.c
    return sum(
        conn.execute(
            update(idempotency_records)
            .where(
                c.organization_id == organization_id, c.body != body, _mentions(idempotency_records, ("body",), some)
            )
            .values(status_code=status, body=body)
        ).rowcount
        for some in _pieces(ids)
    )


def attachments_of(conn: Connection, organization_id: str, document_ids: Collection[str]) -> list[tuple[str, str]]:
    """Id and SHA-256 of every file that was made for or attached to these documents."""
    found: list[tuple[str, str]] = []
    for some in _pieces(document_ids):
        query = select(attachments.c.id, attachments.c.sha256).where(
            attachments.c.organization_id == organization_id, attachments.c.document_id.in_(some)
        )
        found += [(row[0], row[1]) for row in conn.execute(query)]
    return found


def files_once_of(conn: Connection, organization_id: str, document_ids: Collection[str]) -> set[str]:
    """The SHA-256 of every file that these documents ever had, as the journal has it."""
    c = journal.c
    return {
        str(json.loads(text)["sha256"])
        for some in _pieces(document_ids)
        for text in conn.execute(
            select(c.data).where(
                c.organization_id == organization_id, c.subject_kind == "attachment", c.type == "stored",
                _mentions(journal, ("data",), some),
            )
        ).scalars()
    }  # fmt: skip


def still_kept(conn: Connection, keys: Collection[str]) -> set[str]:
    """Those of these SHA-256s that any organization has a file of: equal bytes are kept once for all of them."""
    kept: set[str] = set()
    for some in _pieces(keys):
        both = union_all(
            select(attachments.c.sha256).where(attachments.c.sha256.in_(some)),
            select(supplier_invoices.c.sha256).where(supplier_invoices.c.sha256.in_(some)),
        )
        kept |= set(conn.execute(both).scalars())
    return kept


def by_email(conn: Connection, organization_id: str, email: str) -> list[str]:
    """The ids of the clients with this address, oldest first."""
    c = client_rows.c
    query = (
        select(c.id).where(c.organization_id == organization_id, c.email == email.lower()).order_by(c.created_at, c.id)
    )
    return list(conn.execute(query).scalars())


def anonymise_member(conn: Connection, organization_id: str, member_id: str, *, moment: str) -> None:
    """Takes name, address and password from a member, who is shut out; the id stays, for the journal has it."""
    c = members.c
    conn.execute(
        update(members)
        .where(c.organization_id == organization_id, c.id == member_id)
        .values(
            email=f"{member_id}@erased.invalid", name="", password_hash="",
            disabled_at=func.coalesce(c.disabled_at, moment),
        )
    )  # fmt: skip
    for table in (sessions, sign_in_links):
        conn.execute(delete(table).where(table.c.organization_id == organization_id, table.c.member_id == member_id))


def _forget(conn: Connection, organization_id: str, table: Table, columns: Iterable[str], ids: Collection[str]) -> int:
    return sum(
        conn.execute(
            delete(table).where(table.c.organization_id == organization_id, _mentions(table, columns, some))
        ).rowcount
        for some in _pieces(ids)
    )


def _mentions(table: Table, columns: Iterable[str], ids: Collection[str]) -> ColumnElement[bool]:
    """Whether one of the columns has one of the ids in it."""
    return or_(*(table.c[column].contains(each, autoescape=True) for column in columns for each in ids))


def _pieces(values: Collection[str]) -> Iterable[list[str]]:
    listed = list(values)
    return (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))
