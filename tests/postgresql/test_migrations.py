"""Migrations on PostgreSQL: the tables of the code, one order of texts, guards, and one server that migrates."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.client import ClientFields
from counterfoil.house import House
from counterfoil.operations import clients
from counterfoil.settings import Settings
from counterfoil.store import (
    clients as client_rows,
)
from counterfoil.store import (
    migrations,
    triggers,
)
from counterfoil.store.engine import Database, open_postgresql
from counterfoil.store.schema import metadata
from tests.plugins.repeatable import is_full_size
from tests.support.databases import SECRET_KEY
from tests.support.houses import CLIENT, Company, new_company
from tests.support.postgres import Postgres

REVISIONS = [f"{number:04d}" for number in range(1, int(migrations.HEAD))]


def test_the_tables_in_code_are_those_that_the_migrations_make(database: Database) -> None:
    with database.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert triggers.missing(conn) == []


def test_every_text_is_in_the_order_of_its_bytes(database: Database) -> None:
    """As on SQLite, whatever order the database itself was made with."""
    query = (
        "SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "JOIN pg_collation o ON o.oid = a.attcollation WHERE c.relkind = 'r' AND o.collname <> 'C' "
        "AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0"
    )
    with database.read() as conn:
        assert conn.execute(text(query)).scalars().all() == []


def foreign_order(postgresql: Postgres) -> str:
    """An empty database with the order of dictionaries, in which a small letter comes before a big one; else one
    with whatever order this build of PostgreSQL knows."""
    for order in ("LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C'", "LOCALE 'en_US.UTF-8'"):
        with suppress(psycopg.Error):
            return postgresql.new_database(is_migrated=False, options=f"TEMPLATE template0 {order}")
    return postgresql.new_database(is_migrated=False)


def listed(house: House, names: list[str]) -> list[str]:
    """The names as the store puts them in order."""
    company = new_company(house)
    with company.write() as work:
        for name in names:
            clients.create(work, ClientFields.model_validate({**CLIENT, "name": name}))
    with company.read() as work:
        _, bodies = client_rows.page(
            work.conn, company.id, client_rows.ClientFilter(), sort="name", is_descending=False, limit=50, skip=0
        )
    return [json.loads(body)["name"] for body in bodies]


def test_a_list_has_one_order_on_both_engines(postgresql: Postgres, tmp_path: Path) -> None:
    names = ["b 1", "a-2", "a 10", "a2", "Zoé", "éclair", "a_1", "ß", "ø"]
    lite = House(Settings(data=tmp_path / "lite"))
    post = House(Settings(data=tmp_path / "post", database_url=foreign_order(postgresql), secret_key=SECRET_KEY))
    found = [listed(house, names) for house in (lite, post)]
    lite.close()
    post.close()
    assert found[0] == found[1]
    assert sorted(found[0], key=client_rows.folded) == found[0]
    assert len(found[0]) == len(names) + 1


def test_however_many_servers_start_at_once_one_of_them_migrates(empty_url: str) -> None:
    gate, faults = threading.Barrier(4), []

    def start() -> None:
        database = open_postgresql(empty_url, pool_size=2)
        gate.wait(30)
        try:
            migrations.upgrade(database)
        except Exception as error:
            faults.append(error)
        finally:
            database.dispose()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    database = open_postgresql(empty_url)
    migrations.check(database)
    database.dispose()


@pytest.mark.parametrize("revision", REVISIONS if is_full_size() else ["0001"])
def test_an_older_schema_is_brought_to_this_one(empty_url: str, revision: str) -> None:
    database = open_postgresql(empty_url)
    with database.write() as conn:
        migrations.make_tables(conn, revision)
        assert migrations.current(conn) == revision
    migrations.upgrade(database)
    with database.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []
    database.dispose()


def test_a_newer_versions_schema_is_left_alone(database: Database) -> None:
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for begin in (migrations.upgrade, migrations.check, migrations.repair):
        with pytest.raises(migrations.SchemaError, match="newer version"):
            begin(database)


CHANGES = [
    f"UPDATE client_invoices SET {column} = 'x'"
    for column in ("frozen", "number", "id", "public_token", "finalized_at", "created_at", "organization_id")
] + [
    "UPDATE client_invoices SET seq = seq + 1",
    "UPDATE client_invoices SET number = NULL",
    "DELETE FROM client_invoices",
    "TRUNCATE client_invoices",
    "UPDATE journal SET data = '{}'",
    "DELETE FROM journal",
    "TRUNCATE journal",
]


def test_no_program_changes_what_was_issued(company: Company) -> None:
    issued = company.create(status="unpaid")
    for statement in CHANGES:
        with pytest.raises(IntegrityError), company.house.database.write() as conn:
            conn.execute(text(statement))
    assert company.get(issued.id) == issued


@pytest.mark.parametrize(
    "harm",
    [
        "DROP TRIGGER journal_kept ON journal",
        "ALTER TABLE quotes DISABLE TRIGGER quotes_frozen",
        "ALTER TABLE quotes ENABLE REPLICA TRIGGER quotes_frozen",
        "CREATE OR REPLACE FUNCTION counterfoil_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE OR REPLACE TRIGGER quotes_kept BEFORE DELETE ON quotes FOR EACH ROW WHEN (false) "
        "EXECUTE FUNCTION counterfoil_guard_document()",
    ],
)
def test_a_start_with_a_guard_that_guards_nothing_is_refused_and_mended(database: Database, harm: str) -> None:
    with database.write() as conn:
        conn.execute(text(harm))
    with pytest.raises(migrations.SchemaError, match="triggers that protect"):
        migrations.check(database)
    migrations.repair(database)
    migrations.check(database)
