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

# A violated constraint to the driver, as what SQLite's ABORT is.
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation'"
_POSTGRESQL_FUNCTIONS = {
    "counterfoil_guard_document": f"""
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION 'documents cannot be emptied' {_REFUSED}; END IF;
        IF TG_OP = 'DELETE' THEN
            IF OLD.finalized_at IS NOT NULL
            THEN RAISE EXCEPTION 'a finalized document cannot be deleted' {_REFUSED}; END IF;
            RETURN OLD;
        END IF;
        IF OLD.finalized_at IS NOT NULL AND ({" OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in _GUARDED)})
        THEN RAISE EXCEPTION 'a finalized document is immutable' {_REFUSED}; END IF;
        RETURN NEW;
    END """,
    "counterfoil_refuse": f"""
    BEGIN RAISE EXCEPTION 'the journal is only added to' {_REFUSED}; END """,
}


def _postgresql_guards(table: str, function: str) -> dict[str, tuple[str, str]]:
    """By name: the table, and the rest of the definition in PostgreSQL's own spelling."""
    fires = {"frozen": "UPDATE", "kept": "DELETE"} if table != "journal" else {"unchanged": "UPDATE", "kept": "DELETE"}
    rows = {f"{table}_{name}": f"BEFORE {event} ON {{}} FOR EACH ROW" for name, event in fires.items()}
    whole = {f"{table}_not_emptied": "BEFORE TRUNCATE ON {} FOR EACH STATEMENT"}
    return {name: (table, f"{fired} EXECUTE FUNCTION {function}()") for name, fired in (rows | whole).items()}


_POSTGRESQL = {
    **{
        name: guard
        for table in DOCUMENTS
        for name, guard in _postgresql_guards(table, "counterfoil_guard_document").items()
    },
    **_postgresql_guards("journal", "counterfoil_refuse"),
}

NAMES = {"sqlite": tuple(_SQLITE), "postgresql": tuple(_POSTGRESQL)}


def recreate(conn: Connection) -> None:
    """Drops and creates every trigger, so that they are those of this version."""
    if conn.dialect.name == "sqlite":
        for name, statement in _SQLITE.items():
            conn.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            conn.exec_driver_sql(statement)
        return
    for name, body in _POSTGRESQL_FUNCTIONS.items():
        conn.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard${body}$guard$"
        )
    for name, (table, guard) in _POSTGRESQL.items():
        conn.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))
        conn.exec_driver_sql(f"CREATE TRIGGER {name} {guard.format(table)}")


def missing(conn: Connection) -> list[str]:
    """Names of triggers that are not in the database, or not as this version writes them."""
    if conn.dialect.name == "sqlite":
        rows = conn.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        found = {name: " ".join(sql.split()) for name, sql in rows}
        return [name for name in NAMES["sqlite"] if found.get(name) != " ".join(_SQLITE[name].split())]
    bodies: dict[str, str] = dict(conn.execute(text(_POSTGRESQL_BODIES), {"names": [*_POSTGRESQL_FUNCTIONS]}).all())
    changed = [name for name, body in _POSTGRESQL_FUNCTIONS.items() if bodies.get(name) != body]
    guards = {(name, table): guard for name, table, guard in conn.execute(text(_POSTGRESQL_TRIGGERS))}
    return [
        name
        for name, (table, guard) in _POSTGRESQL.items()
        if not _is_spelled(guards.get((name, table), ""), name, guard) or any(f"{each}()" in guard for each in changed)
    ]


# In the schema in which the tables are found; tgenabled O: fires unless the session plays a replica.
_POSTGRESQL_BODIES = """
    SELECT proname, prosrc FROM pg_proc
    WHERE pg_function_is_visible(oid) AND proname = ANY(:names)"""
_POSTGRESQL_TRIGGERS = """
    SELECT tgname, relname, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND pg_table_is_visible(tgrelid)"""


def _is_spelled(found: str, name: str, guard: str) -> bool:
    """Whether a trigger is defined as here; PostgreSQL puts the schema's name before the table's."""
    before, after = guard.split("{}")
    return found.startswith(f"CREATE TRIGGER {name} {before}") and found.endswith(after)
