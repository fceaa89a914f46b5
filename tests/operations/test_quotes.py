"""Quotes on the real store: numbers, answers of the client, and the invoices made from them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy.exc

from counterfoil.app import House
from counterfoil.domain.client_invoice import ClientInvoiceChange
from counterfoil.domain.quote import QuoteChange
from counterfoil.errors import BillingError, Conflict, Gone, Invalid, NotFound, WrongState
from counterfoil.operations import attachments, client_invoices, clients, mailing, quotes, uploads
from counterfoil.operations.kinds import QUOTE
from counterfoil.operations.work import Actor
from counterfoil.store import journal
from counterfoil.store import quotes as store
from counterfoil.store.rows import InvoiceRow, QuoteRow
from tests.support.houses import Company, SteppingClock, new_company

LETTER = mailing.SendRequest(send_to=["ops@client.example"], email_title="Devis")
LONG_TERMS = "Conditions. " * 100


def read(company: Company, quote_id: str) -> QuoteRow:
    with company.read() as work:
        return quotes.get(work, quote_id)


def change(company: Company, quote_id: str, **sent: Any) -> quotes.Outcome:
    with company.write() as work:
        return quotes.update(work, quote_id, QuoteChange.model_validate_json(json.dumps(sent)))


def delete(company: Company, quote_id: str) -> None:
    with company.write() as work:
        quotes.delete(work, quote_id)


def send(company: Company, quote_id: str) -> None:
    with company.write() as work:
        mailing.send(work, QUOTE, quote_id, LETTER)


def accept(company: Company, row: QuoteRow, **more: Any) -> QuoteRow:
    """As the public page does it: as nobody of the organization, for the document as `row` has it."""
    said = {"name": "Ada Martin", "has_read_terms": True, "seen_hash": quotes.document_hash(row), **more}
    with company.house.works.write(Actor(company.id, "public_page")) as work:
        return quotes.accept(work, row, **said)


def decline(company: Company, row: QuoteRow, name: str = "Ada Martin", reason: str = "Trop cher") -> QuoteRow:
    with company.house.works.write(Actor(company.id, "public_page")) as work:
        return quotes.decline(work, row, name, reason)


def convert(company: Company, quote_id: str, *, again: bool = False, **sent: Any) -> client_invoices.Outcome:
    with company.write() as work:
        return quotes.convert(work, quote_id, quotes.Conversion(**sent), is_again=again)


def live(row: QuoteRow | InvoiceRow) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row.live)
    return found


def frozen(row: QuoteRow | InvoiceRow) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row.frozen)
    return found


def code(act: Callable[[], object], kind: type[BillingError]) -> str:
    """The code of the refusal that `act` must meet with."""
    with pytest.raises(kind) as refused:
        act()
    assert all(fault.fix for fault in refused.value.faults)
    return refused.value.code


# Numbers


def test_numbers_are_a_series_a_year_of_their_own(company: Company) -> None:
    company.create(status="unpaid")
    assert [company.quote().number for _ in range(2)] == ["D-2026-001", "D-2026-002"]
    assert company.quote(issue_date="2027-01-01", expiry_date="2027-02-01").number == "D-2027-001"
    assert frozen(company.quote())["number"] == "D-2026-003"


def test_a_deleted_quote_leaves_no_gap(company: Company) -> None:
    made = [company.quote() for _ in range(3)]
    delete(company, made[1].id)
    assert [company.quote().number for _ in range(2)] == ["D-2026-002", "D-2026-004"]


def test_a_number_given_by_hand_is_used_and_stepped_over(company: Company) -> None:
    with company.write() as work:
        made = quotes.create(work, company.new_quote(number="D-2026-002"))
    assert [fault.code for fault in made.warnings] == ["number_out_of_sequence"]
    assert [company.quote().number for _ in range(2)] == ["D-2026-001", "D-2026-003"]
    assert code(lambda: company.quote(number="D-2026-002"), Conflict) == "quote_number_already_exists"


def test_a_changed_number_frees_the_old_one(company: Company) -> None:
    first = company.quote()
    outcome = change(company, first.id, number="OFFRE-7")
    assert outcome.row.number == "OFFRE-7"
    assert [fault.code for fault in outcome.warnings] == ["number_out_of_sequence"]
    assert company.quote().number == "D-2026-001"
    assert code(lambda: change(company, first.id, number="D-2026-001"), Conflict) == "quote_number_already_exists"
    assert change(company, first.id, number="D-2026-002").warnings == ()
    assert company.quote().number == "D-2026-003"


def test_a_refused_quote_costs_no_number(company: Company) -> None:
    discount = {"type": "absolute", "value": "900"}
    assert code(lambda: company.quote(discount=discount), Invalid) == "invalid_discount_value"
    assert company.quote().number == "D-2026-001"


def test_numbers_by_hand_must_be_given(house: House) -> None:
    company = new_company(house, numbering_mode="manual")
    assert code(company.quote, Invalid) == "missing_number"
    made = company.quote(number="2026/A")
    assert change(company, made.id, header="x").row.number == "2026/A"


# Changes


def test_a_change_keeps_clears_replaces_and_merges(company: Company) -> None:
    made = company.quote(header="Bonjour", footer="Merci", settings={"tax_number": "1", "district_court": "Lyon"})
    item = {
        "title": "Autre", "quantity": "1", "unit_price": {"value": "10", "currency": "EUR"}, "vat_rate": "5.5",
    }  # fmt: skip
    after = change(company, made.id, header=None, items=[item], settings={"tax_number": "2"}).row
    document = frozen(after)
    assert (document["header"], document["footer"]) == ("", "Merci")
    assert document["settings"] == {"tax_number": "2", "district_court": "Lyon"}
    assert [(each["title"], each["vat_rate"]) for each in document["items"]] == [("Autre", "0.055")]
    assert (after.number, after.version) == (made.number, 2)
    assert after.total_amount_cents == 1055


@pytest.mark.parametrize("field", ["number", "issue_date", "expiry_date", "terms_and_conditions", "currency", "items"])
def test_what_it_needs_cannot_be_cleared(company: Company, field: str) -> None:
    made = company.quote()
    assert code(lambda: change(company, made.id, **{field: None}), Invalid) == "missing_value"


def test_its_client_stays(company: Company) -> None:
    made = company.quote()
    assert change(company, made.id, client_id=company.client_id.upper()).row.client_id == company.client_id
    other = "0198c5a5-0000-7000-8000-000000000009"
    assert code(lambda: change(company, made.id, client_id=other), Invalid) == "read_only"


def test_a_doubtful_rate_and_a_past_expiry_are_warnings(company: Company) -> None:
    odd = company.new_quote(issue_date="2026-01-01", expiry_date="2026-02-01")
    line = odd.items[0].model_copy(update={"vat_rate": "1"})
    with company.write() as work:
        made = quotes.create(work, odd.model_copy(update={"items": [line]}))
    assert [fault.code for fault in made.warnings] == ["illegal_vat_rate", "quote_expired"]


def test_what_was_sent_is_kept(company: Company) -> None:
    made = company.quote()
    assert not made.is_sent
    send(company, made.id)
    sent = read(company, made.id)
    assert (bool(sent.is_sent), live(sent)["is_sent"], sent.version) == (True, True, made.version)
    assert code(lambda: delete(company, made.id), WrongState) == "quote_already_sent"
    assert change(company, made.id, header="Nouveau").row.is_sent


def test_a_letter_that_is_refused_sends_nothing(company: Company) -> None:
    made = company.quote()
    letter = mailing.SendRequest(send_to=["a@b.example", "A@b.example"], email_title="Devis")
    with pytest.raises(Invalid), company.write() as work:
        mailing.send(work, QUOTE, made.id, letter)
    assert not read(company, made.id).is_sent


# The client's answer


def test_accepting_keeps_who_when_and_exactly_what(company: Company) -> None:
    made = company.quote()
    accepted = accept(company, made)
    said = live(accepted)
    assert accepted.status == said["status"] == "approved"
    assert said["approved_by"] == "Ada Martin"
    assert said["approved_at"] == accepted.finalized_at
    assert said["document_hash"] == hashlib.sha256(made.frozen.encode()).hexdigest()
    assert (accepted.frozen, said["canceled_at"]) == (made.frozen, "")
    with company.read() as work:
        kind, principal, _, data = journal.of_document(work.conn, company.id, made.id)[-1]
    assert (kind, principal) == ("accepted", "public_page")
    assert json.loads(data)["document_hash"] == said["document_hash"]


def test_declining_keeps_the_reason(company: Company) -> None:
    declined = decline(company, company.quote(), " Ada Martin ", "Trop cher\nmerci ")
    said = live(declined)
    assert (declined.status, said["declined_by"], said["decline_reason"]) == (
        "canceled", "Ada Martin", "Trop cher\nmerci",
    )  # fmt: skip
    assert said["canceled_at"] == declined.finalized_at
    assert live(decline(company, company.quote(), reason=""))["decline_reason"] == ""


def test_answering_again_changes_nothing(company: Company) -> None:
    accepted = accept(company, company.quote())
    assert accept(company, accepted, name="", has_read_terms=False, seen_hash="") == accepted
    declined = decline(company, company.quote())
    assert decline(company, declined, "Someone Else") == declined
    assert code(lambda: decline(company, accepted), WrongState) == "quote_already_approved"
    assert code(lambda: accept(company, declined), WrongState) == "quote_already_canceled"


def test_a_stale_page_cannot_accept_what_it_never_showed(company: Company) -> None:
    seen = company.quote()
    change(company, seen.id, terms_and_conditions="Tout d'avance.")
    assert code(lambda: accept(company, seen), Conflict) == "quote_has_changed"
    assert accept(company, read(company, seen.id)).status == "approved"


def test_another_uploaded_pdf_is_another_document(company: Company) -> None:
    file = attachments.StoredFile("devis.pdf", "application/pdf", 1, "0" * 64)
    with company.write() as work:
        first, second = (uploads.create(work, file).id for _ in range(2))
    seen = company.quote(upload_id=first)
    change(company, seen.id, upload_id=second)
    assert code(lambda: accept(company, seen), Conflict) == "quote_has_changed"
    accepted = accept(company, read(company, seen.id))
    assert (live(accepted)["upload_id"], live(accepted)["document_hash"]) == (second, quotes.document_hash(accepted))


def test_a_page_read_before_the_answer_is_no_way_around_it(company: Company) -> None:
    stale = company.quote()
    decline(company, stale)
    assert code(lambda: accept(company, stale), WrongState) == "quote_already_canceled"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"name": "  "}, "missing_name"), ({"name": "x" * 121}, "too_long"), ({"name": "a\nb"}, "invalid_text"),
        ({"has_read_terms": False}, "terms_not_read"),
    ],
)  # fmt: skip
def test_name_and_tick_are_needed(company: Company, said: dict[str, Any], expected: str) -> None:
    made = company.quote()
    assert code(lambda: accept(company, made, **said), Invalid) == expected
    assert read(company, made.id) == made


def test_all_that_is_missing_is_said_at_once(company: Company) -> None:
    made = company.quote()
    with pytest.raises(Invalid) as refused:
        accept(company, made, name="", has_read_terms=False)
    assert [fault.field for fault in refused.value.faults] == ["name", "has_read_terms"]


@pytest.mark.parametrize(
    ("name", "reason", "expected"),
    [("", "", "missing_name"), ("Ada", "x" * 1001, "too_long"), ("Ada", "a\x00", "invalid_text")],
)
def test_a_refusal_is_text_too(company: Company, name: str, reason: str, expected: str) -> None:
    made = company.quote()
    assert code(lambda: decline(company, made, name, reason), Invalid) == expected


def test_the_last_day_counts_by_the_sellers_calendar(company: Company, clock: SteppingClock) -> None:
    made, late = company.quote(), company.quote()
    clock.jump(timedelta(days=30, hours=12))  # 1 April 21:00 UTC, 23:00 in Paris
    assert accept(company, made).status == "approved"
    clock.jump(timedelta(hours=1, minutes=1))
    assert code(lambda: accept(company, late), WrongState) == "quote_expired"
    assert code(lambda: decline(company, late), WrongState) == "quote_expired"
    assert change(company, late.id, expiry_date="2026-05-01").row.status == "pending_approval"
    assert accept(company, read(company, late.id)).status == "approved"


@pytest.mark.parametrize("answer", [accept, decline])
def test_an_answered_quote_is_closed(company: Company, answer: Callable[[Company, QuoteRow], QuoteRow]) -> None:
    closed = answer(company, company.quote())
    expected = f"quote_already_{closed.status}"
    assert code(lambda: change(company, closed.id, header="x"), WrongState) == expected
    assert code(lambda: delete(company, closed.id), WrongState) == expected
    with pytest.raises(sqlalchemy.exc.IntegrityError, match="immutable"), company.write() as work:
        work.conn.execute(sqlalchemy.text("UPDATE quotes SET frozen = '{}' WHERE id = :id"), {"id": closed.id})
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="deleted"), company.write() as work:
        store.delete_quote(work.conn, company.id, closed)


def test_an_accepted_quote_may_be_mailed_again_a_declined_one_not(company: Company) -> None:
    accepted, declined = accept(company, company.quote()), decline(company, company.quote())
    send(company, accepted.id)
    assert read(company, accepted.id).frozen == accepted.frozen
    assert code(lambda: send(company, declined.id), WrongState) == "quote_already_canceled"


def test_the_page_outlives_the_answer_by_half_a_year(company: Company, clock: SteppingClock) -> None:
    waiting, accepted = company.quote(), accept(company, company.quote())

    def is_shown(row: QuoteRow) -> bool:
        with company.read() as work:
            try:
                return quotes.public(work, row) == row
            except Gone:
                return False

    assert is_shown(waiting)
    assert is_shown(accepted)
    clock.jump(timedelta(days=quotes.PUBLIC_DAYS, minutes=1))
    assert is_shown(waiting)
    assert not is_shown(accepted)
    clock.jump(timedelta(days=31))
    assert not is_shown(waiting)


def test_every_change_and_answer_has_its_pdf_made(company: Company) -> None:
    made = company.quote()
    with company.write() as work:
        quotes.set_attachment(work, made, "0198c5a5-0000-7000-8000-000000000003")
    attached = read(company, made.id)
    assert (attached.version, live(attached)["attachment_id"][-1]) == (1, "3")
    accept(company, attached)
    with company.read() as work:
        jobs = work.conn.exec_driver_sql("SELECT payload FROM jobs WHERE kind = 'render'").scalars().all()
    wanted = {"document_kind": "quote", "document_id": made.id, "version": 2}
    assert [json.loads(job) for job in jobs] == [wanted]


# Invoices made from it


def test_a_quote_becomes_a_draft_with_the_same_amounts(company: Company) -> None:
    made = company.quote(
        header="Bonjour", footer="Merci", settings={"tax_number": "1"}, discount={"type": "percentage", "value": "10"},
    )  # fmt: skip
    outcome = convert(company, made.id)
    document, offered = frozen(outcome.row), frozen(made)
    assert (outcome.row.status, outcome.warnings) == ("draft", ())
    for name in ("items", "discount", "header", "footer", "settings", "terms_and_conditions", "total_amount"):
        expected = offered[name]
        if name == "items":
            expected = [{k: v for k, v in each.items() if k != "vat_exemption_code"} for each in expected]
        assert document[name] == expected
    assert (document["issue_date"], document["due_date"]) == ("2026-03-02", "2026-04-01")
    assert live(outcome.row)["quote_id"] == made.id
    assert live(read(company, made.id))["invoice_ids"] == [outcome.row.id]


def test_what_italy_and_spain_add_comes_along(house: House) -> None:
    spanish: dict[str, Any] = {
        "legal_country": "ES",
        "is_freelancer": True,
        "legal_number": "B58378431",
        "vat_number": "ESB58378431",
    }
    company = new_company(house, **spanish)
    made = company.quote(withholding_tax={"rate": "0.15"})
    document = frozen(convert(company, made.id).row)
    assert document["withholding_tax"] == {"reason": None, "rate": "0.15", "payment_reason": None, "amount": "30.00"}
    assert document["amount_due"] == frozen(made)["amount_due"]


def test_the_days_may_be_given(company: Company) -> None:
    made = company.quote()
    row = convert(company, made.id, issue_date=date(2026, 3, 9), due_date=date(2026, 3, 10)).row
    assert (row.issue_date, row.due_date) == ("2026-03-09", "2026-03-10")
    last = convert(company, made.id, again=True, issue_date=date(2199, 12, 31)).row
    assert last.due_date == "2199-12-31"


def test_terms_too_long_for_an_invoice_are_left_out_and_said_so(company: Company) -> None:
    outcome = convert(company, company.quote(terms_and_conditions=LONG_TERMS).id)
    assert frozen(outcome.row)["terms_and_conditions"] == ""
    assert [fault.code for fault in outcome.warnings] == ["terms_not_carried_over"]


def test_a_second_invoice_is_made_only_when_asked_for(company: Company) -> None:
    made = accept(company, company.quote())
    first = convert(company, made.id)
    with pytest.raises(WrongState) as refused:
        convert(company, made.id)
    assert refused.value.code == "quote_already_invoiced"
    assert refused.value.faults[0].meta["invoice_ids"] == [first.row.id]
    second = convert(company, made.id, again=True)
    assert [fault.code for fault in second.warnings] == ["quote_already_invoiced"]
    assert live(read(company, made.id))["invoice_ids"] == [first.row.id, second.row.id]


def test_a_deleted_or_canceled_invoice_stands_in_nobodys_way(company: Company) -> None:
    made = company.quote()
    first = convert(company, made.id).row
    with company.write() as work:
        client_invoices.delete(work, first.id)
    assert live(read(company, made.id))["invoice_ids"] == []
    second = convert(company, made.id).row
    company.finalize(second.id)
    with company.write() as work:
        client_invoices.mark_as_canceled(work, second.id)
    third = convert(company, made.id)
    assert third.warnings == ()
    assert live(read(company, made.id))["invoice_ids"] == [second.id, third.row.id]


def test_a_quote_behind_an_invoice_is_kept(company: Company) -> None:
    made = company.quote()
    invoice = convert(company, made.id).row
    assert code(lambda: delete(company, made.id), WrongState) == "quote_already_invoiced"
    with company.write() as work:
        client_invoices.delete(work, invoice.id)
    delete(company, made.id)
    with pytest.raises(NotFound):
        read(company, made.id)


def test_the_invoice_remembers_its_quote_through_its_life(company: Company) -> None:
    made = company.quote()
    invoice = convert(company, made.id).row
    with company.write() as work:
        client_invoices.update(work, invoice.id, ClientInvoiceChange(header="x"))
    company.finalize(invoice.id)
    with company.write() as work:
        paid = client_invoices.mark_as_paid(work, invoice.id, None).row
    assert live(paid)["quote_id"] == made.id
    assert "quote_id" not in live(company.create())


def test_an_offer_is_billed_though_its_client_was_deleted(company: Company) -> None:
    made = accept(company, company.quote())
    with company.write() as work:
        clients.delete(work, company.client_id)
    assert frozen(convert(company, made.id).row)["client"] == frozen(made)["client"]


def test_quote_id_on_a_new_invoice_fills_what_it_leaves_out(company: Company) -> None:
    made = company.quote(header="Bonjour", footer="Merci", discount={"type": "percentage", "value": "10"})
    row = company.create(quote_id=made.id.upper(), items=[], footer="Salut", status=None)
    document = frozen(row)
    assert (row.status, live(row)["quote_id"]) == ("draft", made.id)
    assert (document["header"], document["footer"]) == ("Bonjour", "Salut")
    assert document["total_amount"] == frozen(made)["total_amount"]


def test_lines_that_are_sent_win_whole(company: Company) -> None:
    made = company.quote(discount={"type": "percentage", "value": "10"})
    sent = company.new_invoice().items[0].model_dump()
    row = company.create(quote_id=made.id, items=[{**sent, "title": "Acompte", "quantity": "1"}])
    document = frozen(row)
    assert [item["title"] for item in document["items"]] == ["Acompte"]
    assert (document["discount"], document["total_amount"]["value"]) == (None, "120.00")
    again = company.new_invoice(quote_id=made.id)
    with company.write() as work:
        assert [fault.code for fault in client_invoices.create(work, again).warnings] == ["quote_already_invoiced"]


def test_it_is_finalized_at_once_when_asked_for(company: Company) -> None:
    made = company.quote()
    row = company.create(quote_id=made.id, items=[], status="unpaid")
    assert (row.status, row.number) == ("unpaid", "F-2026-001")


def test_a_quote_of_nobody_another_client_or_declined_makes_no_invoice(house: House, company: Company) -> None:
    unknown = "0198c5a5-0000-7000-8000-000000000009"
    assert code(lambda: company.create(quote_id=unknown), Invalid) == "invalid_quote_id"
    foreign = new_company(house).quote()
    assert code(lambda: company.create(quote_id=foreign.id), Invalid) == "invalid_quote_id"
    made = company.quote()
    assert code(lambda: company.create(quote_id=made.id, client_id=unknown), Invalid) == "invalid_client_id"
    declined = decline(company, made)
    assert code(lambda: company.create(quote_id=declined.id), WrongState) == "quote_already_canceled"
    assert code(lambda: convert(company, declined.id), WrongState) == "quote_already_canceled"


def test_anothers_quote_is_not_found(house: House, company: Company) -> None:
    made, other = company.quote(), new_company(house)
    for act in (
        lambda: read(other, made.id), lambda: change(other, made.id, header="x"), lambda: delete(other, made.id),
        lambda: send(other, made.id), lambda: convert(other, made.id), lambda: accept(other, made),
        lambda: decline(other, made),
    ):  # fmt: skip
        assert code(act, NotFound) == "not_found"
    assert read(company, made.id) == made
