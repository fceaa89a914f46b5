"""Numbers without gaps, whatever drafts reserve, give back or take by hand."""

from __future__ import annotations

import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from counterfoil.domain.client_invoice import ClientInvoiceChange
from counterfoil.errors import BillingError, Conflict
from counterfoil.operations import client_invoices
from counterfoil.store import counters
from tests.plugins.repeatable import is_full_size
from tests.support.houses import Company, new_company, open_house


def numbers(company: Company, count: int) -> list[str | None]:
    return [company.create(status="unpaid").number for _ in range(count)]


def delete(company: Company, invoice_id: str) -> None:
    with company.write() as work:
        client_invoices.delete(work, invoice_id)


def test_a_series_begins_at_one_and_has_no_gap(company: Company) -> None:
    assert numbers(company, 3) == ["F-2026-001", "F-2026-002", "F-2026-003"]


def test_drafts_take_no_number(company: Company) -> None:
    company.create()
    assert numbers(company, 1) == ["F-2026-001"]


def test_each_year_has_its_own_series(company: Company) -> None:
    old = company.create(status="unpaid", issue_date="2025-12-31")
    new = company.create(status="unpaid", issue_date="2026-01-01")
    assert (old.number, new.number) == ("F-2025-001", "F-2026-001")


def test_the_counter_skips_a_number_taken_by_hand(company: Company) -> None:
    company.create(status="unpaid", number="F-2026-002")
    assert numbers(company, 2) == ["F-2026-001", "F-2026-003"]


def test_a_number_that_a_deleted_draft_reserved_fills_its_gap(company: Company) -> None:
    draft = company.create(number="F-2026-002")
    assert numbers(company, 2) == ["F-2026-001", "F-2026-003"]
    delete(company, draft.id)
    assert numbers(company, 2) == ["F-2026-002", "F-2026-004"]


def test_a_number_that_a_draft_changes_fills_its_gap(company: Company) -> None:
    draft = company.create(number="F-2026-001")
    assert numbers(company, 1) == ["F-2026-002"]
    with company.write() as work:
        client_invoices.update(work, draft.id, ClientInvoiceChange(number="X-1"))
    assert numbers(company, 2) == ["F-2026-001", "F-2026-003"]


def test_a_refused_finalize_costs_no_number(company: Company) -> None:
    empty = company.create(items=[])
    with pytest.raises(BillingError):
        company.finalize(empty.id)
    assert numbers(company, 1) == ["F-2026-001"]


def test_a_number_in_use_is_refused_to_draft_and_invoice_alike(company: Company) -> None:
    company.create(number="A-1")
    for status in ("draft", "unpaid"):
        with pytest.raises(Conflict):
            company.create(status=status, number="A-1")


def test_a_thousand_and_more_grow_in_width(company: Company) -> None:
    with company.write() as work:
        counters.put(work.conn, company.id, "client_invoice", 2026, counters.Counter(999, 999, ""))
    assert numbers(company, 2) == ["F-2026-999", "F-2026-1000"]


def test_a_proforma_number_is_shown_and_never_stored(company: Company) -> None:
    draft = company.create()
    with company.read() as work:
        shown = client_invoices.proforma_numbers(work, [draft])
    assert shown == {draft.id: "F-2026-001-PROFORMA"}
    assert "PROFORMA" not in draft.frozen
    assert "number" not in json.loads(draft.frozen)


class Series(RuleBasedStateMachine):
    """Drafts come with and without numbers, go, and are finalized, in any order."""

    company: Company
    by_hand = st.integers(1, 12).map(lambda n: f"F-2026-{n:03d}")

    def __init__(self) -> None:
        super().__init__()
        self.house, self.company = self.make()
        self.drafts: dict[str, str | None] = {}
        self.issued: set[str] = set()

    make = staticmethod(lambda: (None, None))

    @rule(number=st.none() | by_hand)
    def draft(self, number: str | None) -> None:
        try:
            made = self.company.create(number=number)
        except Conflict:
            assert number in self.issued | set(self.drafts.values())
        else:
            self.drafts[made.id] = number

    @precondition(lambda self: self.drafts)
    @rule(data=st.data())
    def finalize(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(sorted(self.drafts)))
        given = self.drafts.pop(chosen)
        number = self.company.finalize(chosen).number
        assert number is not None
        assert number not in self.issued
        assert given in (None, number)
        if given is None:
            taken = self.issued | set(self.drafts.values())
            expected = next(n for k in range(1, 99) if (n := f"F-2026-{k:03d}") not in taken)
            assert number == expected, "a gap was left below it"
        self.issued.add(number)

    @precondition(lambda self: self.drafts)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(sorted(self.drafts)))
        del self.drafts[chosen]
        delete(self.company, chosen)

    @invariant()
    def all_are_there_once(self) -> None:
        with self.house.database.read() as conn:
            found = conn.exec_driver_sql("SELECT number FROM client_invoices WHERE finalized_at IS NOT NULL")
            assert sorted(number for (number,) in found) == sorted(self.issued)

    def teardown(self) -> None:
        self.house.close()


def test_no_order_of_drafts_leaves_a_gap(tmp_path_factory: pytest.TempPathFactory) -> None:
    def make() -> tuple[object, Company]:
        house = open_house(tmp_path_factory.mktemp("series") / "data")
        return house, new_company(house)

    Series.make = staticmethod(make)
    run_state_machine_as_test(
        Series, settings=settings(max_examples=150 if is_full_size() else 12, stateful_step_count=20)
    )
