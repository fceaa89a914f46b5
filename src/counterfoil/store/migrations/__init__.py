"""Bringing a database to this version's schema. Alembic is imported only when there is something to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from counterfoil import __version__
from counterfoil.errors import Unavailable
from counterfoil.store import triggers
from counterfoil.store.engine import Database

HEAD = "0005"  # the newest revision; a test compares it with Alembic's own view
_LOCK_KEY = 0x636F756E74657266  # "counterf": PostgreSQL's advisory locks are numbers, shared by all of a database
_WAIT_SECONDS = 900  # for another server's migration, which may be long; it ends with its process
_LOCK_SECONDS = 60  # for a table that older servers are still at work on: whoever comes after us waits behind us


class SchemaError(Unavailable):
    """The database is not what this version can work with."""

    def __init__(self, message: str, fix: str | None = None) -> None:
        super().__init__("schema_not_usable", message, fix=fix)


def current(conn: Connection) -> str | None:
    """The revision that the database is at; None when it is empty."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(database: Database) -> None:
    """Migrates to HEAD when needed, in one transaction, and recreates the triggers; then checks that they are there.

    However many servers start at once, one of them does it and the others wait.
    Raises SchemaError for a newer version's schema, and when a trigger is missing: issued documents would not be
    protected.
    """
    with database.read() as conn:
        revision = current(conn)
    if revision != HEAD:
        with _alone(database) as conn:
            if current(conn) != HEAD:
                _run_alembic(conn)
                triggers.recreate(conn)
    check(database)


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """A write in which nobody else migrates; SQLite has the whole file locked anyway."""
    with database.write() as conn:
        if not database.is_sqlite:
            _set_local(conn, statement_timeout=0, idle_in_transaction_session_timeout=0, lock_timeout=_WAIT_SECONDS)
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            _set_local(conn, lock_timeout=_LOCK_SECONDS)
        refuse_newer(current(conn))
        yield conn


def _set_local(conn: Connection, **seconds: int) -> None:
    for name, value in seconds.items():
        conn.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": f"{value}s"})


def refuse_newer(revision: str | None) -> None:
    """Raises SchemaError for a schema that this version does not know: it could not keep its promises there."""
    if revision is None or (revision.isdecimal() and int(revision) <= int(HEAD)):
        return
    raise SchemaError(
        f"The database has schema {revision}, which a newer version of counterfoil made; "
        f"this is version {__version__}, which knows none after {HEAD}. Nothing was changed.",
        "Run: pip install --upgrade counterfoil; or restore a backup of before the upgrade: counterfoil restore",
    )


def check(database: Database) -> None:
    """Raises SchemaError unless the schema is at HEAD and every guarding trigger stands."""
    with database.read() as conn:
        revision = current(conn)
        refuse_newer(revision)
        if revision != HEAD:
            raise SchemaError("the database has an older version's schema; run: counterfoil migrate --data DIR")
        gone = triggers.missing(conn)
    if gone:
        raise SchemaError(
            f"the triggers that protect issued documents are missing or changed: {', '.join(gone)}; "
            "restore a backup, or run: counterfoil migrate --data DIR"
        )


def repair(database: Database, on_step: Callable[[], object] = lambda: None) -> None:
    """Migrates and writes the triggers anew, whatever state they are in. on_step: called after each revision."""
    with _alone(database) as conn:
        if current(conn) != HEAD:
            _run_alembic(conn, on_step=on_step)
        triggers.recreate(conn)
    check(database)


def steps_from(revision: str | None) -> int:
    """How many revisions there are from this one to HEAD; less than none for one of a newer version."""
    return int(HEAD) - int(revision or 0)


def make_tables(conn: Connection, revision: str) -> None:
    """The tables of a revision in an empty database, without triggers; `finish` brings them to HEAD."""
    _run_alembic(conn, revision)


def finish(conn: Connection) -> None:
    """Migrates to HEAD in the caller's transaction, and writes the triggers."""
    _run_alembic(conn)
    triggers.recreate(conn)


def _run_alembic(conn: Connection, revision: str = "head", on_step: Callable[[], object] = lambda: None) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = conn
    config.attributes["on_step"] = on_step
    command.upgrade(config, revision)
