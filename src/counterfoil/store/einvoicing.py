"""What was submitted to an e-invoicing network, and what the network said of it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from counterfoil.store.einvoicing_tables import einvoice_cursors, einvoice_events, einvoice_submissions
from counterfoil.store.prepared import Prepared
from counterfoil.store.upsert import insert_new, upsert


class SubmissionRow(NamedTuple):
    """One submission; see domain.einvoicing.SUBMISSION for its states. kind: of its file, "" until it is chosen."""

    organization_id: str
    document_kind: str
    document_id: str
    tracking_id: str
    network: str
    kind: str
    state: str
    flow_id: str | None
    requested_at: str
    submitted_at: str | None
    heard_at: str
    error: str


class EventRow(NamedTuple):
    """One event. body: as it came, JSON."""

    organization_id: str
    event_id: str
    document_kind: str
    document_id: str
    tracking_id: str
    status_code: int
    occurred_at: str
    received_at: str
    body: str


_OF_DOCUMENT = Prepared(
    select(einvoice_submissions)
    .where(
        einvoice_submissions.c.organization_id == bindparam("b_organization_id"),
        einvoice_submissions.c.document_id == bindparam("b_document_id"),
    )
    .order_by(einvoice_submissions.c.requested_at.desc(), einvoice_submissions.c.tracking_id.desc())
    .limit(1)
)
_GET = Prepared(
    select(einvoice_submissions).where(
        einvoice_submissions.c.organization_id == bindparam("b_organization_id"),
        einvoice_submissions.c.tracking_id == bindparam("b_tracking_id"),
    )
)
_INSERT = Prepared(insert(einvoice_submissions))
_ADD_EVENT = Prepared(insert_new(einvoice_events, ("organization_id", "event_id")))
_SET_CURSOR = Prepared(upsert(einvoice_cursors, ("organization_id", "network"), ("cursor",)))


def latest(conn: Connection, organization_id: str, document_id: str) -> SubmissionRow | None:
    """The document's newest submission; None when it was never asked for."""
    row = _OF_DOCUMENT.run(conn, b_organization_id=organization_id, b_document_id=document_id).fetchone()
    return SubmissionRow._make(row) if row else None


def get(conn: Connection, organization_id: str, tracking_id: str) -> SubmissionRow | None:
    """The submission; None when absent or another organization's."""
    row = _GET.run(conn, b_organization_id=organization_id, b_tracking_id=tracking_id).fetchone()
    return SubmissionRow._make(row) if row else None


def insert_submission(conn: Connection, organization_id: str, row: SubmissionRow) -> None:
    """Adds a submission."""
    _INSERT.run(conn, **row._asdict() | {"organization_id": organization_id})


def update_submission(conn: Connection, organization_id: str, row: SubmissionRow) -> None:
    """Writes the row over the one with its tracking id."""
    conn.execute(
        update(einvoice_submissions)
        .where(
            einvoice_submissions.c.organization_id == organization_id,
            einvoice_submissions.c.tracking_id == row.tracking_id,
        )
        .values(row._asdict())
    )


def last_heard(conn: Connection, organization_id: str, network: str, states: tuple[str, ...]) -> str | None:
    """When the submission that moved last among those in these states did so; None when there is none."""
    query = select(func.max(einvoice_submissions.c.heard_at)).where(
        einvoice_submissions.c.organization_id == organization_id,
        einvoice_submissions.c.network == network,
        einvoice_submissions.c.state.in_(states),
    )
    return conn.execute(query).scalar()


def quiet(conn: Connection, organization_id: str, state: str, before: str, *, limit: int) -> list[SubmissionRow]:
    """Submissions in a state that have not moved since `before`."""
    query = (
        select(einvoice_submissions)
        .where(
            einvoice_submissions.c.organization_id == organization_id,
            einvoice_submissions.c.state == state,
            einvoice_submissions.c.heard_at < before,
        )
        .limit(limit)
    )
    return [SubmissionRow._make(row) for row in conn.execute(query)]


def add_event(conn: Connection, organization_id: str, row: EventRow) -> bool:
    """Keeps an event. False when it is there already."""
    cursor = _ADD_EVENT.run(conn, **row._asdict() | {"organization_id": organization_id})
    return bool(cursor.rowcount)


def event(conn: Connection, organization_id: str, event_id: str) -> EventRow | None:
    """The event; None when absent or another organization's."""
    query = select(einvoice_events).where(
        einvoice_events.c.organization_id == organization_id, einvoice_events.c.event_id == event_id
    )
    row = conn.execute(query).first()
    return EventRow._make(row) if row else None


def events_of(conn: Connection, organization_id: str, document_id: str) -> list[EventRow]:
    """All events of a document, by when they happened."""
    query = (
        select(einvoice_events)
        .where(einvoice_events.c.organization_id == organization_id, einvoice_events.c.document_id == document_id)
        .order_by(einvoice_events.c.occurred_at, einvoice_events.c.event_id)
    )
    return [EventRow._make(row) for row in conn.execute(query)]


def cursor(conn: Connection, organization_id: str, network: str) -> str:
    """How far a network was listened to; "" when it never was."""
    query = select(einvoice_cursors.c.cursor).where(
        einvoice_cursors.c.organization_id == organization_id, einvoice_cursors.c.network == network
    )
    found: str | None = conn.execute(query).scalar()
    return found or ""


def set_cursor(conn: Connection, organization_id: str, network: str, value: str) -> None:
    """Keeps how far a network was listened to."""
    _SET_CURSOR.run(conn, organization_id=organization_id, network=network, cursor=value)
