"""Jobs: enqueued in the write that needs them, claimed for a while, done or tried again. A handler may run twice.

A job's id may say what it is about: enqueued again before it ran, or while it runs, it is one job with the new payload.
Who runs it holds it by a lease, also while it is enqueued again, so no two processes are about the same thing at once.
On PostgreSQL leases are told by the database's clock: those of the machines that run jobs may differ, and jump.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import JobRow
from counterfoil.store.tables import jobs
from counterfoil.store.upsert import upsert

# Not its lease: who has it goes on, and the next turn comes after that.
_ENQUEUE = Prepared(upsert(jobs, ("id",), ("payload", "run_at", "attempts", "crashes", "error", "is_dead")))
# The payload too: while this one ran, another may have taken its place.
_DONE = Prepared(delete(jobs).where(jobs.c.id == bindparam("b_id"), jobs.c.payload == bindparam("b_payload")))


def enqueue(
    conn: Connection, organization_id: str, *, job_id: str, kind: str, payload: str, run_at: str, created_at: str
) -> None:
    """Adds a job to run at `run_at` or soon after, in place of one with the same id. payload: JSON."""
    _ENQUEUE.run(
        conn, id=job_id, organization_id=organization_id, kind=kind, payload=payload, run_at=run_at, attempts=0,
        claimed_until=None, error="", is_dead=False, created_at=created_at, crashes=0, claimed_by=None,
    )  # fmt: skip


def next_due(conn: Connection, now: str, kinds: tuple[str, ...]) -> str | None:
    """When the first job of these kinds that nobody holds at `now` is due, or was; None when there is none."""
    found: str | None = _next_due(len(kinds)).value(conn, b_now=now, **_named(kinds))
    return found


def due(conn: Connection, now: str, *, kinds: tuple[str, ...], limit: int) -> list[JobRow]:
    """The jobs that `claim` would hand out; holds none of them, and writes nothing."""
    cursor = _due(len(kinds)).run(conn, b_now=now, b_limit=limit, **_named(kinds))
    return [JobRow(*row) for row in cursor.fetchall()]


def claim(
    conn: Connection, now: str, *, holder: str, hold: timedelta, kinds: tuple[str, ...], limit: int
) -> list[JobRow]:
    """Up to `limit` due jobs of these kinds, oldest first, held for so long so that no other runner takes them.

    A job whose lease ran out has lost its process: that counts as a try and as a crash, and it comes alone, for if it
    takes this process with it, the others should not be suspected.
    """
    cursor = _due(len(kinds), is_locking=True).run(conn, b_now=now, b_limit=limit, **_named(kinds))
    found = [JobRow(*row) for row in cursor.fetchall()]
    calm = [row for row in found if not _is_suspect(row)]
    rows = found[:1] if found and _is_suspect(found[0]) else calm
    if not rows:
        return []
    lost = case((jobs.c.claimed_until.is_not(None), 1), else_=0)
    conn.execute(
        update(jobs)
        .where(jobs.c.id.in_([row.id for row in rows]))
        .values(
            claimed_until=_until(conn, now, hold),
            claimed_by=holder,
            crashes=jobs.c.crashes + lost,
            attempts=jobs.c.attempts + lost,
        )
    )
    return [_after_crash(row) if row.claimed_until is not None else row for row in rows]


def renew(conn: Connection, now: str, *, holder: str, ids: Collection[str], hold: timedelta) -> None:
    """Lets a holder go on holding jobs; those that it has lost stay lost."""
    mine = (jobs.c.id.in_(ids), jobs.c.claimed_by == holder)
    conn.execute(update(jobs).where(*mine).values(claimed_until=_until(conn, now, hold)))


def release(conn: Connection, *, holder: str, ids: Collection[str], run_at: str | None = None) -> None:
    """Gives jobs back that the holder holds and did not end. run_at: not to be run again before."""
    mine = (jobs.c.id.in_(ids), jobs.c.claimed_by == holder)
    later = {"run_at": func.max(jobs.c.run_at, run_at) if _is_sqlite(conn) else func.greatest(jobs.c.run_at, run_at)}
    conn.execute(update(jobs).where(*mine).values(claimed_until=None, claimed_by=None, **(later if run_at else {})))


def _is_suspect(row: JobRow) -> bool:
    """Whether a process died while it ran the job, or while it held it."""
    return row.claimed_until is not None or row.crashes > 0


def _after_crash(row: JobRow) -> JobRow:
    return replace(row, crashes=row.crashes + 1, attempts=row.attempts + 1)


def _is_sqlite(conn: Connection) -> bool:
    return conn.dialect.name == "sqlite"


def _until(conn: Connection, now: str, hold: timedelta) -> str | ColumnElement[str]:
    """When a lease that begins now ends."""
    if _is_sqlite(conn):
        return (datetime.fromisoformat(now) + hold).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _database_time(f" + interval '{int(hold.total_seconds() * 1000)} milliseconds'")


def _database_time(plus: str = "") -> ColumnElement[str]:
    """PostgreSQL's own clock, as we write moments."""
    written = f"""to_char((clock_timestamp(){plus}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
    return literal_column(written, String)


def _named(kinds: tuple[str, ...]) -> dict[str, str]:
    return {f"b_kind_{n}": kind for n, kind in enumerate(kinds)}


def _free(kinds: int, now: ColumnElement[str]) -> tuple[ColumnElement[bool], ...]:
    """What a job must be that can be run: alive, of one of so many kinds, and held by nobody at `now`."""
    return (
        jobs.c.is_dead.is_(False),
        or_(*(jobs.c.kind == bindparam(f"b_kind_{n}") for n in range(kinds))),
        or_(jobs.c.claimed_until.is_(None), jobs.c.claimed_until < now),
    )


@cache
def _next_due(kinds: int) -> Prepared:
    def query(now: ColumnElement[str]) -> Select[Any]:
        return select(jobs.c.run_at).where(*_free(kinds, now)).order_by(jobs.c.run_at).limit(1)

    return Prepared({"sqlite": query(bindparam("b_now")), "postgresql": query(_database_time())})


@cache
def _due(kinds: int, *, is_locking: bool = False) -> Prepared:
    limit: BindParameter[int] = bindparam("b_limit", type_=Integer)

    def query(now: ColumnElement[str]) -> Select[Any]:
        conditions = (*_free(kinds, now), jobs.c.run_at <= bindparam("b_now"))
        return select(jobs).where(*conditions).order_by(jobs.c.run_at, jobs.c.id).limit(limit)

    post = query(_database_time())
    # Locks are left out for SQLite, which knows none and has the whole file locked.
    locking = post.with_for_update(skip_locked=True) if is_locking else post
    return Prepared({"sqlite": query(bindparam("b_now")), "postgresql": locking})


def release_claims(conn: Connection) -> None:
    """Lets claimed jobs be claimed again: for the one process that runs a database's jobs, when it starts."""
    conn.execute(update(jobs).where(jobs.c.claimed_until.is_not(None)).values(claimed_until=None, claimed_by=None))


