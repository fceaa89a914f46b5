from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, String, text

from counterfoil.store import (
    migrations,
    triggers,
)
from counterfoil.store.engine import Database, open_sqlite
from counterfoil.store.schema import metadata

pytestmark = pytest.mark.sqlite


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = open_sqlite(tmp_path / "counterfoil.db")
    migrations.upgrade(opened)
    return opened


def drop_trigger(database: Database, name: str) -> None:
    with database.write() as conn:
        conn.execute(text(f"DROP TRIGGER {name}"))


def test_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]


def test_a_fresh_database_is_at_head_with_every_trigger(database: Database) -> None:
    with database.read() as conn:
        assert migrations.current(conn) == migrations.HEAD
        assert triggers.missing(conn) == []


def test_the_tables_in_code_are_those_that_the_migrations_make(database: Database) -> None:
    with database.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_a_table_that_the_migrations_forgot_would_be_seen(database: Database) -> None:
    with database.write() as conn:
        conn.execute(text("ALTER TABLE clients ADD COLUMN left_over TEXT"))
        context = MigrationContext.configure(conn)
        assert compare_metadata(context, metadata) != []


def test_migrating_again_changes_nothing(database: Database) -> None:
    def schema() -> list[tuple[str, str]]:
        with database.read() as conn:
            return [tuple(row) for row in conn.execute(text("SELECT name, sql FROM sqlite_master ORDER BY name"))]

    before = schema()
    migrations.upgrade(database)
    assert schema() == before


@pytest.mark.parametrize("name", triggers.NAMES["sqlite"])
def test_a_start_without_one_of_the_triggers_is_refused(database: Database, name: str) -> None:
    drop_trigger(database, name)
    with pytest.raises(migrations.SchemaError, match=name):
        migrations.upgrade(database)


def test_a_trigger_of_the_same_name_that_guards_nothing_is_refused(database: Database) -> None:
    drop_trigger(database, "client_invoices_kept")
    with database.write() as conn:
        conn.execute(
            text("CREATE TRIGGER client_invoices_kept BEFORE DELETE ON client_invoices WHEN 0 BEGIN SELECT 1; END")
        )
    with pytest.raises(migrations.SchemaError, match="client_invoices_kept"):
        migrations.check(database)


def test_repair_puts_a_missing_trigger_back(database: Database) -> None:
    drop_trigger(database, "client_invoices_frozen")
    migrations.repair(database)
    migrations.check(database)


def test_batch_mode_drops_triggers_and_recreating_brings_them_back(database: Database) -> None:
    """The trap that makes `recreate` needed; when Alembic mends it, this test says so."""
    with database.write() as conn:
        with Operations(MigrationContext.configure(conn)).batch_alter_table("client_invoices", recreate="always") as t:
            t.add_column(Column("later", String(1), nullable=True))
        gone = triggers.missing(conn)
        triggers.recreate(conn)
        assert triggers.missing(conn) == []
    assert gone == [name for name in triggers.NAMES["sqlite"] if name.startswith("client_invoices")]


def set_revision(database: Database, revision: str) -> None:
    with database.write() as conn:
        conn.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))


def test_an_older_versions_schema_is_refused_by_name(database: Database) -> None:
    set_revision(database, "0001")
    with pytest.raises(migrations.SchemaError, match="migrate"):
        migrations.check(database)


@pytest.mark.parametrize("revision", ["9999", "their-own"])
@pytest.mark.parametrize("begin", [migrations.upgrade, migrations.check, migrations.repair])
def test_a_newer_versions_schema_is_left_alone(
    database: Database, begin: Callable[[Database], None], revision: str
) -> None:
    """An older program on a newer schema starts nothing, mends nothing, and says what to type."""
    set_revision(database, revision)
    with pytest.raises(migrations.SchemaError, match=revision) as refused:
        begin(database)
    assert "pip install --upgrade counterfoil" in (refused.value.faults[0].fix or "")
    with database.read() as conn:
        assert migrations.current(conn) == revision


def test_a_migration_that_fails_leaves_an_empty_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_sqlite(tmp_path / "half.db")

    def broken(_conn: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(triggers, "recreate", broken)
    with pytest.raises(RuntimeError):
        migrations.upgrade(opened)
    opened.dispose()
    with sqlite3.connect(tmp_path / "half.db") as sql:
        assert sql.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
