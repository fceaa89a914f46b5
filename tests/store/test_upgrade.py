"""A database that an older version wrote is brought up to this one, and everything in it goes on living.

schemas/: dumps of databases as each schema's own version wrote them, with drafts and issued invoices in them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.app import DATABASE_FILE, House
from counterfoil.domain.client_invoice import ClientInvoiceChange
from counterfoil.domain.credit_note import NewCreditNote
from counterfoil.operations import client_invoices, credit_notes
from counterfoil.operations.work import Actor
from counterfoil.settings import Settings
from counterfoil.store import migrations, triggers

pytestmark = pytest.mark.sqlite

SCHEMAS = Path(__file__).with_name("schemas")


@pytest.fixture(params=sorted(SCHEMAS.glob("*.sql")), ids=lambda path: path.stem)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A data directory whose database is of an older schema."""
    sql = sqlite3.connect(tmp_path / DATABASE_FILE)
    sql.executescript(request.param.read_text(encoding="utf-8"))
    sql.close()
    return tmp_path


@pytest.fixture
def house(old: Path) -> Iterator[House]:
    opened = House(Settings(data=old))
    yield opened
    opened.close()


def documents(path: Path) -> list[tuple[str, str, str, str]]:
    """Every invoice as it is stored."""
    with sqlite3.connect(path / DATABASE_FILE) as sql:
        return sql.execute("SELECT id, status, frozen, live FROM client_invoices ORDER BY seq").fetchall()


def test_every_older_schema_has_its_dump() -> None:
    newest = int(migrations.HEAD)
    assert [path.stem for path in sorted(SCHEMAS.glob("*.sql"))] == [f"{n:04d}" for n in range(1, newest)]


def test_an_upgrade_changes_no_document_and_guards_all(old: Path) -> None:
    before = documents(old)
    assert {status for _, status, _, _ in before} == {"draft", "unpaid"}
    house = House(Settings(data=old))
    with house.database.read() as conn:
        assert migrations.current(conn) == migrations.HEAD
        assert triggers.missing(conn) == []
    house.close()
    assert documents(old) == before


def test_what_was_there_goes_on_living(house: House) -> None:
    with house.database.read() as conn:
        (organization_id,) = conn.exec_driver_sql("SELECT id FROM organizations").fetchone() or ("",)
    actor = Actor(organization_id, "test")
    with house.works.read(actor) as work:
        wanted = client_invoices.store.InvoiceFilter()
        total, rows = client_invoices.page(work, wanted, is_descending=False, limit=10, skip=0)
    drafts = [row.id for row in rows if row.status == "draft"]
    issued = [row.id for row in rows if row.status == "unpaid"]
    assert (total, len(drafts), len(issued)) == (5, 2, 3)
    with house.works.write(actor) as work:
        client_invoices.update(work, drafts[0], ClientInvoiceChange(header="Bonjour"))
        assert client_invoices.finalize(work, drafts[0]).row.status == "unpaid"
        client_invoices.delete(work, drafts[1])
        client_invoices.mark_as_paid(work, issued[0], None)
        assert client_invoices.unmark_as_paid(work, issued[0]).row.status == "unpaid"
        assert client_invoices.mark_as_canceled(work, issued[1]).row.status == "canceled"
        note = {"invoice_id": issued[2], "issue_date": "2026-04-01", "reason": "Geste", "currency": "EUR"}
        credit_notes.create(work, NewCreditNote.model_validate_json(json.dumps({**note, "amount": "120.00"})))
        assert client_invoices.get(work, issued[2]).status == "canceled"
