"""Bringing a database to this version's schema. Alembic is imported only when there is something to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from counterfoil.errors import Unavailable
from counterfoil.store import triggers
from counterfoil.store.engine import Database

HEAD = "0005"  # the newest revision; a test compares it with Alembic's own view


class SchemaError(Unavailable):
    """The database is not what this version can work with."""

    def __init__(self, message: str) -> None:
        super().__init__("schema_not_usable", message)


def current(conn: Connection) -> str | None:
    """The revision that the database is at; None when it is empty."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(database: Database) -> None:
    """Migrates to HEAD when needed, in one transaction, and recreates the triggers; then checks that they are there.

    Raises SchemaError when a trigger is missing: issued documents would not be protected.
    """
    with database.read() as conn:
        revision = current(conn)
    if revision != HEAD:
        with database.write() as conn:
            if current(conn) != HEAD:
                _run_alembic(conn)
                triggers.recreate(conn)
    check(database)


def check(database: Database) -> None:
    """Raises SchemaError unless the schema is at HEAD and every guarding trigger stands."""
    with database.read() as conn:
        if current(conn) != HEAD:
            raise SchemaError("the database has another version's schema; run: counterfoil migrate --data DIR")
        gone = triggers.missing(conn)
    if gone:
        raise SchemaError(
            f"the triggers that protect issued documents are missing or changed: {', '.join(gone)}; "
            "restore a backup, or run: counterfoil migrate --data DIR"
        )


def repair(database: Database, on_step: Callable[[], object] = lambda: None) -> None:
    """Migrates and writes the triggers anew, whatever state they are in. on_step: called after each revision."""
    with database.write() as conn:
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
