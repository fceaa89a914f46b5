"""Credit notes on the real store: numbers, what becomes of the invoice, and many at once."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from counterfoil.app import House
from counterfoil.domain.credit_note import NewCreditNote
from counterfoil.errors import Conflict, Invalid, NotFound
from counterfoil.operations import client_invoices, clients, credit_notes, organization
from counterfoil.store import credit_notes as store
from counterfoil.store import journal
from counterfoil.store.rows import CreditNoteRow
from tests.support.houses import Company, new_company

Document = dict[str, Any]


def credit(company: Company, invoice_id: str, **more: Any) -> CreditNoteRow:
    """A credit note over 120.00 of an invoice, unless `more` says otherwise."""
    return company.credit(invoice_id, **{"amount": "120.00", **more})


def refusal(company: Company, invoice_id: str, **more: Any) -> str:
    with pytest.raises(Invalid) as refused:
        credit(company, invoice_id, **more)
    return refused.value.code


def live(company: Company, invoice_id: str) -> Document:
    found: Document = json.loads(company.get(invoice_id).live)
    return found


def act(company: Company, action: str, invoice_id: str, *more: object) -> None:
    with company.write() as work:
        getattr(client_invoices, action)(work, invoice_id, *more)


@pytest.fixture
def invoice(company: Company) -> str:
    """An unpaid invoice of 240.00."""
    return company.create(status="unpaid").id


def test_it_has_a_series_of_its_own(company: Company, invoice: str) -> None:
    first = credit(company, invoice, amount="10")
    by_hand = credit(company, invoice, amount="10", number="A-2026-003")
    last_year = credit(company, invoice, amount="10", issue_date="2025-12-31")
    following = [credit(company, invoice, amount="10").number for _ in range(2)]
    assert [first.number, by_hand.number, last_year.number] == ["A-2026-001", "A-2026-003", "A-2025-001"]
    assert following == ["A-2026-002", "A-2026-004"]
    assert company.create(status="unpaid").number == "F-2026-002"


def test_a_number_is_given_once(company: Company, invoice: str) -> None:
    credit(company, invoice, number="AV-1")
    with pytest.raises(Conflict) as refused:
        credit(company, invoice, number="AV-1")
    assert (refused.value.code, refused.value.faults[0].field) == ("invoice_number_already_exists", "number")


def test_under_manual_numbering_it_needs_a_number(company: Company, invoice: str) -> None:
    with company.write() as work:
        organization.update(work, {"numbering_mode": "manual"})
    assert refusal(company, invoice) == "missing_number"
    assert credit(company, invoice, number="7").number == "7"


def test_a_refusal_takes_no_number_and_leaves_no_trace(company: Company, invoice: str) -> None:
    before = company.get(invoice)
    assert refusal(company, invoice, amount="240.01") == "credit_notes_exceed_invoice"
    assert company.get(invoice) == before
    assert credit(company, invoice).number == "A-2026-001"


def test_the_columns_say_what_the_document_says(company: Company, invoice: str) -> None:
    row = credit(company, invoice)
    document = json.loads(row.frozen) | json.loads(row.live)
    for name in ("id", "number", "invoice_id", "issue_date", "total_amount_cents", "finalized_at", "created_at",
                 "updated_at", "organization_id"):  # fmt: skip
        assert getattr(row, name) == document[name], name
    assert (row.client_id, row.public_token) == (company.client_id, company.get(invoice).public_token)
    assert json.loads(row.frozen).keys().isdisjoint(json.loads(row.live))


def test_the_invoice_knows_its_credit_notes(company: Company, invoice: str) -> None:
    notes = [credit(company, invoice, amount=amount) for amount in ("100", "20.50")]
    after = live(company, invoice)
    assert after["credit_notes_ids"] == [note.id for note in notes]
    assert after["credited_amount"] == {"value": "120.50", "currency": "EUR"}
    assert company.get(invoice).status == after["status"] == "unpaid"


def test_credit_notes_over_all_of_it_cancel_it(company: Company, invoice: str) -> None:
    credit(company, invoice)
    credit(company, invoice)
    assert company.get(invoice).status == live(company, invoice)["status"] == "canceled"
    assert refusal(company, invoice, amount="0.01") == "invoice_already_canceled"


def test_a_paid_one_stays_paid_until_its_mark_is_taken_off(company: Company, invoice: str) -> None:
    act(company, "mark_as_paid", invoice, date(2026, 3, 2))
    credit(company, invoice, amount="240")
    assert (company.get(invoice).status, live(company, invoice)["amount_paid"]["value"]) == ("paid", "240.00")
    assert refusal(company, invoice, amount="0.01") == "credit_notes_exceed_invoice"
    act(company, "unmark_as_paid", invoice)
    assert company.get(invoice).status == "canceled"


def test_of_a_partly_credited_invoice_the_rest_is_paid(company: Company, invoice: str) -> None:
    credit(company, invoice)
    act(company, "mark_as_paid", invoice, date(2026, 3, 2))
    assert live(company, invoice)["amount_paid"] == {"value": "120.00", "currency": "EUR"}
    act(company, "unmark_as_paid", invoice)
    assert company.get(invoice).status == "unpaid"


def test_what_takes_no_credit_note(company: Company) -> None:
    canceled = company.create(status="unpaid").id
    act(company, "mark_as_canceled", canceled)
    deposit = company.create(status="unpaid", invoice_type="deposit").id
    balance = company.create(status="unpaid", invoice_type="balance").id
    codes = [refusal(company, each) for each in (company.create().id, canceled, deposit, balance)]
    assert codes == [
        "invoice_not_finalized", "invoice_already_canceled", "invoice_type_not_creditable",
        "invoice_type_not_creditable",
    ]  # fmt: skip


def test_an_unknown_or_foreign_invoice_is_the_same(company: Company, house: House) -> None:
    foreign = new_company(house).create(status="unpaid").id
    unknown = "0198c5a5-0000-7000-8000-0000000000ff"
    assert [refusal(company, each) for each in (foreign, unknown)] == ["invalid_invoice_id"] * 2


def test_the_currency_is_the_invoices(company: Company, invoice: str) -> None:
    assert refusal(company, invoice, currency="USD") == "invalid_currency"
    assert refusal(company, invoice, amount={"value": "1", "currency": "CHF"}) == "invalid_currency"


def test_it_goes_to_the_invoices_client_though_that_is_deleted(company: Company, invoice: str) -> None:
    with company.write() as work:
        clients.delete(work, company.client_id)
    assert json.loads(credit(company, invoice).frozen)["client"]["name"] == "Client Exemple"


def test_it_comes_from_the_seller_as_it_is_now(company: Company, invoice: str) -> None:
    with company.write() as work:
        organization.update(work, {"address_line_1": "7 quai Neuf", "vat_regime": "franchise"})
    note = json.loads(credit(company, invoice).frozen)
    assert (note["organization"]["address_line_1"], note["vat_amount"]["value"]) == ("7 quai Neuf", "20.00")


def test_a_seller_without_what_the_law_asks_cannot_issue_one(company: Company, invoice: str) -> None:
    with company.write() as work:
        organization.update(work, {"legal_number": None})
    with pytest.raises(Invalid) as refused:
        credit(company, invoice)
    assert [(fault.code, fault.rule) for fault in refused.value.faults] == [("missing_legal_number", "BR-FR-10")]


def test_odd_dates_and_numbers_are_told(company: Company, invoice: str) -> None:
    body = {"invoice_id": invoice, "issue_date": "2026-03-01", "reason": "x", "currency": "EUR", "amount": "1",
            "number": "Ü 7"}  # fmt: skip
    with company.write() as work:
        outcome = credit_notes.create(work, NewCreditNote.model_validate_json(json.dumps(body)))
    assert [warning.code for warning in outcome.warnings] == [
        "unusual_number", "credit_note_before_invoice", "number_out_of_sequence",
    ]  # fmt: skip


def test_what_happened_is_written_down(company: Company, invoice: str) -> None:
    note = credit(company, invoice)
    with company.read() as work:
        events = [event[0] for event in journal.of_document(work.conn, company.id, note.id)]
        of_invoice = [event[0] for event in journal.of_document(work.conn, company.id, invoice)]
        jobs = work.conn.execute(text("SELECT payload FROM jobs WHERE id = :id"), {"id": note.id}).scalar_one()
    assert (events, of_invoice) == (["created_and_finalized"], ["created_and_finalized", "credited"])
    assert json.loads(jobs) == {"document_kind": "credit_note", "document_id": note.id, "version": 1}


def test_another_organizations_is_not_found(company: Company, invoice: str, house: House) -> None:
    note = credit(company, invoice)
    with new_company(house).read() as work, pytest.raises(NotFound):
        credit_notes.get(work, note.id)


@pytest.mark.sqlite
def test_no_program_changes_or_removes_one(company: Company, invoice: str, house: House) -> None:
    credit(company, invoice)
    with sqlite3.connect(house.settings.data / "counterfoil.db") as sql:
        for statement in (
            "UPDATE credit_notes SET frozen = '{}'",
            "UPDATE credit_notes SET number = 'X'",
            "DELETE FROM credit_notes",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="a finalized document"):
                sql.execute(statement)


def test_lists_count_and_filter(company: Company, invoice: str) -> None:
    other = company.create(status="unpaid").id
    notes = [credit(company, each, amount="1") for each in (invoice, other, invoice)]
    with company.read() as work:
        total, rows = credit_notes.page(work, store.CreditNoteFilter(), is_descending=True, limit=2, skip=0)
        assert (total, [row.id for row in rows]) == (3, [notes[2].id, notes[1].id])
        wanted = store.CreditNoteFilter(invoice_id=invoice)
        total, rows = credit_notes.page(work, wanted, is_descending=False, limit=9, skip=1)
        assert (total, [row.id for row in rows]) == (2, [notes[2].id])


def test_many_at_once_never_credit_more_than_the_invoice(company: Company, invoice: str) -> None:
    """Twenty of 50.00 each over 240.00: four fit."""

    def outcome(_n: int) -> str | None:
        try:
            return credit(company, invoice, amount="50.00").number
        except Invalid as refused:
            return refused.code

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(outcome, range(20)))
    assert outcomes.pop("credit_notes_exceed_invoice") == 16
    assert outcomes == Counter(f"A-2026-00{n}" for n in range(1, 5))
    assert Decimal(live(company, invoice)["credited_amount"]["value"]) == 200
    assert len(live(company, invoice)["credit_notes_ids"]) == 4
