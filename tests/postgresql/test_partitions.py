"""The tables can be split by organization: PostgreSQL's own hash partitions of every table that has one, made from our
metadata, carry the same program without a change.

A distributed PostgreSQL splits in the same way, with each partition on a machine of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, MetaData, event, text

from counterfoil.house import House
from counterfoil.operations import client_invoices, credit_notes
from counterfoil.settings import Settings
from counterfoil.store import (
    migrations,
    triggers,
)
from counterfoil.store.client_invoices import InvoiceFilter
from counterfoil.store.engine import open_postgresql
from counterfoil.store.schema import metadata
from tests.support.databases import SECRET_KEY
from tests.support.houses import Company, SteppingClock, new_company

PARTS = 4
SPLIT = [
    table.name for table in metadata.sorted_tables if next(iter(table.primary_key.columns)).name == "organization_id"
]


def make_split_tables(conn: Connection) -> None:
    """What the migrations make, with every table of organizations in four parts."""
    split = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        copy = table.to_metadata(split)
        if table.name in SPLIT:
            copy.dialect_options["postgresql"]["partition_by"] = "HASH (organization_id)"
    split.create_all(conn)
    for name in SPLIT:
        for part in range(PARTS):
            bounds = f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
            conn.execute(text(f"CREATE TABLE {name}_{part} PARTITION OF {name} {bounds}"))
    conn.execute(text("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)"))
    conn.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": migrations.HEAD})
    triggers.recreate(conn)


@pytest.fixture
def house(empty_url: str, tmp_path: Path) -> Iterator[House]:
    database = open_postgresql(empty_url)
    with database.write() as conn:
        make_split_tables(conn)
    database.dispose()
    settings = Settings(data=tmp_path, database_url=empty_url, secret_key=SECRET_KEY)
    opened = House(settings, clock=SteppingClock())
    yield opened
    opened.close()


def test_all_but_a_few_tables_are_split() -> None:
    """The others are looked up before the organization is known, or are the list of organizations."""
    assert {table.name for table in metadata.sorted_tables} - set(SPLIT) == {
        "organizations", "public_links", "credentials", "jobs", "instance_secrets", "sessions", "sign_in_links",
        "oauth_clients", "oauth_codes", "oauth_refresh_tokens", "attempts",
    }  # fmt: skip


def test_billing_works_on_split_tables(house: House) -> None:
    companies = [new_company(house) for _ in range(8)]
    for company in companies:
        bill(company)
    with house.database.read() as conn:
        for name in ("client_invoices", "credit_notes", "counters", "list_counts", "journal", "clients"):
            of = conn.execute(text(f"SELECT DISTINCT organization_id, tableoid::regclass::text FROM {name}")).fetchall()
            assert len(of) == len({organization_id for organization_id, _ in of}) == len(companies), name
            assert len({part for _, part in of}) > 1, name


def bill(company: Company) -> None:
    """Create, finalize, list, credit: numbers without gaps, and nothing that was issued changes."""
    drafts = [company.create().id for _ in range(3)]
    issued = [company.finalize(draft) for draft in drafts]
    assert [row.number for row in issued] == ["F-2026-001", "F-2026-002", "F-2026-003"]
    note = company.credit(issued[0].id, "240.00")
    company.create()
    with company.read() as work:
        total, rows = client_invoices.page(work, InvoiceFilter(("unpaid",)), is_descending=True, limit=10, skip=0)
        assert (total, [row.id for row in rows]) == (2, [issued[2].id, issued[1].id])
        assert client_invoices.get(work, issued[0].id).status == "canceled"
        assert credit_notes.get(work, note.id).total_amount_cents == 24_000
    with company.write() as work, pytest.raises(Exception, match="immutable"):
        work.conn.execute(text("UPDATE client_invoices SET frozen = '{}'"))


def test_a_list_of_one_organization_reads_one_part(house: House) -> None:
    company = new_company(house)
    company.create()
    asked: list[tuple[str, object]] = []
    with company.read() as work:
        event.listen(work.conn, "before_cursor_execute", lambda _c, _cu, sql, values, *_: asked.append((sql, values)))
        client_invoices.page(work, InvoiceFilter(due_date="2026-04-01"), is_descending=True, limit=10, skip=0)
        plans = [
            "\n".join(row[0] for row in work.conn.exec_driver_sql(f"EXPLAIN {sql}", values)) for sql, values in asked[:]
        ]
    assert plans
    for plan in plans:
        assert len(set(re.findall(r"\bon (client_invoices_\d)", plan))) == 1, plan
