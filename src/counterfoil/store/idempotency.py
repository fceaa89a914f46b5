"""Answers already given, by idempotency key. A record commits with the effect it answers for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select

from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import idempotency_records

_GET = Prepared(
    select(
        idempotency_records.c.fingerprint, idempotency_records.c.status_code, idempotency_records.c.body,
        idempotency_records.c.created_at,
    ).where(
        idempotency_records.c.organization_id == bindparam("organization_id"),
        idempotency_records.c.key == bindparam("key"),
    )
)  # fmt: skip
_INSERT = Prepared(insert(idempotency_records))


@dataclass(frozen=True, slots=True)
class Record:
    """fingerprint: SHA-256 of method, path and body; body: the answer's text; created_at: set when it was kept.

    is_repeat: found by the question alone, not by a caller's key.
    """

    fingerprint: str
    status_code: int
    body: str
    created_at: str = ""
    is_repeat: bool = False


def get(conn: Connection, organization_id: str, key: str) -> Record | None:
    """The answer given under this key, if any."""
    row = _GET.run(conn, organization_id=organization_id, key=key).fetchone()
    return Record(*row) if row else None


def put(conn: Connection, organization_id: str, key: str, record: Record, created_at: str) -> None:
    """Keeps an answer."""
    _INSERT.run(
        conn, organization_id=organization_id, key=key, fingerprint=record.fingerprint,
        status_code=record.status_code, body=record.body, created_at=created_at,
    )  # fmt: skip


def forget(conn: Connection, organization_id: str, key: str) -> None:
    """Drops one answer, so that the key may stand for another."""
    conn.execute(
        delete(idempotency_records).where(
            idempotency_records.c.organization_id == organization_id, idempotency_records.c.key == key
        )
    )


def forget_before(conn: Connection, moment: str) -> int:
    """Drops records of all organizations made before `moment`; returns how many."""
    return conn.execute(delete(idempotency_records).where(idempotency_records.c.created_at < moment)).rowcount
