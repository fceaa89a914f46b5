"""Any page of any list is the one that a plain list in memory would give, whatever was written before."""

from __future__ import annotations

import sqlite3
import tempfile
from array import array
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.app import House
from counterfoil.store import (
    client_invoices,
    documents,
    paging,
)
from counterfoil.store.client_invoices import InvoiceFilter
from counterfoil.store.engine import Database, open_sqlite
from counterfoil.store.rows import InvoiceRow
from counterfoil.store.schema import metadata
from tests.support.houses import Company, new_company

STATUSES = ("draft", "unpaid", "paid", "canceled")
ORGANIZATION = "org"
BLOCK = 4
# What happens to a list: a new row (status, imported), a row that changes its status, or one that goes.
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(STATUSES), st.booleans()),
        st.tuples(st.just("move"), st.sampled_from(STATUSES), st.integers(0, 60)),
        st.tuples(st.just("delete"), st.just(""), st.integers(0, 60)),
    ),
    max_size=60,
)


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """Blocks of 4 rows, so that a list of 60 has as many edges as one of 30,000."""
    patch = pytest.MonkeyPatch()
    patch.setattr(paging, "BLOCK", BLOCK)
    yield
    patch.undo()


def moment(seq: int) -> str:
    """When a row was made: three in a row at the same time, as fast programs do."""
    return f"{seq // 3:024d}"


def row(seq: int, status: str, *, imported: bool = False) -> InvoiceRow:
    return InvoiceRow(
        organization_id=ORGANIZATION, id=f"id-{seq}", seq=seq, status=status, imported=imported, number=None,
        client_id="c", issue_date="2026-01-01", due_date="2026-01-01", total_amount_cents=0, created_at=moment(seq),
        updated_at="", finalized_at=None, public_token=f"token-{seq}", version=1, schema_version=1, frozen="{}",
        live="{}",
    )  # fmt: skip


