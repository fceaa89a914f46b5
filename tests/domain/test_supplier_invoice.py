"""Supplier invoices without a database: what follows from what is known, where they may go, what is warned of."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from typing import Any

import pytest

from counterfoil.domain import supplier_invoice_lifecycle as lifecycle
from counterfoil.domain.supplier_invoice import (
    Rejection,
    StoredSupplierInvoice,
    SupplierInvoiceChange,
    changed,
    key,
    rejection_faults,
    settled,
    warnings,
)
from counterfoil.errors import ForbiddenTransition, Invalid, WrongState

MARKABLE = {"to_review", "to_approve", "pending", "awaiting_payment", "to_pay", "paid", "archived"}
REJECTABLE = {"to_review", "to_approve", "awaiting_payment"}


def eur(value: str) -> dict[str, str]:
    return {"value": value, "currency": "EUR"}


def incoming(**more: Any) -> StoredSupplierInvoice:
    """A document as it is after its upload."""
    values = {
        "id": "1", "organization_id": "o", "status": "to_review", "source": "integration", "attachment_id": "a",
        "display_attachment_id": "a", "file_name": "bill.pdf", "created_at": "2026-03-01T00:00:00.000Z",
        "updated_at": "2026-03-01T00:00:00.000Z",
    }  # fmt: skip
    return settled(StoredSupplierInvoice.model_validate(values | more))


def change(**sent: Any) -> SupplierInvoiceChange:
    return SupplierInvoiceChange.model_validate_json(json.dumps(sent))


KNOWN = {
    "supplier_name": "Dupont & Fils", "invoice_number": "INV-3382", "issue_date": "2026-03-01",
    "total_amount": eur("120"), "iban": "FR76 3000 6000 0112 3456 7890 189",
}  # fmt: skip


@pytest.mark.parametrize("status", lifecycle.STATUSES)
def test_each_status_allows_what_the_table_says(status: str) -> None:
    allowed = {
        name for name in ("mark_as_paid", "reject", "unmark_as_paid") if (status, name) in lifecycle.SUPPLIER_INVOICE
    }
    expected = set()
    if status in MARKABLE:
        expected.add("mark_as_paid")
    if status in REJECTABLE:
        expected.add("reject")
    if status == "paid":
        expected.add("unmark_as_paid")
    assert allowed == expected


@pytest.mark.parametrize(
    ("status", "action"),
    [pair for pair in product(lifecycle.STATUSES, ("mark_as_paid", "reject", "unmark_as_paid"))
     if pair not in lifecycle.SUPPLIER_INVOICE],
)  # fmt: skip
def test_any_other_pair_is_refused_with_a_way_out(status: str, action: str) -> None:
    with pytest.raises(ForbiddenTransition) as refused:
        lifecycle.next_status(status, action)
    (fault,) = refused.value.faults
    assert fault.meta["status"] == status
    assert fault.fix


@pytest.mark.parametrize(("status", "wanted"), list(product(lifecycle.STATUSES, lifecycle.STATUSES)))
def test_a_change_moves_only_where_people_file(status: str, wanted: str) -> None:
    if wanted == status or wanted in lifecycle.MOVES.get(status, frozenset()):
        assert lifecycle.moved(status, wanted) == wanted
    else:
        with pytest.raises(WrongState):
            lifecycle.moved(status, wanted)


def test_nothing_is_moved_into_or_out_of_what_has_calls_of_its_own() -> None:
    targets = set().union(*lifecycle.MOVES.values())
    assert not targets & {"paid", "rejected", "pending", "scheduled"}
    assert not lifecycle.MOVES.keys() & {"paid", "rejected", "pending", "scheduled"}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"total_amount": eur("120"), "total_amount_excluding_taxes": eur("100")}, ("120.00", "100.00", "20.00")),
        ({"total_amount": eur("120"), "total_tax_amount": eur("20.5")}, ("120.00", "99.50", "20.50")),
        ({"total_amount_excluding_taxes": eur("100"), "total_tax_amount": eur("20")}, ("120.00", "100.00", "20.00")),
        ({"total_amount_excluding_taxes": eur("100"),
          "taxes": [{"tax_rate": "0.2", "tax_amount": eur("10")}, {"tax_rate": "0.1", "tax_amount": eur("5")}]},
         ("115.00", "100.00", "15.00")),
    ],
)  # fmt: skip
def test_what_is_missing_of_the_sums_follows_from_the_rest(sent: dict[str, Any], expected: tuple[str, ...]) -> None:
    after = changed(incoming(), change(**sent))
    found = (after.total_amount, after.total_amount_excluding_taxes, after.total_tax_amount)
    assert tuple(amount.value if amount else None for amount in found) == expected
    assert after.payable_amount == after.total_amount
    assert not after.has_discrepancies


def test_the_payable_amount_follows_the_total_until_it_is_set() -> None:
    first = changed(incoming(), change(total_amount=eur("120")))
    second = changed(first, change(total_amount=eur("130")))
    own = changed(second, change(payable_amount=eur("100")))
    third = changed(own, change(total_amount=eur("140")))
    assert [each.payable_amount.value for each in (first, second, own, third) if each.payable_amount] == [
        "120.00", "130.00", "100.00", "100.00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sent",
    [
        {"total_amount": eur("120"), "total_amount_excluding_taxes": eur("100"), "total_tax_amount": eur("19.99")},
        {"total_tax_amount": eur("20"), "taxes": [{"tax_rate": "0.2", "tax_amount": eur("19")}]},
    ],
)
def test_amounts_that_do_not_add_up_are_kept_and_told(sent: dict[str, Any]) -> None:
    after = changed(incoming(), change(**sent))
    assert after.has_discrepancies
    assert [fault.code for fault in warnings(after, has_duplicates=False)] == ["amounts_do_not_add_up"]


def test_one_document_has_one_currency() -> None:
    with pytest.raises(Invalid) as refused:
        changed(incoming(), change(total_amount=eur("1"), total_tax_amount={"value": "1", "currency": "USD"}))
    assert refused.value.faults[0].field == "total_tax_amount/currency"


@pytest.mark.parametrize("iban", ["FR7630006000011234567890188", "nonsense", "FR"])
def test_a_wrong_iban_is_refused(iban: str) -> None:
    with pytest.raises(Invalid) as refused:
        changed(incoming(), change(iban=iban))
    assert refused.value.code == "invalid_iban"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_null_and_nothing_clear(value: str | None) -> None:
    before = changed(incoming(), change(**KNOWN))
    after = changed(before, change(supplier_name=value, iban=value, taxes=None))
    assert (after.supplier_name, after.iban, after.supplier_id, after.supplier_snapshot) == (None, None, None, None)
    assert after.invoice_number == "INV-3382"


def test_it_can_be_paid_when_all_is_known() -> None:
    after = changed(incoming(), change(**KNOWN))
    assert after.iban == "FR7630006000011234567890189"
    assert after.available_actions.pay
    assert after.available_actions.reasons.pay == []
    assert not after.available_actions.delete


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ({"iban": None}, ["missing_iban"]),
        ({"supplier_name": None}, ["missing_data"]),
        ({"invoice_number": None, "iban": ""}, ["missing_data", "missing_iban"]),
        ({"attachment_category": "CREDIT_NOTE"}, ["is_credit_note"]),
        ({"is_credit_note": True}, ["is_credit_note"]),
    ],
)
def test_what_keeps_it_from_being_paid_is_named(more: dict[str, Any], reasons: list[str]) -> None:
    assert changed(incoming(), change(**{**KNOWN, **more})).available_actions.reasons.pay == reasons


@pytest.mark.parametrize("status", ["paid", "archived", "rejected", "discarded", "pending", "scheduled"])
def test_what_is_settled_is_not_paid(status: str) -> None:
    after = changed(incoming(status=status), change(**KNOWN))
    assert after.available_actions.reasons.pay == ["invalid_status"]
    assert after.available_actions.unarchive is (status == "archived")


@pytest.mark.parametrize(
    ("category", "is_invoice", "is_non_financial"),
    [("INVOICE", True, False), ("OTHER_NON_FINANCIAL_DOCUMENT", False, True), ("UNKNOWN", None, None),
     (None, None, None), ("CARD_RECEIPT", False, False)],
)  # fmt: skip
def test_the_category_says_what_the_file_is(
    category: str | None, is_invoice: bool | None, is_non_financial: bool | None
) -> None:
    after = changed(incoming(), change(attachment_category=category))
    assert (after.is_attachment_invoice, after.is_attachment_non_financial) == (is_invoice, is_non_financial)


def test_a_supplier_is_known_by_its_vat_number_else_by_its_name() -> None:
    by_name = changed(incoming(), change(supplier_name="Société Dupont"))
    again = changed(incoming(id="2"), change(supplier_name="SOCIETE  DUPONT"))
    by_number = changed(incoming(id="3"), change(supplier_name="Dupont", vat_number="FR 44 732829320"))
    renamed = changed(incoming(id="4"), change(supplier_name="Durand", vat_number="FR44732829320"))
    assert by_name.supplier_id == again.supplier_id
    assert by_number.supplier_id == renamed.supplier_id != by_name.supplier_id
    assert settled(by_name.model_copy(update={"organization_id": "other"})).supplier_id != by_name.supplier_id


@pytest.mark.parametrize("number", ["INV-3382", "inv 3382", "Inv/33-82", "ＩＮＶ3382"])
def test_a_number_is_its_letters_and_digits(number: str) -> None:
    assert key(number) == "inv3382"


@pytest.mark.parametrize(
    ("sent", "more", "code"),
    [
        ({"issue_date": "2026-03-02", "due_date": "2026-03-01"}, {}, "due_date_before_issue_date"),
        ({"vat_number": "FR44732829321"}, {}, "invalid_vat_number"),
        ({}, {"iban_changed_from": "DE89370400440532013000"}, "iban_changed"),
    ],
)
def test_what_looks_wrong_is_warned_of(sent: dict[str, Any], more: dict[str, Any], code: str) -> None:
    after = changed(incoming(), change(**sent)).model_copy(update=more)
    (fault,) = warnings(after, has_duplicates=False)
    assert fault.code == code
    assert fault.fix


def test_a_duplicate_is_warned_of() -> None:
    assert [fault.code for fault in warnings(incoming(), has_duplicates=True)] == ["duplicate_invoice"]


@pytest.mark.parametrize("vat_number", ["US-12", "CHE-123.456.789 MWST", "FR44732829320", "DE136695976"])
def test_a_vat_number_that_cannot_be_checked_or_is_right_is_quiet(vat_number: str) -> None:
    assert warnings(changed(incoming(), change(vat_number=vat_number)), has_duplicates=False) == ()


@pytest.mark.parametrize(
    ("country", "is_einvoice", "today", "code", "is_refused"),
    [
        ("FR", True, date(2026, 9, 1), None, True),
        ("FR", True, date(2026, 9, 1), "DOUBLON", False),
        ("FR", True, date(2026, 8, 31), None, False),
        ("FR", False, date(2026, 9, 1), None, False),
        ("DE", True, date(2026, 9, 1), None, False),
    ],
)
def test_the_refusal_of_a_french_einvoice_needs_its_reason(
    country: str, is_einvoice: bool, today: date, code: str | None, is_refused: bool
) -> None:
    sent = Rejection(declined_note="twice", declined_reason_code=code)
    faults = rejection_faults(incoming(is_einvoice=is_einvoice), sent, country, today)
    assert [fault.field for fault in faults] == (["declined_reason_code"] if is_refused else [])
