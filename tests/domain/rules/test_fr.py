"""France: when BR-FR refuses and when it warns, and what it offers to mend."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.domain.rules import credit_note_faults, fr
from counterfoil.errors import Fault
from tests.domain.rules.cases import document, faults, line, profile, told

Told = list[tuple[str | None, str, str | None]]
ABROAD = {"country_code": "US", "tax_identification_number": ""}
PERSON = {"type": "individual", "tax_identification_number": ""}


def item(quantity: str = "1", price: str = "100.00") -> dict[str, Any]:
    return line("0.2") | {"quantity": quantity, "unit_price": {"value": price, "currency": "EUR"}}


def patch_of(found: list[Fault]) -> list[dict[str, object]]:
    return [dict(operation) for fault in found for operation in fault.patch]


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("INV-2026_001/b+", ""),
        ("a" * 35, ""),
        ("a" * 36, "BR-FR-01"),
        ("INV 1", "BR-FR-02"),
        ("№1", "BR-FR-02"),
    ],
)
def test_a_given_number_fits_the_platforms(number: str, rule: str) -> None:
    errors, warnings = faults("FR", document("FR", number=number))
    assert told(errors) == ([(rule, "unusual_number", "number")] if rule else [])
    assert warnings == []
    assert patch_of(errors) == ([{"op": "remove", "path": "/number"}] if rule else [])


def test_who_numbers_by_hand_must_choose_another_number() -> None:
    errors, _ = faults("FR", document("FR", number="INV 1"), numbering_mode="manual")
    assert told(errors) == [("BR-FR-02", "unusual_number", "number")]
    assert patch_of(errors) == []


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"number": "INV 1"}, "unusual_number"),
        ({"due_date": "2026-08-01"}, "due_date_before_issue_date"),
        ({"items": [item(quantity="1.23456")]}, "too_many_decimals"),
        ({"items": [item(price="0.00")]}, "zero_unit_price"),
        ({"performance_start_date": "1999-12-31"}, "day_out_of_range"),
    ],
)
@pytest.mark.parametrize(
    ("client", "issue_date", "is_refused"),
    [
        ({}, "2026-09-01", True),
        ({}, "2026-08-31", False),  # before the platforms
        (ABROAD, "2026-09-01", False),
        (PERSON, "2026-09-01", False),
    ],
)
def test_shape_binds_invoices_between_french_businesses(
    more: dict[str, Any], what: str, client: dict[str, Any], issue_date: str, is_refused: bool
) -> None:
    # Given a document of a shape that platforms do not take.
    errors, warnings = faults("FR", document("FR", client=client, **({"issue_date": issue_date} | more)))
    # Then it is refused where one would get it, and told of elsewhere.
    assert [fault.code for fault in errors] == ([what] if is_refused else [])
    assert [fault.code for fault in warnings] == ([] if is_refused else [what])


def test_a_deposit_may_have_been_due_before_it_was_invoiced() -> None:
    assert faults("FR", document("FR", due_date="2026-11-01", invoice_type="deposit"))[0] == []


@pytest.mark.parametrize(
    ("quantity", "price", "mended"),
    [
        ("1.50000", "100.00", None),  # needs one decimal only
        ("1.00001", "100.00", "1"),
        ("0.33333", "0.99", "0.3333"),
        ("0.33333", "900.00", ""),  # 300.00 would become 299.97: a person must choose
    ],
)
def test_a_quantity_is_shortened_where_nothing_else_changes(quantity: str, price: str, mended: str | None) -> None:
    errors, _ = faults("FR", document("FR", items=[item(quantity, price)]))
    assert [fault.rule for fault in errors] == ([] if mended is None else ["BR-FR-DEC-02"])
    wanted = [{"op": "replace", "path": "/items/0/quantity", "value": mended}] if mended else []
    assert patch_of(errors) == wanted


def test_a_small_business_needs_a_siren_and_no_vat_number() -> None:
    sold = document("FR", items=[line("0")])
    assert faults("FR", sold, vat_regime="franchise", vat_number="")[0] == []
    errors, _ = faults("FR", sold, vat_regime="franchise", vat_number="", legal_number="")
    assert told(errors) == [("BR-FR-10", "missing_legal_number", "organization/legal_number")]
    assert patch_of(errors) == []


def test_siren_and_vat_number_give_each_other() -> None:
    # Given sellers who entered one of the two.
    no_siren, _ = faults("FR", legal_number="")
    no_vat_number, _ = faults("FR", vat_number="")
    # Then the other follows from it.
    assert [fault.rule for fault in no_siren + no_vat_number] == ["BR-FR-10", "FR-02"]
    assert patch_of(no_siren) == [{"op": "add", "path": "/legal_number", "value": "732829320"}]
    assert patch_of(no_vat_number) == [{"op": "add", "path": "/vat_number", "value": "FR44732829320"}]
    assert {fault.patch_target for fault in no_siren + no_vat_number} == {"organization"}


@pytest.mark.parametrize(
    ("client", "code"),
    [
        ({"tax_identification_number": ""}, "missing_client_siren"),
        ({"tax_identification_number": "", "type": "freelancer"}, "missing_client_siren"),
        ({"tax_identification_number": "RCS Lyon"}, "invalid_client_siren"),
        ({"tax_identification_number": "", "vat_number": "FR44732829320"}, ""),
        ({"tax_identification_number": "732 829 320 00074"}, ""),
        (PERSON, ""),
        (ABROAD, ""),
    ],
)
@pytest.mark.parametrize(("issue_date", "is_refused"), [("2027-08-31", False), ("2027-09-01", True)])
def test_a_clients_siren_is_needed_when_small_businesses_must_send(
    client: dict[str, Any], code: str, issue_date: str, is_refused: bool
) -> None:
    # Given a client who can be written to, so that only the SIREN may lack.
    sold = document("FR", issue_date=issue_date, due_date=issue_date, client=client | {"email": "a@b.example"})
    errors, warnings = faults("FR", sold)
    siren = [fault for fault in (errors if is_refused else warnings) if fault.rule == "BR-FR-11"]
    assert told(siren) == ([("BR-FR-11", code, "client/tax_identification_number")] if code else [])
    assert not [fault for fault in (warnings if is_refused else errors) if fault.rule == "BR-FR-11"]


@pytest.mark.parametrize(("issue_date", "is_refused"), [("2027-08-31", False), ("2027-09-01", True)])
def test_a_client_whom_nothing_reaches_is_refused_when_small_businesses_must_send(
    issue_date: str, is_refused: bool
) -> None:
    sold = document(
        "FR", issue_date=issue_date, due_date=issue_date, client={"tax_identification_number": "", "email": ""}
    )
    errors, warnings = faults("FR", sold)
    expected = [
        ("BR-FR-11", "missing_client_siren", "client/tax_identification_number"),
        ("BR-FR-12", "missing_client_electronic_address", "client/e_invoicing_address"),
    ]
    assert (told(errors), told(warnings)) == ((expected, []) if is_refused else ([], expected))


@pytest.mark.parametrize(
    ("more", "is_refused"),
    [
        ({"due_date": "2206-12-22"}, True),  # a slip of the finger
        ({"issue_date": "2199-01-31", "due_date": "2199-03-02"}, False),  # a plan that stands for never
    ],
)
def test_a_day_of_another_century(more: dict[str, Any], is_refused: bool) -> None:
    errors, warnings = faults("FR", document("FR", **more))
    assert {fault.rule for fault in (errors if is_refused else warnings)} == {"BR-FR-03"}
    assert (warnings if is_refused else errors) == []


@pytest.mark.parametrize(
    ("address", "scheme", "rule"),
    [
        ("732829320", "0225", ""),
        ("732829320_compta", "", ""),
        ("0225:732829320", "", ""),
        ("404833048", "0225", "BR-FR-21"),
        ("compta@client.example", "", "BR-FR-21"),
        ("732829320 compta", "0225", "BR-FR-23"),
        ("732829320_" + "a" * 120, "0225", "BR-FR-25"),
    ],
)
def test_an_address_of_the_directory_begins_with_the_siren(address: str, scheme: str, rule: str) -> None:
    client = {"e_invoicing_address": address, "e_invoicing_address_scheme": scheme}
    errors, _ = faults("FR", document("FR", client=client))
    expected = [(rule, "invalid_e_invoicing_address", "client/e_invoicing_address")]
    assert told(errors) == (expected if rule else [])


@pytest.mark.parametrize(
    ("issue_date", "client", "is_told"),
    [("2027-09-01", {}, True), ("2027-08-31", {}, False), ("2027-09-01", PERSON, False), ("2027-09-01", ABROAD, False)],
)
def test_the_kind_of_transaction_is_missed_when_small_businesses_must_send(
    issue_date: str, client: dict[str, Any], is_told: bool
) -> None:
    sold = document("FR", issue_date=issue_date, due_date=issue_date, client=client)
    errors, warnings = faults("FR", sold, transaction_type=None)
    expected = [("FR-51", "missing_transaction_type", "organization/transaction_type")]
    assert (errors, told(warnings)) == ([], expected if is_told else [])


@pytest.mark.parametrize(
    ("siren", "number"), [("732829320", "FR44732829320"), ("552100554", "FR96552100554"), ("", "")]
)
def test_the_vat_number_follows_from_the_siren(siren: str, number: str) -> None:
    assert fr.vat_number_of(siren) == number


def test_what_an_issued_invoice_was_numbered_is_only_told() -> None:
    # Given a credit note for an invoice whose number no platform takes.
    more = {"invoice_id": "i-1", "invoice_number": "FA 2026 1", "invoice_issue_date": "2026-11-01", "due_date": None}
    errors, warnings = credit_note_faults(document("FR", **more), profile("FR"))
    # Then it is issued all the same: the law wants the correction.
    assert errors == []
    assert told(warnings) == [("BR-FR-02", "unusual_earlier_number", "invoice_number")]


def test_what_only_the_client_could_mend_does_not_stop_a_credit_note() -> None:
    more = {"invoice_id": "i-1", "invoice_number": "F-2026-001", "invoice_issue_date": "2026-11-01", "due_date": None}
    sold = document("FR", client={"tax_identification_number": ""}, number="A 1", **more)
    errors, warnings = credit_note_faults(sold, profile("FR"))
    assert told(errors) == [("BR-FR-02", "unusual_number", "number")]
    assert errors[0].patch_target == "credit_note"
    assert "BR-FR-12" in {fault.rule for fault in warnings}
