"""Jobs: enqueued in the write that needs them, claimed for a while, done or tried again. A handler may run twice."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, or_, select, update

from counterfoil.store.rows import JobRow
from counterfoil.store.tables import jobs

_INSERT = insert(jobs)
_DELETE = delete(jobs).where(jobs.c.id == bindparam("b_id"))


def enqueue(
    conn: Connection, organization_id: str, *, job_id: str, kind: str, payload: str, run_at: str, created_at: str
) -> None:
    """Adds a job to run at `run_at` or soon after. payload: JSON."""
    conn.execute(
        _INSERT,
        {
            "id": job_id,
            "organization_id": organization_id,
            "kind": kind,
            "payload": payload,
            "run_at": run_at,
            "attempts": 0,
            "claimed_until": None,
            "error": "",
            "is_dead": False,
            "created_at": created_at,
        },
    )


def _due(now: str, kinds: tuple[str, ...]) -> tuple[ColumnElement[bool], ...]:
    return (
        jobs.c.is_dead.is_(False),
        jobs.c.kind.in_(kinds),
        jobs.c.run_at <= now,
        or_(jobs.c.claimed_until.is_(None), jobs.c.claimed_until < now),
    )


def has_due(conn: Connection, now: str, kinds: tuple[str, ...]) -> bool:
    """Whether any job of these kinds could be claimed at `now`; reads only."""
    return conn.execute(select(jobs.c.id).where(*_due(now, kinds)).limit(1)).first() is not None


def claim(conn: Connection, now: str, until: str, *, kinds: tuple[str, ...], limit: int) -> list[JobRow]:
    """Up to `limit` due jobs of these kinds, oldest first, held until `until` so that no other runner takes them."""
    query = select(jobs).where(*_due(now, kinds)).order_by(jobs.c.run_at, jobs.c.id).limit(limit)
    if conn.dialect.name != "sqlite":
        query = query.with_for_update(skip_locked=True)
    rows = [JobRow(*row) for row in conn.execute(query)]
    if rows:
        conn.execute(
            update(jobs)
            .where(jobs.c.id.in_([row.id for row in rows]))
            .values(claimed_until=until, attempts=jobs.c.attempts + 1)
        )
    return rows


def release_claims(conn: Connection) -> None:
    """Lets claimed jobs be claimed again: for the one process that runs a database's jobs, when it starts."""
    conn.execute(update(jobs).where(jobs.c.claimed_until.is_not(None)).values(claimed_until=None))


def done(conn: Connection, job_id: str) -> None:
    """Removes a finished job; call it in the write that stores its effect."""
    conn.execute(_DELETE, {"b_id": job_id})


def retry(conn: Connection, job_id: str, *, run_at: str, attempts: int, error: str, is_dead: bool) -> None:
    """Lets a job run again at `run_at`, or lays it aside as dead. attempts: how many count so far."""
    conn.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(run_at=run_at, attempts=attempts, error=error, is_dead=is_dead, claimed_until=None)
    )


def waiting(conn: Connection) -> int:
    """How many jobs are queued and alive."""
    return conn.execute(select(func.count()).select_from(jobs).where(jobs.c.is_dead.is_(False))).scalar_one()
