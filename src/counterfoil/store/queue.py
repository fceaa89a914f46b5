"""Jobs: enqueued in the write that needs them, claimed for a while, done or tried again. A handler may run twice.

A job's id may say what it is about: enqueued again before it ran, or while it runs, it is one job with the new payload.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Connection, Integer, bindparam, delete, func, or_, select, update

from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import JobRow
from counterfoil.store.tables import jobs
from counterfoil.store.upsert import upsert

_ENQUEUE = Prepared(upsert(jobs, ("id",), ("payload", "run_at", "attempts", "claimed_until", "error", "is_dead")))
# The payload too: while this one ran, another may have taken its place.
_DONE = Prepared(delete(jobs).where(jobs.c.id == bindparam("b_id"), jobs.c.payload == bindparam("b_payload")))


def enqueue(
    conn: Connection, organization_id: str, *, job_id: str, kind: str, payload: str, run_at: str, created_at: str
) -> None:
    """Adds a job to run at `run_at` or soon after, in place of one with the same id. payload: JSON."""
    _ENQUEUE.run(
        conn, id=job_id, organization_id=organization_id, kind=kind, payload=payload, run_at=run_at, attempts=0,
        claimed_until=None, error="", is_dead=False, created_at=created_at,
    )  # fmt: skip


def next_due(conn: Connection, now: str, kinds: tuple[str, ...]) -> str | None:
    """When the first job of these kinds that nobody holds at `now` is due, or was; None when there is none."""
    found: str | None = _next_due(len(kinds)).value(conn, b_now=now, **_named(kinds))
    return found


def due(conn: Connection, now: str, *, kinds: tuple[str, ...], limit: int) -> list[JobRow]:
    """The jobs that `claim` would hand out; holds none of them, and writes nothing."""
    cursor = _due(len(kinds)).run(conn, b_now=now, b_limit=limit, **_named(kinds))
    return [JobRow(*row) for row in cursor.fetchall()]


def claim(conn: Connection, now: str, until: str, *, kinds: tuple[str, ...], limit: int) -> list[JobRow]:
    """Up to `limit` due jobs of these kinds, oldest first, held until `until` so that no other runner takes them."""
    cursor = _due(len(kinds), is_locking=True).run(conn, b_now=now, b_limit=limit, **_named(kinds))
    rows = [JobRow(*row) for row in cursor.fetchall()]
    if rows:
        conn.execute(
            update(jobs)
            .where(jobs.c.id.in_([row.id for row in rows]))
            .values(claimed_until=until, attempts=jobs.c.attempts + 1)
        )
    return rows


def _named(kinds: tuple[str, ...]) -> dict[str, str]:
    return {f"b_kind_{n}": kind for n, kind in enumerate(kinds)}


def _free(kinds: int) -> tuple[ColumnElement[bool], ...]:
    """What a job must be that can be run: alive, of one of so many kinds, and held by nobody."""
    now: BindParameter[str] = bindparam("b_now")
    return (
        jobs.c.is_dead.is_(False),
        or_(*(jobs.c.kind == bindparam(f"b_kind_{n}") for n in range(kinds))),
        or_(jobs.c.claimed_until.is_(None), jobs.c.claimed_until < now),
    )


@cache
def _next_due(kinds: int) -> Prepared:
    return Prepared(select(jobs.c.run_at).where(*_free(kinds)).order_by(jobs.c.run_at).limit(1))


@cache
def _due(kinds: int, *, is_locking: bool = False) -> Prepared:
    conditions = (*_free(kinds), jobs.c.run_at <= bindparam("b_now"))
    limit: BindParameter[int] = bindparam("b_limit", type_=Integer)
    query = select(jobs).where(*conditions).order_by(jobs.c.run_at, jobs.c.id).limit(limit)
    # Locks are left out for SQLite, which knows none and has the whole file locked.
    return Prepared(query.with_for_update(skip_locked=True) if is_locking else query)


def release_claims(conn: Connection) -> None:
    """Lets claimed jobs be claimed again: for the one process that runs a database's jobs, when it starts."""
    conn.execute(update(jobs).where(jobs.c.claimed_until.is_not(None)).values(claimed_until=None))


def done(conn: Connection, job: JobRow) -> None:
    """Removes a finished job; call it in the write that stores its effect."""
    _DONE.run(conn, b_id=job.id, b_payload=job.payload)


def drop(conn: Connection, kind: str) -> None:
    """Removes every job of a kind."""
    conn.execute(delete(jobs).where(jobs.c.kind == kind))


def retry(conn: Connection, job: JobRow, *, run_at: str, attempts: int, error: str, is_dead: bool) -> None:
    """Lets a job run again at `run_at`, or lays it aside as dead. attempts: how many count so far."""
    conn.execute(
        update(jobs)
        .where(jobs.c.id == job.id, jobs.c.payload == job.payload)
        .values(run_at=run_at, attempts=attempts, error=error, is_dead=is_dead, claimed_until=None)
    )


def is_alive(conn: Connection, job_id: str) -> bool:
    """Whether a job with this id is queued or at work, and not laid aside."""
    query = select(jobs.c.id).where(jobs.c.id == job_id, jobs.c.is_dead.is_(False))
    return conn.execute(query).first() is not None


def waiting(conn: Connection) -> int:
    """How many jobs are queued and alive."""
    return conn.execute(select(func.count()).select_from(jobs).where(jobs.c.is_dead.is_(False))).scalar_one()


def counted(conn: Connection) -> dict[tuple[str, bool], int]:
    """How many jobs there are, by kind and whether they are laid aside."""
    query = select(jobs.c.kind, jobs.c.is_dead, func.count()).group_by(jobs.c.kind, jobs.c.is_dead)
    return {(kind, bool(is_dead)): number for kind, is_dead, number in conn.execute(query)}


def earliest(conn: Connection) -> str | None:
    """When the first job that is alive is due, or was, whoever holds it; None when there is none."""
    return conn.execute(select(func.min(jobs.c.run_at)).where(jobs.c.is_dead.is_(False))).scalar()
