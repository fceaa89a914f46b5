"""Supplier invoices as operations: taken in once, filled in, paid, rejected; each step written down."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from counterfoil import errors
from counterfoil.app import House
from counterfoil.domain.supplier_invoice import Rejection, SupplierInvoiceMeta
from counterfoil.operations import attachments, supplier_invoices
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.supplier_invoices import Incoming
from counterfoil.store import journal
from counterfoil.store import supplier_invoices as store
from tests.support.houses import Company, SteppingClock, new_company
from tests.support.supplier_invoices import change, eur, fill, filled, pay, row, upload

FILE = StoredFile("bill.pdf", "application/pdf", 3, "a" * 64)


def shown(company: Company, invoice_id: str) -> dict[str, Any]:
    with company.read() as work:
        answer: dict[str, Any] = json.loads(
            supplier_invoices.answers(work, [supplier_invoices.get(work, invoice_id)])[0]
        )
    return answer


def events(company: Company, invoice_id: str) -> list[str]:
    with company.read() as work:
        return [event[0] for event in journal.of_document(work.conn, company.id, invoice_id)]


def create(company: Company, new: Incoming) -> str:
    with company.write() as work:
        return supplier_invoices.create(work, new, source="integration", meta=SupplierInvoiceMeta())[0].id


def reject(company: Company, invoice_id: str, **sent: Any) -> None:
    with company.write() as work:
        supplier_invoices.reject(work, invoice_id, Rejection.model_validate(sent))


def test_a_file_becomes_a_document_to_review(company: Company) -> None:
    found = shown(company, create(company, Incoming(file=FILE)))
    assert (found["status"], found["source_type"], found["file_name"]) == ("to_review", "direct_upload", "bill.pdf")
    assert found["attachment_id"] == found["display_attachment_id"]
    with company.read() as work:
        kept = attachments.get(work, found["attachment_id"])
    assert (kept.sha256, kept.document_kind, kept.document_id) == ("a" * 64, "supplier_invoice", found["id"])


def test_an_attachment_becomes_a_document_as_often_as_asked(company: Company) -> None:
    with company.write() as work:
        attachment_id = attachments.create_from(work, FILE).id
    one, two = (create(company, Incoming(attachment_id=attachment_id.upper())) for _ in range(2))
    assert shown(company, one)["attachment_id"] == attachment_id
    assert one != two
    assert shown(company, two)["has_duplicates"]


def test_an_attachment_of_nobody_or_of_an_issued_document_is_refused(house: House, company: Company) -> None:
    other = new_company(house)
    with other.write() as work:
        theirs = attachments.create_from(work, FILE).id
    with company.write() as work:
        issued = attachments.create_from(work, FILE, ("client_invoice", "1")).id
    for attachment_id in (theirs, issued, "nonsense"):
        with pytest.raises(errors.Invalid) as refused:
            create(company, Incoming(attachment_id=attachment_id))
        assert refused.value.code == "invalid_attachment_id"


def test_a_key_stands_for_one_file_for_thirty_days(company: Company, clock: SteppingClock) -> None:
    first = create(company, Incoming(file=FILE, idempotency_key="k"))
    assert create(company, Incoming(file=FILE, idempotency_key="k")) == first
    assert create(company, Incoming(file=FILE, idempotency_key="other")) != first
    other = StoredFile("b.pdf", "application/pdf", 3, "b" * 64)
    with pytest.raises(errors.Invalid) as refused:
        create(company, Incoming(file=other, idempotency_key="k"))
    assert refused.value.code == "idempotency_key_reused"
    clock.jump(timedelta(days=30, minutes=1))
    assert create(company, Incoming(file=other, idempotency_key="k")) != first


def test_what_is_known_may_come_with_the_document(company: Company) -> None:
    found = shown(company, create(company, Incoming(file=FILE, known=change(supplier_name="Dupont"))))
    assert found["supplier_name"] == "Dupont"


def test_what_is_written_down_stays(company: Company) -> None:
    invoice_id = filled(company, "a", supplier_name="Dupont", invoice_number="1", description="first\nsecond")
    fill(company, invoice_id, invoice_number=None, due_date="2026-04-01")
    found = shown(company, invoice_id)
    assert (found["supplier_name"], found["invoice_number"]) == ("Dupont", None)
    assert (found["due_date"], found["description"]) == ("2026-04-01", "first\nsecond")
    assert found["updated_at"] > found["created_at"]
    assert events(company, invoice_id) == ["created", "updated", "updated"]


def test_a_changed_iban_is_told_and_stays_visible(company: Company) -> None:
    filled(company, "old", supplier_name="Dupont", iban="DE89370400440532013000")
    new = upload(company, "new")
    outcome = fill(company, new, supplier_name="DUPONT", iban="FR7630006000011234567890189")
    assert [fault.code for fault in outcome.warnings] == ["iban_changed"]
    assert shown(company, new)["iban_changed_from"] == "DE89370400440532013000"
    # Until it is corrected.
    assert fill(company, new, iban="DE89370400440532013000").warnings == ()
    assert shown(company, new)["iban_changed_from"] is None


def test_the_first_iban_of_a_supplier_and_the_same_again_are_quiet(company: Company) -> None:
    for mark in ("one", "two"):
        invoice_id = upload(company, mark)
        outcome = fill(company, invoice_id, supplier_name="Dupont", iban="DE89370400440532013000")
        assert outcome.warnings == ()


def test_a_duplicate_is_told(company: Company) -> None:
    filled(company, "one", supplier_name="Dupont", invoice_number="A-1")
    outcome = fill(company, upload(company, "two"), supplier_name="Dupont", invoice_number="a 1")
    assert [fault.code for fault in outcome.warnings] == ["duplicate_invoice"]


def test_it_is_paid_on_a_day_and_paid_again_changes_nothing(company: Company) -> None:
    invoice_id = upload(company)
    pay(company, invoice_id, payment_date="2026-02-20")
    before = shown(company, invoice_id)
    pay(company, invoice_id, payment_date="2026-02-25")
    pay(company, invoice_id)
    assert (before["status"], before["payment_date"]) == ("paid", "2026-02-20")
    assert shown(company, invoice_id) == before
    assert events(company, invoice_id) == ["created", "marked_as_paid"]


def test_without_a_day_it_is_paid_today(company: Company, clock: SteppingClock) -> None:
    # Given a moment that is another day already where the organization lives.
    clock.moment = clock.moment.replace(hour=23, minute=30)
    invoice_id = upload(company)
    pay(company, invoice_id)
    assert shown(company, invoice_id)["payment_date"] == "2026-03-03"


def test_nothing_is_paid_in_the_future(company: Company) -> None:
    invoice_id = upload(company)
    with pytest.raises(errors.Invalid) as refused:
        pay(company, invoice_id, payment_date="2026-03-03")
    assert refused.value.code == "invalid_payment_date"
    assert row(company, invoice_id).status == "to_review"


def test_a_payment_is_taken_back(company: Company) -> None:
    invoice_id = upload(company)
    pay(company, invoice_id)
    with company.write() as work:
        answer = json.loads(supplier_invoices.unmark_as_paid(work, invoice_id))
    assert (answer["status"], answer["payment_date"]) == ("to_review", None)
    with company.write() as work, pytest.raises(errors.ForbiddenTransition):
        supplier_invoices.unmark_as_paid(work, invoice_id)


def test_a_rejection_is_final_and_closes_the_document(company: Company) -> None:
    invoice_id = upload(company)
    reject(company, invoice_id, declined_note="not ours", declined_reason_code="DEST_ERR")
    found = shown(company, invoice_id)
    assert (found["status"], found["declined_note"]) == ("rejected", "not ours")
    assert found["declined_reason_code"] == "DEST_ERR"
    for act in (lambda: pay(company, invoice_id), lambda: reject(company, invoice_id)):
        with pytest.raises(errors.ForbiddenTransition):
            act()
    with pytest.raises(errors.WrongState):
        fill(company, invoice_id, supplier_name="Dupont")
    with pytest.raises(errors.WrongState):
        fill(company, invoice_id, status="to_review")


def test_what_was_discarded_comes_back_alone(company: Company) -> None:
    invoice_id = filled(company, "a", status="discarded")
    with pytest.raises(errors.WrongState):
        fill(company, invoice_id, status="to_review", supplier_name="Dupont")
    fill(company, invoice_id, status="to_review")
    assert row(company, invoice_id).status == "to_review"


def test_a_french_einvoice_is_rejected_with_its_reason(company: Company, clock: SteppingClock) -> None:
    # Given an e-invoice that came in, and the day from which a reason is needed.
    invoice_id = upload(company)
    before = row(company, invoice_id)
    with company.write() as work:
        body = json.dumps(json.loads(before.body) | {"is_einvoice": True})
        store.replace(work.conn, company.id, before, before._replace(body=body))
    clock.jump(timedelta(days=184))
    with pytest.raises(errors.Invalid) as refused:
        reject(company, invoice_id, declined_note="twice")
    assert refused.value.faults[0].field == "declined_reason_code"
    reject(company, invoice_id, declined_note="twice", declined_reason_code="DOUBLON")
    assert row(company, invoice_id).status == "rejected"
    (event,) = json.loads(row(company, invoice_id).body)["einvoicing_lifecycle_events"]
    assert (event["status_code"], event["reason"], event["reason_message"]) == (210, "DOUBLON", "twice")


def test_amounts_are_kept_to_the_cent(company: Company) -> None:
    invoice_id = filled(company, "a", total_amount=eur("0.1"), total_tax_amount=eur("-0.2"))
    kept = row(company, invoice_id)
    assert (kept.total_amount_cents, kept.payable_amount_cents, kept.currency) == (10, 10, "EUR")
    assert shown(company, invoice_id)["total_amount_excluding_taxes"] == eur("0.30")


def test_anothers_document_is_not_found(house: House, company: Company) -> None:
    invoice_id = upload(company)
    other = new_company(house)
    for act in (
        lambda: row(other, invoice_id), lambda: fill(other, invoice_id), lambda: pay(other, invoice_id),
        lambda: reject(other, invoice_id),
    ):  # fmt: skip
        with pytest.raises(errors.NotFound):
            act()
