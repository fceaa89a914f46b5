"""An issued document cannot be changed by any program: these tests write past the store, with raw SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from counterfoil.app import House
from counterfoil.store.triggers import DOCUMENTS
from tests.support.houses import Company

pytestmark = pytest.mark.sqlite

GUARDED = ("frozen", "number", "finalized_at", "id", "organization_id", "seq", "public_token", "created_at")


@pytest.fixture
def sql(house: House) -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(house.settings.data / "counterfoil.db") as opened:
        yield opened
    opened.close()


@pytest.mark.parametrize("column", GUARDED)
@pytest.mark.parametrize("value", ["'other'", "NULL"])
def test_no_column_of_the_document_changes(company: Company, sql: sqlite3.Connection, column: str, value: str) -> None:
    issued = company.create(status="unpaid")
    with pytest.raises(sqlite3.IntegrityError, match="a finalized document is immutable"):
        sql.execute(f"UPDATE client_invoices SET {column} = {value} WHERE id = ?", (issued.id,))


def test_a_single_letter_of_the_text_does_not_change_either(company: Company, sql: sqlite3.Connection) -> None:
    issued = company.create(status="unpaid")
    with pytest.raises(sqlite3.IntegrityError):
        sql.execute("UPDATE client_invoices SET frozen = replace(frozen, 'Conseil', 'conseil')")
    assert company.get(issued.id).frozen == issued.frozen


def test_writing_the_same_again_is_no_change(company: Company, sql: sqlite3.Connection) -> None:
    company.create(status="unpaid")
    assert sql.execute("UPDATE client_invoices SET frozen = frozen, number = number").rowcount == 1


@pytest.mark.parametrize("statement", ["DELETE FROM client_invoices", "DELETE FROM client_invoices WHERE seq >= 0"])
def test_an_issued_document_is_not_deleted(company: Company, sql: sqlite3.Connection, statement: str) -> None:
    company.create(status="unpaid")
    with pytest.raises(sqlite3.IntegrityError, match="cannot be deleted"):
        sql.execute(statement)


def test_replace_does_not_slip_past(company: Company, sql: sqlite3.Connection) -> None:
    """INSERT OR REPLACE deletes the old row without its DELETE trigger, unless recursive triggers are on."""
    issued = company.create(status="unpaid")
    before = sql.execute("SELECT frozen FROM client_invoices WHERE id = ?", (issued.id,)).fetchone()
    with pytest.raises(sqlite3.IntegrityError):
        sql.execute(
            "INSERT OR REPLACE INTO client_invoices SELECT organization_id, id, seq, status, imported, number, "
            "client_id, issue_date, due_date, total_amount_cents, created_at, updated_at, NULL, public_token, version, "
            "schema_version, '{}', live FROM client_invoices"
        )
    assert sql.execute("SELECT frozen FROM client_invoices WHERE id = ?", (issued.id,)).fetchone() == before


@pytest.mark.parametrize("key", ["id", "seq", "number"])
def test_a_draft_does_not_push_an_issued_document_aside(company: Company, sql: sqlite3.Connection, key: str) -> None:
    issued, draft = company.create(status="unpaid"), company.create()
    with pytest.raises(sqlite3.IntegrityError, match="cannot be replaced"):
        sql.execute(f"UPDATE OR REPLACE client_invoices SET {key} = ? WHERE id = ?", (getattr(issued, key), draft.id))
    assert company.get(issued.id).frozen == issued.frozen


def test_what_lives_on_may_change(company: Company, sql: sqlite3.Connection) -> None:
    company.create(status="unpaid")
    sql.execute("UPDATE client_invoices SET live = '{}', status = 'paid', version = version + 1, updated_at = 'x'")


def test_a_draft_may_change_and_go(company: Company, sql: sqlite3.Connection) -> None:
    company.create()
    assert sql.execute("UPDATE client_invoices SET frozen = '{}', number = 'X'").rowcount == 1
    assert sql.execute("DELETE FROM client_invoices").rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET data = '{}'",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT organization_id, position, type, subject_kind, subject_id, principal, "
        "client, request_id, occurred_at, '{}', state, hash FROM journal",
    ],
)
def test_the_journal_is_only_added_to(company: Company, sql: sqlite3.Connection, statement: str) -> None:
    company.create()
    with pytest.raises(sqlite3.IntegrityError, match="the journal is only added to"):
        sql.execute(statement)


@pytest.mark.parametrize("table", DOCUMENTS)
def test_every_kind_of_document_is_guarded(house: House, sql: sqlite3.Connection, table: str) -> None:
    """A row that is closed neither changes nor goes; an open one may."""
    columns = [row[1] for row in sql.execute(f"PRAGMA table_info({table})")]
    values = dict.fromkeys(columns, "x") | {"seq": 1, "finalized_at": None}
    sql.execute(f"INSERT INTO {table} VALUES ({', '.join(f':{name}' for name in columns)})", values)
    sql.execute(f"UPDATE {table} SET frozen = 'y', finalized_at = 'z'")
    for column in GUARDED:
        with pytest.raises(sqlite3.IntegrityError, match="a finalized document is immutable"):
            sql.execute(f"UPDATE {table} SET {column} = 'other'")
    sql.execute(f"UPDATE {table} SET live = 'y', status = 'y', version = 2")
    with pytest.raises(sqlite3.IntegrityError, match="cannot be deleted"):
        sql.execute(f"DELETE FROM {table}")
    with pytest.raises(sqlite3.IntegrityError, match="cannot be replaced"):
        sql.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
