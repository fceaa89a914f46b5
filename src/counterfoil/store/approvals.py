"""Approvals: what a credential asked for that a person must say yes to."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from counterfoil.store.access_tables import approvals
from counterfoil.store.rows import ApprovalRow

# Those that stand for a call that may come again; a spent one stands for nothing.
_STANDING = ("pending", "approved", "declined")


def insert_approval(conn: Connection, organization_id: str, row: ApprovalRow) -> None:
    """Adds an approval of the organization."""
    conn.execute(insert(approvals), row._asdict() | {"organization_id": organization_id})


def get(conn: Connection, organization_id: str, approval_id: str) -> ApprovalRow | None:
    """One approval, in whatever state."""
    query = select(approvals).where(approvals.c.organization_id == organization_id, approvals.c.id == approval_id)
    row = conn.execute(query).fetchone()
    return ApprovalRow(*row) if row else None


def standing(conn: Connection, organization_id: str, fingerprint: str, now: str) -> ApprovalRow | None:
    """The newest approval of this very call that is neither spent nor expired."""
    query = (
        select(approvals)
        .where(
            approvals.c.organization_id == organization_id,
            approvals.c.fingerprint == fingerprint,
            approvals.c.state.in_(_STANDING),
            approvals.c.expires_at > now,
        )
        .order_by(approvals.c.created_at.desc(), approvals.c.id)
        .limit(1)
    )
    row = conn.execute(query).fetchone()
    return ApprovalRow(*row) if row else None


def pending(conn: Connection, organization_id: str, now: str) -> list[ApprovalRow]:
    """What waits for a person, oldest first."""
    query = select(approvals).where(*_waiting(organization_id, now))
    found = conn.execute(query.order_by(approvals.c.created_at, approvals.c.id)).fetchall()
    return [ApprovalRow(*row) for row in found]


def closed(conn: Connection, organization_id: str, now: str, *, most: int) -> list[ApprovalRow]:
    """What was decided or ran out, the newest first."""
    query = select(approvals).where(
        approvals.c.organization_id == organization_id,
        or_(approvals.c.state != "pending", approvals.c.expires_at <= now),
    )
    newest = query.order_by(approvals.c.created_at.desc(), approvals.c.id).limit(most)
    return [ApprovalRow(*row) for row in conn.execute(newest)]


def count_pending(conn: Connection, organization_id: str, now: str, credential_id: str | None = None) -> int:
    """How many wait for a person, of one credential or of all."""
    query = select(func.count()).select_from(approvals).where(*_waiting(organization_id, now))
    if credential_id is not None:
        query = query.where(approvals.c.credential_id == credential_id)
    return int(conn.execute(query).scalar_one())


def decide(
    conn: Connection, organization_id: str, approval_id: str, *, state: str, decided_at: str, decided_by: str
) -> bool:
    """Writes a person's answer down; False when it is not pending any more."""
    result = conn.execute(
        update(approvals)
        .where(approvals.c.id == approval_id, *_waiting(organization_id, decided_at))
        .values(state=state, decided_at=decided_at, decided_by=decided_by)
    )
    return result.rowcount == 1


def spend(conn: Connection, organization_id: str, approval_id: str, spent_at: str) -> bool:
    """Uses an approved one up; False when it is not there to be used."""
    result = conn.execute(
        update(approvals)
        .where(
            approvals.c.organization_id == organization_id,
            approvals.c.id == approval_id,
            approvals.c.state == "approved",
            approvals.c.expires_at > spent_at,
        )
        .values(state="spent", spent_at=spent_at)
    )
    return result.rowcount == 1


def give_back(conn: Connection, organization_id: str, approval_id: str) -> None:
    """A spent one is approved again: what it was spent on was refused elsewhere, and did not take place."""
    conn.execute(
        update(approvals)
        .where(
            approvals.c.organization_id == organization_id,
            approvals.c.id == approval_id,
            approvals.c.state == "spent",
        )
        .values(state="approved", spent_at=None)
    )


def forget_before(conn: Connection, moment: str) -> int:
    """Drops approvals of all organizations that were asked for before `moment`; returns how many."""
    return conn.execute(delete(approvals).where(approvals.c.created_at < moment)).rowcount


def _waiting(organization_id: str, now: str) -> tuple[ColumnElement[bool], ...]:
    return (
        approvals.c.organization_id == organization_id,
        approvals.c.state == "pending",
        approvals.c.expires_at > now,
    )
