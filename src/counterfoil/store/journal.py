"""The journal: what happened to what, when, by whom. Only ever added, each entry chained to the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from counterfoil.domain.journal import GENESIS, JournalEntry, hash_of, state_of
from counterfoil.store import touched
from counterfoil.store.journal_tables import journal
from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import organizations

# What closes a document for good: an answer closes a quote.
_ISSUING = ("finalized", "created_and_finalized", "accepted", "declined")
_INSERT = Prepared(insert(journal))
_SET_HEAD = Prepared(
    update(organizations).where(organizations.c.id == bindparam("organization_id")),
    columns=("journal_position", "journal_hash"),
)
_HASH_OF = Prepared(
    select(journal.c.hash)
    .where(
        journal.c.organization_id == bindparam("organization_id"),
        journal.c.subject_id == bindparam("subject_id"),
        or_(*(journal.c.type == each for each in _ISSUING)),
    )
    .order_by(journal.c.position)
    .limit(1)
)


class Head(NamedTuple):
    """The end of an organization's chain. position: 0 and hash: GENESIS while there is no entry."""

    position: int = 0
    hash: str = GENESIS


class Said(NamedTuple):
    """An entry before it has its place: see JournalEntry."""

    type: str
    subject_kind: str
    subject_id: str
    data: str = "{}"


def append(
    conn: Connection,
    organization_id: str,
    head: Head,
    said: Sequence[Said],
    *,
    principal: str,
    client: str,
    request_id: str,
    occurred_at: str,
) -> Head:
    """Adds entries behind `head` and returns the new one.

    The last entry of each issued document that was touched carries its state; a document of which nothing was said
    gets an entry "changed".
    """
    states = {subject: state_of(columns) for subject, columns in touched.of(conn).items()}
    spoken = {(each.subject_kind, each.subject_id) for each in said}
    all_said = [*said, *(Said("changed", kind, subject) for kind, subject in states if (kind, subject) not in spoken)]
    last = {(each.subject_kind, each.subject_id): index for index, each in enumerate(all_said)}
    for index, each in enumerate(all_said):
        subject = (each.subject_kind, each.subject_id)
        state = states.get(subject, "") if last[subject] == index else ""
        bare = JournalEntry(
            organization_id, head.position + 1, each.type, each.subject_kind, each.subject_id, principal, client,
            request_id, occurred_at, each.data, state, "",
        )  # fmt: skip
        entry = bare._replace(hash=hash_of(bare, head.hash))
        _INSERT.run(conn, **entry._asdict())
        head = Head(entry.position, entry.hash)
    if all_said:
        _SET_HEAD.run(conn, organization_id=organization_id, journal_position=head.position, journal_hash=head.hash)
    touched.of(conn).clear()
    return head


def of_document(conn: Connection, organization_id: str, document_id: str) -> list[tuple[str, str, str, str]]:
    """(type, principal, occurred_at, data) of the entries about one document, oldest first."""
    query = (
        select(journal.c.type, journal.c.principal, journal.c.occurred_at, journal.c.data)
        .where(journal.c.organization_id == organization_id, journal.c.subject_id == document_id)
        .order_by(journal.c.position)
    )
    return [tuple(row) for row in conn.execute(query)]


def last_of(conn: Connection, organization_id: str, kind: str, subject_id: str, type: str) -> str | None:
    """When this happened last to a subject; None for never."""
    query = select(journal.c.occurred_at).where(
        journal.c.organization_id == organization_id,
        journal.c.subject_id == subject_id,
        journal.c.subject_kind == kind,
        journal.c.type == type,
    )
    found: str | None = conn.execute(query.order_by(journal.c.position.desc()).limit(1)).scalar()
    return found


def hash_of_issue(conn: Connection, organization_id: str, document_id: str) -> str:
    """The hash of the entry with which a document was issued; "" when it was not, or before the journal was chained."""
    found: str | None = _HASH_OF.value(conn, organization_id=organization_id, subject_id=document_id)
    return found or ""


def entries(conn: Connection, organization_id: str, *, after: int = 0) -> Iterator[JournalEntry]:
    """The entries behind position `after`, in order, read as they are asked for."""
    query = select(journal).where(journal.c.organization_id == organization_id, journal.c.position > after)
    rows = conn.execution_options(stream_results=True).execute(query.order_by(journal.c.position))
    for row in rows:
        yield JournalEntry(*row)


def is_deleted(conn: Connection, organization_id: str, document_ids: Sequence[str]) -> bool:
    """Whether one of these documents was deleted."""
    query = select(journal.c.position).where(
        journal.c.organization_id == organization_id,
        journal.c.subject_id.in_(document_ids),
        journal.c.type == "deleted",
    )
    return conn.execute(query.limit(1)).fetchone() is not None
