"""How often somebody tried something lately: counted in the database, so that all servers on it count together."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from sqlalchemy import ClauseElement, Connection, bindparam, case, delete, or_
from sqlalchemy.dialects import postgresql, sqlite

from counterfoil.store.access_tables import attempts
from counterfoil.store.prepared import Prepared


class Counted(NamedTuple):
    """How many there were, this one included, since when."""

    times: int
    since: str


def _count(insert: sqlite.Insert | postgresql.Insert) -> ClauseElement:
    # A count from further ahead than it can last is one from before the clock was put back.
    is_over = or_(attempts.c.since <= bindparam("b_oldest"), attempts.c.since > bindparam("b_newest"))
    return insert.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "times": case((is_over, 1), else_=attempts.c.times + 1),
            "since": case((is_over, insert.excluded.since), else_=attempts.c.since),
        },
    ).returning(attempts.c.times, attempts.c.since)


_COUNT = Prepared({"sqlite": _count(sqlite.insert(attempts)), "postgresql": _count(postgresql.insert(attempts))})


def key_of(*parts: str) -> str:
    """What stands for an address and a place: nobody can read them back from a copy of the table alone."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def count(conn: Connection, key: str, *, now: str, oldest: str, newest: str) -> Counted:
    """Counts one more. oldest: what began then or earlier is over, and so is what began after `newest`."""
    row = _COUNT.run(conn, key=key, times=1, since=now, b_oldest=oldest, b_newest=newest).fetchone()
    return Counted._make(row)


def forget(conn: Connection, key: str) -> None:
    """Begins anew at the next attempt."""
    conn.execute(delete(attempts).where(attempts.c.key == key))


def forget_before(conn: Connection, moment: str) -> int:
    """Drops counts that began before `moment`; returns how many."""
    return conn.execute(delete(attempts).where(attempts.c.since < moment)).rowcount
