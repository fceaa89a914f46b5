"""Triggers that keep issued documents unchanged, whatever program writes to the database.

Alembic's batch mode on SQLite drops triggers without a word, so they are created anew after every migration and
checked at every start.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_GUARDED = ("frozen", "finalized_at", "number", "id", "organization_id", "seq", "public_token", "created_at")

# Tables of documents: each row is closed once its finalized_at is set.
DOCUMENTS = ("client_invoices", "credit_notes", "quotes")


def _displaced(table: str) -> str:
    """Whether the new row would push a finalized one aside by a key that both have."""
    keys = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} o WHERE o.organization_id = NEW.organization_id "  # noqa: S608  # no input
        f"AND o.{key} = NEW.{key} AND o.finalized_at IS NOT NULL)"
        for key in ("id", "seq", "number")
    )
    return f"({keys})"


def _sqlite_guards(table: str) -> dict[str, str]:
    return {
        f"{table}_frozen": f"""
        CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table}
        WHEN OLD.finalized_at IS NOT NULL AND ({" OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in _GUARDED)})
        BEGIN SELECT RAISE(ABORT, 'a finalized document is immutable'); END""",
        f"{table}_kept": f"""
        CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}
        WHEN OLD.finalized_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be deleted'); END""",
        # INSERT OR REPLACE and UPDATE OR REPLACE remove rows without a DELETE trigger: refused where one is displaced.
        f"{table}_not_replaced": f"""
        CREATE TRIGGER {table}_not_replaced BEFORE INSERT ON {table}
        WHEN {_displaced(table)}
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be replaced'); END""",
        f"{table}_not_displaced": f"""
        CREATE TRIGGER {table}_not_displaced BEFORE UPDATE OF organization_id, id, seq, number
        ON {table} WHEN OLD.finalized_at IS NULL AND {_displaced(table)}
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be replaced'); END""",
    }


_SQLITE = {
    **{name: guard for table in DOCUMENTS for name, guard in _sqlite_guards(table).items()},
    "journal_not_replaced": """
        CREATE TRIGGER journal_not_replaced BEFORE INSERT ON journal
        WHEN EXISTS (SELECT 1 FROM journal WHERE organization_id = NEW.organization_id AND position = NEW.position)
        BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END""",
    "journal_unchanged": """
        CREATE TRIGGER journal_unchanged BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END""",
    "journal_kept": """
        CREATE TRIGGER journal_kept BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END""",
}  # fmt: skip

_POSTGRESQL_FUNCTIONS = (
    f"""CREATE OR REPLACE FUNCTION counterfoil_guard_document() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.finalized_at IS NOT NULL THEN RAISE EXCEPTION 'a finalized document cannot be deleted'; END IF;
            RETURN OLD;
        END IF;
        IF OLD.finalized_at IS NOT NULL AND ({" OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in _GUARDED)})
        THEN RAISE EXCEPTION 'a finalized document is immutable'; END IF;
        RETURN NEW;
    END $$""",
    """CREATE OR REPLACE FUNCTION counterfoil_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the journal is only added to'; END $$""",
)
_POSTGRESQL = {
    **{
        f"{table}_{name}": f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION counterfoil_guard_document()"
        for table in DOCUMENTS
        for name, event in (("frozen", "UPDATE"), ("kept", "DELETE"))
    },
    "journal_unchanged": "CREATE TRIGGER journal_unchanged BEFORE UPDATE ON journal "
    "FOR EACH ROW EXECUTE FUNCTION counterfoil_refuse()",
    "journal_kept": "CREATE TRIGGER journal_kept BEFORE DELETE ON journal "
    "FOR EACH ROW EXECUTE FUNCTION counterfoil_refuse()",
}  # fmt: skip

NAMES = {"sqlite": tuple(_SQLITE), "postgresql": tuple(_POSTGRESQL)}


def recreate(conn: Connection) -> None:
    """Drops and creates every trigger, so that they are those of this version."""
    if conn.dialect.name == "sqlite":
        for name, statement in _SQLITE.items():
            conn.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            conn.exec_driver_sql(statement)
        return
    for statement in _POSTGRESQL_FUNCTIONS:
        conn.exec_driver_sql(statement)
    for name, statement in _POSTGRESQL.items():
        table = name.rpartition("_")[0]
        conn.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))
        conn.exec_driver_sql(statement)


def missing(conn: Connection) -> list[str]:
    """Names of triggers that are not in the database, or on SQLite not as this version writes them."""
    if conn.dialect.name == "sqlite":
        rows = conn.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        found = {name: " ".join(sql.split()) for name, sql in rows}
        return [name for name in NAMES["sqlite"] if found.get(name) != " ".join(_SQLITE[name].split())]
    rows = conn.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"))
    names = {name for (name,) in rows}
    return [name for name in NAMES["postgresql"] if name not in names]
