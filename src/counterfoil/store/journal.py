"""Events: what happened to which document, when, by whom. Only ever added."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import events

_INSERT = Prepared(insert(events))


def add(
    conn: Connection,
    organization_id: str,
    *,
    event_id: str,
    document_kind: str,
    document_id: str,
    type: str,
    principal: str,
    occurred_at: str,
    data: str,
) -> None:
    """Adds one event. data: a JSON object."""
    _INSERT.run(
        conn, organization_id=organization_id, id=event_id, document_kind=document_kind, document_id=document_id,
        type=type, principal=principal, occurred_at=occurred_at, data=data,
    )  # fmt: skip


def of_document(conn: Connection, organization_id: str, document_id: str) -> list[tuple[str, str, str, str]]:
    """(type, principal, occurred_at, data) of one document's events, oldest first."""
    query = (
        select(events.c.type, events.c.principal, events.c.occurred_at, events.c.data)
        .where(events.c.organization_id == organization_id, events.c.document_id == document_id)
        .order_by(events.c.id)
    )
    return [tuple(row) for row in conn.execute(query)]


def is_deleted(conn: Connection, organization_id: str, document_ids: Sequence[str]) -> bool:
    """Whether one of these documents was deleted."""
    query = select(events.c.id).where(
        events.c.organization_id == organization_id,
        events.c.document_id.in_(document_ids),
        events.c.type == "deleted",
    )
    return conn.execute(query.limit(1)).fetchone() is not None