def crashed(conn: Connection, ids: Collection[str]) -> None:
    """Notes that a process died while it ran these jobs."""
    conn.execute(
        update(jobs).where(jobs.c.id.in_(ids)).values(crashes=jobs.c.crashes + 1, attempts=jobs.c.attempts + 1)
    )


def done(conn: Connection, job: JobRow) -> None:
    """Removes a finished job; call it in the write that stores its effect."""
    _DONE.run(conn, b_id=job.id, b_payload=job.payload)


def drop(conn: Connection, kind: str) -> None:
    """Removes every job of a kind."""
    conn.execute(delete(jobs).where(jobs.c.kind == kind))


def retry(conn: Connection, job: JobRow, *, run_at: str, attempts: int, error: str, is_dead: bool) -> None:
    """Lets a job run again at `run_at`, or lays it aside as dead; `release` gives it back. attempts: so far."""
    conn.execute(
        update(jobs)
        .where(jobs.c.id == job.id, jobs.c.payload == job.payload)
        .values(run_at=run_at, attempts=attempts, error=error, is_dead=is_dead)
    )


def laid_aside(conn: Connection) -> list[JobRow]:
    """Every job that is not tried again by itself, oldest first."""
    query = select(jobs).where(jobs.c.is_dead.is_(True)).order_by(jobs.c.created_at, jobs.c.id)
    return [JobRow(*row) for row in conn.execute(query)]


def revive(conn: Connection, organization_id: str, job_id: str, now: str) -> bool:
    """Lets a job that was laid aside run again, with all of its tries. False when there is none such."""
    fresh = {"is_dead": False, "attempts": 0, "crashes": 0, "error": "", "run_at": now}
    return conn.execute(update(jobs).where(*_aside(organization_id, job_id)).values(**fresh)).rowcount > 0


def drop_aside(conn: Connection, organization_id: str, job_id: str) -> bool:
    """Removes a job that was laid aside. False when there is none such."""
    return conn.execute(delete(jobs).where(*_aside(organization_id, job_id))).rowcount > 0


def _aside(organization_id: str, job_id: str) -> tuple[ColumnElement[bool], ...]:
    return (jobs.c.organization_id == organization_id, jobs.c.id == job_id, jobs.c.is_dead.is_(True))


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