class Model:
    """The same list twice: in the database, and as rows in memory."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows: list[InvoiceRow] = []
        self.seq = 0

    def apply(self, change: tuple[str, str, int | bool]) -> None:
        kind, status, argument = change
        with self.database.write() as conn:
            if kind == "add":
                self.seq += 1
                added = row(self.seq, status, imported=bool(argument))
                client_invoices.insert_invoice(conn, ORGANIZATION, added)
                self.rows.append(added)
            elif self.rows:
                index = int(argument) % len(self.rows)
                if kind == "delete":
                    client_invoices.delete_draft(conn, ORGANIZATION, self.rows.pop(index))
                else:
                    before = self.rows[index]
                    self.rows[index] = before._replace(status=status)
                    client_invoices.replace(conn, ORGANIZATION, before, self.rows[index])

    def naive(self, wanted: InvoiceFilter, *, is_descending: bool) -> list[str]:
        kept = [
            found
            for found in self.rows
            if (wanted.statuses is None or found.status in wanted.statuses)
            and (wanted.include_imported or not found.imported)
            and (wanted.created_at_from or "") <= found.created_at <= (wanted.created_at_to or "~")
        ]
        return [found.id for found in sorted(kept, key=lambda found: found.seq, reverse=is_descending)]

    def page(self, wanted: InvoiceFilter, *, is_descending: bool, limit: int, skip: int) -> tuple[int, list[str]]:
        with self.database.read() as conn:
            total, rows = client_invoices.page(
                conn, ORGANIZATION, wanted, is_descending=is_descending, limit=limit, skip=skip
            )
        return total, [found.id for found in rows]


@pytest.fixture(scope="module")
def new_model() -> Iterator[Callable[[], Model]]:
    opened: list[Database] = []

    def make() -> Model:
        database = open_sqlite(Path(tempfile.mkdtemp()) / "list.db")
        opened.append(database)
        with database.write() as conn:
            metadata.create_all(conn)
        return Model(database)

    yield make
    for database in opened:
        database.dispose()


@settings(max_examples=30)
@given(changes=CHANGES, statuses=st.none() | st.sets(st.sampled_from(STATUSES), min_size=1), limit=st.integers(1, 7))
def test_every_page_is_that_of_a_plain_list(
    new_model: Callable[[], Model], changes: list[tuple[str, str, int]], statuses: set[str] | None, limit: int
) -> None:
    model = new_model()
    for change in changes:
        model.apply(change)
    for include_imported, is_descending in product((False, True), (False, True)):
        wanted = InvoiceFilter(tuple(sorted(statuses)) if statuses else None, include_imported)
        naive = model.naive(wanted, is_descending=is_descending)
        for skip in range(0, len(naive) + limit, limit):
            found = model.page(wanted, is_descending=is_descending, limit=limit, skip=skip)
            assert found == (len(naive), naive[skip : skip + limit])


@settings(max_examples=30)
@given(changes=CHANGES, start=st.none() | st.integers(-3, 66), end=st.none() | st.integers(-3, 66))
def test_a_time_of_creation_cuts_where_a_plain_list_is_cut(
    new_model: Callable[[], Model], changes: list[tuple[str, str, int]], start: int | None, end: int | None
) -> None:
    model = new_model()
    for change in changes:
        model.apply(change)
    bounds = {name: None if seq is None else moment(max(seq, 0)) for name, seq in (("from", start), ("to", end))}
    wanted = InvoiceFilter(created_at_from=bounds["from"], created_at_to=bounds["to"])
    naive = model.naive(wanted, is_descending=True)
    assert model.page(wanted, is_descending=True, limit=100, skip=0) == (len(naive), naive)


@settings(max_examples=30)
@given(changes=CHANGES)
def test_the_kept_counts_are_those_of_a_recount(new_model: Callable[[], Model], changes: list) -> None:
    model = new_model()
    for change in changes:
        model.apply(change)
    with model.database.read() as conn:
        kept = {
            (status, bool(imported)): (total, array("I", blocks))
            for status, imported, total, blocks in paging._ROWS.run(
                conn, organization_id=ORGANIZATION, kind=client_invoices.KIND
            )
        }
    for status, imported in product(STATUSES, (False, True)):
        total, blocks = kept.get((status, imported), (0, array("I")))
        of_it = [found.seq for found in model.rows if found.status == status and found.imported == imported]
        assert total == len(of_it)
        assert list(blocks) == [sum(seq // BLOCK == n for seq in of_it) for n in range(len(blocks))]


def test_a_page_past_the_end_is_empty_and_still_knows_the_total(company: Company) -> None:
    company.create()
    with company.read() as work:
        found = client_invoices.page(
            work.conn, company.id, InvoiceFilter(), is_descending=True, limit=100, skip=1_000_000
        )
    assert found == (1, [])


@pytest.mark.sqlite
@pytest.mark.parametrize("wanted", [InvoiceFilter(), InvoiceFilter(("draft",)), InvoiceFilter(("draft", "paid"))])
def test_skipped_rows_are_never_read_whole(house: House, company: Company, wanted: InvoiceFilter) -> None:
    """The rows that OFFSET passes over must come from an index: a text is a thousand times as long as its key."""
    company.create()
    plans: list[str] = []
    statement = documents._counted_query(client_invoices.DOCUMENTS.table, len(wanted.statuses or ()), False, True, True)
    with house.database.read() as conn:
        compiled = statement._compile(conn)
        with sqlite3.connect(house.settings.data / "counterfoil.db") as sql:
            explained = sql.execute(f"EXPLAIN QUERY PLAN {compiled.sql}", [1] * compiled.sql.count("?"))
            plans = [detail for *_, detail in explained]
    inner = [plan for plan in plans if "imported=?" in plan]
    assert inner
    assert all("COVERING INDEX" in plan for plan in inner), plans


def test_lists_of_two_organizations_are_apart(house: House, company: Company) -> None:
    other = new_company(house)
    company.create()
    other.create()
    other.create()
    for whose, total in ((company, 1), (other, 2)):
        with whose.read() as work:
            found, rows = client_invoices.page(
                work.conn, whose.id, InvoiceFilter(), is_descending=True, limit=100, skip=0
            )
        assert found == total
        assert {each.organization_id for each in rows} == {whose.id}
