"""What follows from what a network says: canceled, credited, told as paid; and Italy, where SdI says it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from counterfoil.domain.client import ClientFields
from counterfoil.domain.einvoicing import is_ended
from counterfoil.operations import client_invoices, clients, credit_notes, organization
from counterfoil.ports.einvoice_network import Refused, Transient
from tests.jobs.conftest import Workshop
from tests.jobs.exchange import DELIVERED, Post, Scripted, refusal
from tests.support.houses import new_company
from tests.support.server import BUYERS, COMPANIES

RECEIPTS = {"transaction_type": "services", "vat_payment_condition": "on_receipts"}


@pytest.fixture
def post(workshop: Workshop) -> Post:
    return Post(workshop)


@pytest.fixture
def on_receipts(workshop: Workshop) -> Post:
    """The same for a company whose VAT is due when it is paid."""
    company = new_company(workshop.company.house, clock=workshop.clock, **RECEIPTS)
    return Post(replace(workshop, company=company))


# Refused and rejected: the invoice is ended.


@pytest.mark.parametrize("behaviour", ["refuse", "reject"])
def test_a_refused_invoice_is_canceled_and_not_credited(post: Post, behaviour: str) -> None:
    post.tell(behaviour)
    invoice_id = post.sent()
    post.wait()
    assert refusal(lambda: post.workshop.company.credit(invoice_id)) == "einvoice_declined"
    number = post.workshop.company.get(invoice_id).number
    outcome = post.cancel(invoice_id)
    assert (outcome.row.status, outcome.row.number, outcome.warnings) == ("canceled", number, ())
    assert post.workshop.company.create(status="unpaid").number != number


def test_a_duplicate_ends_nothing(post: Post) -> None:
    post.tell("reject", reason="DOUBLON")
    invoice_id = post.sent()
    post.wait()
    assert not is_ended(post.live(invoice_id).einvoicing_lifecycle_events)
    assert refusal(lambda: post.cancel(invoice_id)) == "einvoice_already_submitted"
    post.workshop.company.credit(invoice_id)


def test_what_nobody_has_yet_is_canceled_and_never_goes_out(post: Post) -> None:
    invoice_id = post.sent()
    post.cancel(invoice_id)
    post.wait()
    assert (post.outbox(), post.submission(invoice_id).state) == ([], "withdrawn")


def test_what_the_network_may_have_is_not_canceled(post: Post) -> None:
    post.tell("lose_receipt")
    invoice_id = post.sent()
    post.run()
    assert post.submission(invoice_id).state == "sending"
    assert refusal(lambda: post.cancel(invoice_id)) == "einvoice_already_submitted"


# Credit notes follow their invoices.


def test_a_credit_note_follows_its_invoice_and_never_goes_before_it(post: Post) -> None:
    post.tell("drop", count=1)
    invoice_id = post.sent()
    note = post.workshop.company.credit(invoice_id)
    post.run()
    assert post.outbox() == []
    post.wait()
    assert sorted(manifest["document_kind"] for manifest in post.outbox()) == ["client_invoice", "credit_note"]
    with post.workshop.company.read() as work:
        answer = json.loads(credit_notes.answer(credit_notes.get(work, note.id), invoice_url=""))
    assert answer["einvoicing_status"] == "submitted"
    assert [each["status_code"] for each in answer["einvoicing_lifecycle_events"]] == DELIVERED


def test_a_credit_note_of_an_invoice_that_was_not_submitted_stays(post: Post) -> None:
    invoice_id = post.issued()
    post.workshop.company.credit(invoice_id)
    post.wait()
    assert post.outbox() == []


# 212: told when VAT is due on receipt, and never else.


def test_a_payment_is_told_where_vat_is_due_on_receipt(on_receipts: Post) -> None:
    invoice_id = on_receipts.sent()
    on_receipts.wait()
    on_receipts.pay(invoice_id)
    on_receipts.wait()
    (told,) = on_receipts.told()
    assert told["status_code"] == 212
    assert told["amounts"] == [{"vat_rate": "0.2", "amount": {"value": "240.00", "currency": "EUR"}}]
    assert (on_receipts.status(invoice_id), on_receipts.codes(invoice_id)) == ("approved", [*DELIVERED, 212])
    assert on_receipts.live(invoice_id).einvoicing_lifecycle_events[-1].reason_message == "240.00 EUR at 20 %"


def test_the_same_mark_is_told_once_and_taking_it_off_says_nothing(on_receipts: Post) -> None:
    invoice_id = on_receipts.sent()
    on_receipts.wait()
    on_receipts.pay(invoice_id)
    on_receipts.pay(invoice_id)
    on_receipts.wait()
    assert len(on_receipts.told()) == 1
    with on_receipts.workshop.company.write() as work:
        client_invoices.unmark_as_paid(work, invoice_id)
    on_receipts.wait()
    assert len(on_receipts.told()) == 1


def test_a_payment_before_it_was_filed_is_told_afterwards(on_receipts: Post) -> None:
    invoice_id = on_receipts.sent()
    on_receipts.pay(invoice_id)
    assert on_receipts.codes(invoice_id) == []
    on_receipts.wait()
    assert [told["status_code"] for told in on_receipts.told()] == [212]
    assert on_receipts.codes(invoice_id).count(212) == 1


def test_a_payment_is_told_of_nothing_that_was_never_submitted(on_receipts: Post) -> None:
    invoice_id = on_receipts.issued()
    on_receipts.pay(invoice_id)
    on_receipts.wait()
    assert (on_receipts.codes(invoice_id), on_receipts.told()) == ([], [])


def test_a_payment_is_not_told_where_vat_is_due_on_delivery(post: Post) -> None:
    invoice_id = post.sent()
    post.wait()
    post.pay(invoice_id)
    post.wait()
    assert (post.codes(invoice_id), post.told()) == (DELIVERED, [])


def test_a_status_that_could_not_be_told_is_told_later_and_one_refused_is_not(on_receipts: Post) -> None:
    invoice_id = on_receipts.sent()
    on_receipts.wait()
    on_receipts.pay(invoice_id)
    network = Scripted(on_receipts.exchange, failures=[Transient("away")])
    on_receipts.run(einvoice_network=network)
    on_receipts.run(after=timedelta(minutes=1), einvoice_network=network)
    assert [status.status_code for status in network.statuses] == [212]
    other = on_receipts.sent()
    on_receipts.wait()
    on_receipts.pay(other)
    network.failures = [Refused("no")]
    on_receipts.run(einvoice_network=network)
    on_receipts.run(after=timedelta(hours=1), einvoice_network=network)
    assert len(network.statuses) == 1


# Italy: SdI.


@pytest.fixture
def italian(workshop: Workshop) -> Post:
    """The same for an Italian company, whose invoices go out when they are finalized."""
    profile = {name: value for name, value in COMPANIES["IT"].items() if name != "iban"}
    company = new_company(workshop.company.house, clock=workshop.clock, legal_country="IT", **profile)
    client = {
        "kind": "company", "name": "Officina Verdi S.r.l.", "currency": "EUR", "locale": "it",
        "vat_number": "IT07643520567", "tax_identification_number": "07643520567", "recipient_code": "ABC1234",
        "billing_address": BUYERS["IT"],
    }  # fmt: skip
    with company.write() as work:
        company.client_id = json.loads(clients.create(work, ClientFields.model_validate(client)))["id"]
    return Post(replace(workshop, company=company))


ITEM = {
    "title": "Consulenza", "quantity": "2", "unit_price": {"value": "100.00", "currency": "EUR"}, "vat_rate": "0.22",
}  # fmt: skip


def test_an_italian_invoice_goes_out_by_itself(italian: Post) -> None:
    draft = italian.workshop.company.create(items=[ITEM])
    italian.wait()
    assert italian.outbox() == []
    italian.workshop.company.finalize(draft.id)
    italian.wait()
    assert [manifest["kind"] for manifest in italian.outbox()] == ["fatturapa"]
    assert [event.reason for event in italian.live(draft.id).einvoicing_lifecycle_events] == ["", "RC"]
    assert italian.status(draft.id) == "approved"


def test_an_italian_invoice_that_is_not_to_be_reported_stays(italian: Post) -> None:
    italian.issued(items=[ITEM], report_einvoicing=False)
    italian.wait()
    assert italian.outbox() == []


@pytest.mark.parametrize(
    ("behaviour", "status", "reasons"),
    [
        ("undeliverable", "not_delivered", ["", "MC"]), ("refuse", "declined", ["", "RC", "EC02"]),
        ("approve", "approved", ["", "RC", "EC01"]),
    ],
)  # fmt: skip
def test_what_sdi_says_is_what_it_comes_to(italian: Post, behaviour: str, status: str, reasons: list[str]) -> None:
    italian.tell(behaviour)
    invoice_id = italian.issued(items=[ITEM])
    italian.wait()
    assert italian.status(invoice_id) == status
    assert [event.reason for event in italian.live(invoice_id).einvoicing_lifecycle_events] == reasons
    # In Italy it stays issued: it is corrected, not canceled.
    assert refusal(lambda: italian.cancel(invoice_id)) == "einvoice_already_submitted"


def test_a_scrapped_invoice_is_sent_again_under_its_number_for_five_days(italian: Post) -> None:
    italian.tell("reject", count=1)
    invoice_id = italian.issued(items=[ITEM])
    italian.wait()
    assert (italian.status(invoice_id), italian.submission(invoice_id).state) == ("submission_failed", "failed")
    italian.run(after=timedelta(days=4))
    italian.send(invoice_id)
    italian.wait()
    numbers = {manifest["number"] for manifest in italian.outbox()}
    assert (len(italian.outbox()), numbers) == (2, {italian.workshop.company.get(invoice_id).number})
    assert italian.status(invoice_id) == "approved"


def test_after_five_days_a_scrapped_invoice_is_canceled(italian: Post) -> None:
    italian.tell("reject", count=1)
    invoice_id = italian.issued(items=[ITEM])
    italian.wait()
    italian.run(after=timedelta(days=6))
    assert refusal(lambda: italian.send(invoice_id)) == "einvoice_resend_too_late"
    assert italian.cancel(invoice_id).row.status == "canceled"


def test_an_italian_credit_note_follows_too(italian: Post) -> None:
    invoice_id = italian.issued(items=[ITEM])
    italian.wait()
    italian.workshop.company.credit(invoice_id)
    italian.wait()
    assert sorted(manifest["document_kind"] for manifest in italian.outbox()) == ["client_invoice", "credit_note"]


def test_without_e_invoicing_an_italian_invoice_is_not_sent(italian: Post) -> None:
    invoice_id = italian.issued(items=[ITEM], report_einvoicing=False)
    with italian.workshop.company.write() as work:
        organization.update(work, {"einvoicing_enabled": False})
    assert refusal(lambda: italian.send(invoice_id)) == "forbidden"
