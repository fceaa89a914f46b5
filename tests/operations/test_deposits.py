"""Deposits on the real store: deducted once, whatever is created, changed, deleted, canceled, or tried at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from counterfoil.app import House
from counterfoil.domain.client import ClientFields
from counterfoil.domain.client_invoice import ClientInvoiceChange
from counterfoil.errors import BillingError, Invalid, WrongState
from counterfoil.operations import client_invoices, clients
from counterfoil.store import deposits as store
from counterfoil.store.rows import InvoiceRow
from tests.plugins.repeatable import is_full_size
from tests.support.houses import CLIENT, Company, SteppingClock, new_company, open_house

Document = dict[str, Any]


def line(price: str) -> Document:
    unit_price = {"value": price, "currency": "EUR"}
    return {"title": "Travaux", "quantity": "1", "unit_price": unit_price, "vat_rate": "0.2"}


def deposit(company: Company, price: str = "100.00", **more: Any) -> InvoiceRow:
    body = {"status": "unpaid", "invoice_type": "deposit", "items": [line(price)], **more}
    return company.create(**body)


def balance(company: Company, *deposits: InvoiceRow, price: str = "1000.00", **more: Any) -> InvoiceRow:
    body = {"invoice_type": "balance", "items": [line(price)], **more}
    return company.create(deposit_invoice_ids=[each.id for each in deposits], **body)


def change(company: Company, invoice_id: str, **sent: Any) -> InvoiceRow:
    with company.write() as work:
        return client_invoices.update(work, invoice_id, ClientInvoiceChange.model_validate_json(json.dumps(sent))).row


def act(company: Company, action: str, invoice_id: str, *more: object) -> None:
    with company.write() as work:
        getattr(client_invoices, action)(work, invoice_id, *more)


def refused(make: Callable[..., object], *arguments: Any, **more: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(BillingError) as error:
        make(*arguments, **more)
    assert all(fault.fix for fault in error.value.faults)
    return [(fault.code, fault.field) for fault in error.value.faults]


def read(row: InvoiceRow) -> Document:
    document: Document = json.loads(row.frozen) | json.loads(row.live)
    return document


def uses(company: Company) -> dict[str, str]:
    with company.read() as work:
        return dict(work.conn.exec_driver_sql("SELECT deposit_id, balance_id FROM deposit_uses").fetchall())


def test_the_deposits_are_named_and_come_off_what_is_due(company: Company) -> None:
    first, second = deposit(company), deposit(company, "50.50")
    act(company, "mark_as_paid", first.id, date(2026, 3, 2))
    shown = read(balance(company, first, second))
    assert (shown["invoice_type"], shown["total_amount"]["value"], shown["vat_amount"]["value"]) == (
        "balance", "1200.00", "200.00",
    )  # fmt: skip
    assert (shown["amount_due"]["value"], shown["amount_due_cents"]) == ("1019.40", 101940)
    assert shown["deposit_amount"] == {"value": "180.60", "currency": "EUR"}
    (group,) = shown["deposits"][0].pop("vat_breakdown")
    assert (group["vat_rate"], group["taxable_amount"]["value"], group["vat_amount"]["value"]) == (
        "0.2", "100.00", "20.00",
    )  # fmt: skip
    assert shown["deposits"][0] == {
        "id": first.id, "number": "F-2026-001", "issue_date": "2026-03-02", "paid": True,
        "total_amount": {"value": "120.00", "currency": "EUR"}, "total_amount_cents": 12000,
        "vat_amount": {"value": "20.00", "currency": "EUR"}, "vat_amount_cents": 2000,
        "amount": {"value": "120.00", "currency": "EUR"}, "amount_cents": 12000,
    }  # fmt: skip
    assert shown["deposits"][1]["paid"] is False


def test_without_deposits_nothing_is_said_of_any(company: Company) -> None:
    shown = read(company.create())
    assert (shown["invoice_type"], shown["deposits"], shown["deposit_amount"]) == ("standard", [], None)


def test_deposits_alone_make_it_a_balance_invoice(company: Company) -> None:
    assert read(balance(company, deposit(company), invoice_type=None))["invoice_type"] == "balance"


def test_what_was_withheld_from_a_deposit_is_not_deducted_twice(house: House) -> None:
    """1,000 and VAT with 20 % withheld; of the deposit of 300 and VAT 303 were to be paid: 707 remain of 1,010."""
    freelancer = new_company(
        house, legal_country="ES", is_freelancer=True, vat_number="", legal_number="", tax_number="12345678Z"
    )
    held = {"withholding_tax": {"rate": "0.20"}}
    ahead = deposit(freelancer, items=[line("300") | {"vat_rate": "0.21"}], **held)
    shown = read(balance(freelancer, ahead, items=[line("1000") | {"vat_rate": "0.21"}], **held))
    assert (shown["deposits"][0]["total_amount"]["value"], shown["deposits"][0]["amount"]["value"]) == (
        "363.00", "303.00",
    )  # fmt: skip
    assert Decimal(shown["amount_due"]["value"]) == 1210 - 200 - 303


def test_they_stay_through_changes_and_finalize(company: Company) -> None:
    first = deposit(company)
    draft = balance(company, first)
    changed = read(change(company, draft.id, header="Solde"))
    issued = read(company.finalize(draft.id))
    for shown in (changed, issued):
        assert [each["id"] for each in shown["deposits"]] == [first.id]
        assert (shown["amount_due"]["value"], shown["deposit_amount"]["value"]) == ("1080.00", "120.00")
    assert uses(company) == {first.id: draft.id}


def test_a_finalize_says_whether_they_are_paid_by_then(company: Company) -> None:
    first = deposit(company)
    draft = balance(company, first)
    act(company, "mark_as_paid", first.id, date(2026, 3, 2))
    assert read(company.finalize(draft.id))["deposits"][0]["paid"] is True


def test_a_change_may_replace_and_clear_them(company: Company) -> None:
    first, second = deposit(company), deposit(company)
    draft = balance(company, first)
    change(company, draft.id, deposit_invoice_ids=[second.id])
    assert uses(company) == {second.id: draft.id}
    shown = read(change(company, draft.id, deposit_invoice_ids=None, invoice_type=None))
    assert (shown["invoice_type"], shown["deposits"], shown["deposit_amount"]) == ("standard", [], None)
    assert uses(company) == {}


@pytest.mark.parametrize("end", ["delete", "mark_as_canceled"])
def test_an_invoice_that_ends_frees_its_deposits(company: Company, end: str) -> None:
    first = deposit(company)
    ending = balance(company, first, status="draft" if end == "delete" else "unpaid")
    assert refused(balance, company, first) == [("deposit_already_deducted", "deposit_invoice_ids/0")]
    act(company, end, ending.id)
    assert uses(company) == {}
    assert read(balance(company, first))["deposits"]


def test_a_deducted_deposit_is_not_canceled(company: Company) -> None:
    first = deposit(company)
    draft = balance(company, first)
    with pytest.raises(WrongState) as error:
        act(company, "mark_as_canceled", first.id)
    assert (error.value.code, error.value.faults[0].meta) == ("deposit_deducted", {"balance_invoice_id": draft.id})
    act(company, "delete", draft.id)
    act(company, "mark_as_canceled", first.id)
    assert company.get(first.id).status == "canceled"


def test_every_wrong_deposit_is_told_at_once(company: Company, house: House) -> None:
    draft = deposit(company, status="draft")
    canceled, taken = deposit(company), deposit(company)
    act(company, "mark_as_canceled", canceled.id)
    balance(company, taken)
    foreign = deposit(new_company(house))
    standard = company.create(status="unpaid")
    assert refused(balance, company, draft, canceled, taken, foreign, standard) == [
        ("deposit_not_finalized", "deposit_invoice_ids/0"),
        ("deposit_canceled", "deposit_invoice_ids/1"),
        ("deposit_already_deducted", "deposit_invoice_ids/2"),
        ("invalid_deposit_invoice_id", "deposit_invoice_ids/3"),
        ("not_a_deposit_invoice", "deposit_invoice_ids/4"),
    ]


def test_a_deposit_is_of_the_same_client(company: Company) -> None:
    first = deposit(company)
    with company.write() as work:
        other = json.loads(clients.create(work, ClientFields.model_validate(CLIENT)))["id"]
    assert refused(balance, company, first, client_id=other) == [("deposit_of_another_client", "deposit_invoice_ids/0")]


@pytest.mark.parametrize("kind", ["standard", "deposit"])
def test_only_a_balance_invoice_deducts(company: Company, kind: str) -> None:
    assert refused(balance, company, deposit(company), invoice_type=kind) == [
        ("deposits_need_a_balance_invoice", "deposit_invoice_ids")
    ]


def test_one_deposit_is_named_once(company: Company) -> None:
    first = deposit(company)
    assert refused(balance, company, first, first) == [("duplicate_deposit", "deposit_invoice_ids/1")]


def test_deposits_are_at_most_the_invoice(company: Company) -> None:
    first, second = deposit(company, "600.00"), deposit(company, "400.00")
    assert refused(balance, company, first, second, price="999.99") == [
        ("deposits_exceed_invoice", "deposit_invoice_ids")
    ]
    assert read(balance(company, first, second))["amount_due"]["value"] == "0.00"


def test_a_refused_change_keeps_the_deposits(company: Company) -> None:
    first = deposit(company, "600.00")
    draft = balance(company, first)
    assert refused(change, company, draft.id, items=[line("1.00")]) == [
        ("deposits_exceed_invoice", "deposit_invoice_ids")
    ]
    assert uses(company) == {first.id: draft.id}


def test_many_balance_invoices_at_once_share_no_deposit(company: Company) -> None:
    first = deposit(company)

    def outcome(_n: int) -> str:
        try:
            return balance(company, first).status
        except Invalid as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(outcome, range(16))) == {"draft": 1, "deposit_already_deducted": 15}


class Ledger(RuleBasedStateMachine):
    """Deposits and balance invoices, written in any order; each deposit is deducted once at most, and as recorded."""

    directory: Callable[[], Path]

    @initialize()
    def open(self) -> None:
        clock = SteppingClock()
        self.house = open_house(Ledger.directory(), clock)
        self.company = new_company(self.house, clock=clock)
        self.deposits: list[InvoiceRow] = [deposit(self.company) for _ in range(3)]
        self.balances: list[str] = []
        self.fixes: list[str | None] = []

    @rule(wanted=st.sets(st.integers(0, 2), max_size=3), status=st.sampled_from(["draft", "unpaid"]))
    def bill(self, wanted: set[int], status: str) -> None:
        self.attempt(
            lambda: self.balances.append(
                balance(self.company, *(self.deposits[n] for n in wanted), status=status, price="300.00").id
            )
        )

    @rule(wanted=st.sets(st.integers(0, 2), max_size=3), index=st.integers(0, 9))
    def change(self, wanted: set[int], index: int) -> None:
        ids = [self.deposits[n].id for n in wanted]
        self.attempt(lambda: change(self.company, self.chosen(index), deposit_invoice_ids=ids))

    @rule(action=st.sampled_from(["delete", "finalize", "mark_as_canceled"]), index=st.integers(0, 9))
    def end(self, action: str, index: int) -> None:
        self.attempt(lambda: act(self.company, action, self.chosen(index)))

    @rule(index=st.integers(0, 2))
    def cancel_deposit(self, index: int) -> None:
        self.attempt(lambda: act(self.company, "mark_as_canceled", self.deposits[index].id))

    def chosen(self, index: int) -> str:
        return self.balances[index % len(self.balances)] if self.balances else "0" * 36

    def attempt(self, write: Callable[[], object]) -> None:
        try:
            write()
        except BillingError as error:
            self.fixes.append(error.faults[0].fix)

    @invariant()
    def every_refusal_says_how_to_mend_it(self) -> None:
        assert all(getattr(self, "fixes", []))

    @invariant()
    def each_deposit_is_deducted_once_at_most(self) -> None:
        if not hasattr(self, "balances"):
            return
        found: dict[str, str] = {}
        with self.company.read() as work:
            for balance_id in self.balances:
                row = client_invoices.store.get(work.conn, self.company.id, balance_id)
                if row is None or row.status == "canceled":
                    continue
                shown = read(row)
                for each in shown["deposits"]:
                    assert each["id"] not in found, "deducted twice"
                    found[each["id"]] = balance_id
                    assert client_invoices.get(work, each["id"]).status == "unpaid"
                    assert store.balance_of(work.conn, self.company.id, each["id"]) == balance_id
                taken = sum(each["amount_cents"] for each in shown["deposits"])
                assert shown["amount_due_cents"] == shown["total_amount_cents"] - taken
        assert uses(self.company) == found

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.close()


def test_deposits_are_deducted_as_recorded_whatever_happens(tmp_path_factory: pytest.TempPathFactory) -> None:
    Ledger.directory = staticmethod(lambda: tmp_path_factory.mktemp("ledger") / "data")
    run_state_machine_as_test(
        Ledger, settings=settings(max_examples=100 if is_full_size() else 10, stateful_step_count=20)
    )
