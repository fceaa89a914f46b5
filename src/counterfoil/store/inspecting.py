"""What doctor and monitors ask of a whole database, read and never changed: all organizations at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event, text

from counterfoil.domain.journal import JournalEntry
from counterfoil.store import queue, verifying
from counterfoil.store.engine import Database

_PATIENCE_SECONDS = 2.0


class Series(NamedTuple):
    """A run of numbers of an organization: what was given (from first to before following) and how many there are."""

    slug: str
    kind: str
    year: int
    first: int
    following: int


def open_as_it_is(file: Path) -> Database:
    """A SQLite database that is only read: nothing is made, nothing set. Raises nothing; reading raises Unavailable."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{quote(str(file.resolve()))}?mode=ro", uri=True, timeout=_PATIENCE_SECONDS, check_same_thread=False
        )

    engine = create_engine(f"sqlite:///{file}", creator=connect)
    event.listen(engine, "connect", _without_transactions)
    return Database(engine, write_lock_file=None)


def _without_transactions(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def settings(conn: Connection) -> Mapping[str, str]:
    """Version and settings of the engine that bear on durability."""
    if conn.dialect.name == "sqlite":
        journal_mode = conn.execute(text("PRAGMA journal_mode")).scalar_one()
        return {"version": sqlite3.sqlite_version, "journal_mode": str(journal_mode)}
    names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "max_connections", "TimeZone")
    return {name: str(conn.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar()) for name in names}


def quick_check(file: Path) -> str:
    """ "ok", or what SQLite's own look at the first pages of a file finds. Takes as long as reading the file."""
    with closing(sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True)) as conn:
        return str(conn.execute("PRAGMA quick_check(1)").fetchone()[0])


def clock(conn: Connection) -> datetime | None:
    """The clock of the machine that PostgreSQL runs on; None on SQLite, which has ours."""
    if conn.dialect.name == "sqlite":
        return None
    found: datetime = conn.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found


def newest(conn: Connection) -> str:
    """When the newest document was made; "" when there is none."""
    return str(conn.execute(text("SELECT MAX(created_at_last) FROM organizations")).scalar() or "")


def overdue_seconds(conn: Connection, now: str) -> float:
    """For how long the oldest due job has been due at `now`, 0 when none is."""
    due = queue.earliest(conn)
    if due is None or due >= now:
        return 0.0
    return (datetime.fromisoformat(now) - datetime.fromisoformat(due)).total_seconds()


def numbers_given(conn: Connection) -> dict[str, int]:
    """How many numbers each kind of document got."""
    query = "SELECT kind, SUM(next_value - first_value) FROM counters GROUP BY kind ORDER BY kind"
    return {str(kind): int(count) for kind, count in conn.execute(text(query))}


def series(conn: Connection) -> list[Series]:
    """Every series of numbers."""
    query = """SELECT o.slug, c.kind, c.year, c.first_value, c.next_value, o.id
        FROM counters c JOIN organizations o ON o.id = c.organization_id ORDER BY o.slug, c.kind, c.year"""
    return [Series(*row[:5]) for row in conn.execute(text(query))]


def lately(conn: Connection, organization_id: str, count: int) -> list[JournalEntry]:
    """The last entries of a journal and the one before them, in the order of their positions."""
    columns = ", ".join(JournalEntry._fields)
    query = f"SELECT {columns} FROM journal WHERE organization_id = :id ORDER BY position DESC LIMIT :count"  # noqa: S608  # no input
    rows = conn.execute(text(query), {"id": organization_id, "count": count + 1}).fetchall()
    return [JournalEntry(*row) for row in reversed(rows)]


def files(conn: Connection, limit: int | None) -> list[str]:
    """The SHA-256 of files that attachments have, the newest first; all of them without a limit."""
    query = "SELECT sha256 FROM attachments ORDER BY created_at DESC"
    more = "" if limit is None else f" LIMIT {int(limit)}"
    return list(dict.fromkeys(str(key) for (key,) in conn.execute(text(query + more))))


def heads(conn: Connection) -> list[verifying.Chain]:
    """Every organization and the head of its journal."""
    return verifying.chains(conn)
