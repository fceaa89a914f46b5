"""What an Italian document is refused for: SdI's controls by their numbers, and what is only told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from counterfoil.domain import rules
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.rules import it_document, it_parties
from counterfoil.errors import Fault
from counterfoil.rest import json_patch
from tests.domain.rules.cases import told

TODAY = date(2026, 11, 22)
PROFILE: dict[str, Any] = {
    "legal_name": "Bottega Chiara S.r.l.", "legal_country": "IT", "vat_number": "IT00743110157",
    "address_line_1": "Via Roma 9", "address_zipcode": "20121", "address_city": "Milano", "address_province": "MI",
    "address_country": "IT",
}  # fmt: skip
CLIENT: dict[str, Any] = {
    "id": "c-1", "type": "company", "name": "Cliente S.p.A.", "vat_number": "IT07654320014", "country_code": "IT",
    "recipient_code": "ABC1234",
    "billing_address": {
        "street_address": "Corso Italia 2", "city": "Torino", "zip_code": "10121", "province_code": "TO",
        "country_code": "IT",
    },
}  # fmt: skip
ABROAD = {"street_address": "2 rue Basse", "city": "Paris", "zip_code": "75001", "country_code": "FR"}


def money(value: str) -> dict[str, str]:
    return {"value": value, "currency": "EUR"}


def line(
    rate: str = "0.22", reason: str | None = None, net: str = "50.00", title: str = "Consulenza"
) -> dict[str, Any]:
    return {"title": title, "vat_rate": rate, "vat_exemption_reason": reason, "subtotal": money(net)}


def document(**more: Any) -> dict[str, Any]:
    """A faultless invoice; `client` is merged into the faultless client."""
    base: dict[str, Any] = {
        "number": None, "issue_date": "2026-11-22", "due_date": "2026-12-22", "stamp_duty_amount": "",
        "items": [line()], "total_amount": money("61.00"), "line_total_amount": money("50.00"),
        "client": CLIENT | more.pop("client", {}),
    }  # fmt: skip
    return deepcopy(base | more)


def faults(sold: dict[str, Any] | None = None, **seller: Any) -> tuple[list[Fault], list[Fault]]:
    profile = OrganizationProfile.model_validate(PROFILE | seller)
    return rules.finalize_faults(document() if sold is None else sold, profile, today=TODAY)


def test_a_faultless_invoice_breaks_no_rule_and_needs_no_word() -> None:
    assert faults() == ([], [])


WITHHELD = {"rate": "0.20", "reason": "RF01", "payment_reason": "A"}
# What is sold, the seller's profile, and what is refused: rule, code, field, and whether a patch mends it.
REFUSED: list[tuple[dict[str, Any], dict[str, Any], tuple[str, str, str], bool]] = [
    ({"number": "x" * 20 + "1"}, {}, ("00425", "unusual_number", "number"), True),
    ({"number": "ABC"}, {}, ("00425", "unusual_number", "number"), True),
    ({"number": "№1"}, {}, ("00425", "unusual_number", "number"), True),
    ({"number": "ABC"}, {"numbering_mode": "manual"}, ("00425", "unusual_number", "number"), False),
    ({"issue_date": "2026-11-23"}, {}, ("00403", "issue_date_in_the_future", "issue_date"), False),
    ({"deposits": [{"number": "F-1", "issue_date": "2026-11-23"}]}, {},
     ("00418", "invoice_before_deposit", "deposits/0"), False),
    ({"items": [line("0")]}, {}, ("00400", "missing_vat_exemption_reason", "items/0/vat_exemption_reason"), False),
    ({"items": [line(), line("0", "S293B")]}, {},
     ("00200", "exemption_reason_of_another_country", "items/1/vat_exemption_reason"), False),
    ({"items": [line("0", "N2")]}, {},
     ("00445", "exemption_reason_too_wide", "items/0/vat_exemption_reason"), False),
    ({"items": [line("0", "N2")]}, {"vat_regime": "forfettario"},
     ("00445", "exemption_reason_too_wide", "items/0/vat_exemption_reason"), True),
    ({"items": [line("0", "N3")]}, {},
     ("00445", "exemption_reason_too_wide", "items/0/vat_exemption_reason"), False),
    ({"items": [line("0", "N6")]}, {},
     ("00445", "exemption_reason_too_wide", "items/0/vat_exemption_reason"), False),
    ({"items": [line()] * 9_999, "vat_breakdown": [{}]}, {}, ("00200", "too_many_lines", "items"), False),
    ({"items": [line(net="100000000000.00")]}, {}, ("00200", "amount_too_large", "items/0"), False),
    ({"total_amount": money("100000000000.00")}, {}, ("00200", "amount_too_large", "total_amount"), False),
    ({"total_amount": money("-1.00")}, {}, ("IT-04", "negative_total", "items"), False),
    ({"withholding_tax": WITHHELD | {"reason": None}}, {},
     ("00411", "missing_withholding_reason", "withholding_tax/reason"), False),
    ({"withholding_tax": WITHHELD | {"payment_reason": None}}, {},
     ("00411", "missing_withholding_payment_reason", "withholding_tax/payment_reason"), False),
    ({"withholding_tax": WITHHELD | {"payment_reason": "F"}}, {},
     ("00200", "payment_reason_not_listed", "withholding_tax/payment_reason"), False),
    ({"withholding_tax": WITHHELD | {"payment_reason": "Z"}}, {},
     ("00200", "payment_reason_not_listed", "withholding_tax/payment_reason"), True),
    ({}, {"vat_number": ""}, ("IT-01", "missing_vat_number", "organization/vat_number"), False),
    ({"organization": {"vat_number": "IT00743110158"}}, {},
     ("00301", "invalid_vat_number", "organization/vat_number"), False),
    ({}, {"vat_number": "DE136695976"}, ("00301", "invalid_vat_number", "organization/vat_number"), False),
    ({}, {"tax_number": "RSSMRA80A01H501X"}, ("00302", "invalid_tax_number", "organization/tax_number"), False),
    ({}, {"address_zipcode": "F-75001"}, ("00200", "invalid_address_zipcode", "organization/address_zipcode"), False),
    ({}, {"regime_fiscale": "RF19"}, ("IT-02", "regime_without_vat", "organization/regime_fiscale"), False),
    ({"items": [line("0", "N2.2")]}, {"vat_regime": "forfettario", "regime_fiscale": "RF01"},
     ("IT-02", "regime_fiscale_contradicts", "organization/regime_fiscale"), True),
    ({"client": {"vat_number": ""}}, {}, ("00417", "missing_client_tax_number", "client/vat_number"), False),
    ({"client": {"type": "individual", "vat_number": ""}}, {},
     ("00417", "missing_client_tax_number", "client/tax_identification_number"), False),
    ({"client": {"vat_number": "IT01234567890"}}, {},
     ("00305", "unlikely_client_vat_number", "client/vat_number"), False),
    ({"client": {"vat_number": "01234567890"}}, {},
     ("00305", "unlikely_client_vat_number", "client/vat_number"), False),
    ({"client": {"tax_identification_number": "RSSMRA80A01H501X"}}, {},
     ("00306", "unlikely_client_tax_identification_number", "client/tax_identification_number"), False),
    ({"client": {"vat_number": "IT00743110157"}}, {}, ("00471", "client_is_the_seller", "client/vat_number"), False),
    ({"client": {"billing_address": {"city": "Torino", "zip_code": "10121", "country_code": "IT"}}}, {},
     ("00200", "missing_client_street_address", "client/billing_address/street_address"), False),
    ({"client": {"billing_address": {**CLIENT["billing_address"], "zip_code": ""}}}, {},
     ("00200", "missing_client_zip_code", "client/billing_address/zip_code"), False),
    ({"client": {"billing_address": {**CLIENT["billing_address"], "zip_code": "1012"}}}, {},
     ("00200", "invalid_client_zip_code", "client/billing_address/zip_code"), False),
    ({"client": {"recipient_code": "UFABCD"}}, {},
     ("00427", "recipient_code_of_public_administration", "client/recipient_code"), False),
    ({"client": {"recipient_code": "UFABCD", "country_code": "FR", "vat_number": "FR44732829320",
                 "billing_address": ABROAD}}, {},
     ("00427", "recipient_code_of_public_administration", "client/recipient_code"), True),
]  # fmt: skip


@pytest.mark.parametrize(("sold", "seller", "expected", "has_patch"), REFUSED)
def test_what_sdi_would_refuse_is_refused(
    sold: dict[str, Any], seller: dict[str, Any], expected: tuple[str, str, str], has_patch: bool
) -> None:
    errors, _ = faults(document(**sold), **seller)
    assert told(errors) == [expected]
    assert bool(errors[0].patch) == has_patch


@pytest.mark.parametrize(("sold", "seller"), [(sold, seller) for sold, seller, _, has_patch in REFUSED if has_patch])
def test_a_patch_mends_what_it_stands_beside(sold: dict[str, Any], seller: dict[str, Any]) -> None:
    # Given an invoice with one fault that a program can mend.
    profile, broken = PROFILE | seller, document(**sold)
    (fault,) = faults(broken, **seller)[0]
    # When the patch is applied to the resource that it names.
    resources: Mapping[str, dict[str, Any]] = {
        "organization": OrganizationProfile.model_validate(profile).model_dump(), "client": broken["client"],
        "client_invoice": broken,
    }  # fmt: skip
    operations = json_patch.read(json.dumps(fault.patch).encode())
    mended = json_patch.applied(resources[fault.patch_target], operations)
    # Then nothing is left to refuse.
    if fault.patch_target == "organization":
        profile = mended
    elif fault.patch_target == "client":
        broken["client"] = mended
    else:
        broken = mended
    errors, _ = rules.finalize_faults(broken, OrganizationProfile.model_validate(profile), today=TODAY)
    assert errors == []


@pytest.mark.parametrize(
    ("sold", "seller"),
    [
        ({"number": "2026/17 B"}, {}),
        ({"number": "1" * 20}, {}),
        ({}, {"vat_number": "", "tax_number": "00743110157"}),
        ({}, {"vat_number": "", "legal_number": "IT00743110157"}),
        ({}, {"tax_number": "RSSMRA80A01H501U"}),
        ({}, {"address_country": "SM", "address_zipcode": "A-1"}),
        ({"items": [line("0", "N3.1")], "client": {"country_code": "US", "vat_number": "", "billing_address": {
            **ABROAD, "country_code": "US"}, "recipient_code": "XXXXXXX"}}, {}),
        ({"client": {"type": "individual", "vat_number": "", "tax_identification_number": "RSSMRA80A01H501U"}}, {}),
        ({"client": {"vat_number": "FR44732829320", "country_code": "FR", "billing_address": {
            "street_address": "x", "city": "Paris", "country_code": "FR"}, "recipient_code": ""}}, {}),
        ({"withholding_tax": WITHHELD | {"payment_reason": "M2"}}, {}),
        ({"items": [line("0", "N2.2", "10.00")]}, {"vat_regime": "forfettario", "regime_fiscale": "RF19"}),
        ({"client": {"recipient_code": "", "e_invoicing_address": "acme@pec.example"}}, {}),
    ],
)  # fmt: skip
def test_what_sdi_takes_is_taken_without_a_word(sold: dict[str, Any], seller: dict[str, Any]) -> None:
    assert faults(document(**sold), **seller) == ([], [])


@pytest.mark.parametrize(
    ("sold", "seller", "expected"),
    [
        ({"client": {"recipient_code": ""}}, {}, ("IT-51", "missing_client_recipient_code", "client/recipient_code")),
        ({"client": {"recipient_code": "0000000"}}, {},
         ("IT-51", "missing_client_recipient_code", "client/recipient_code")),
        ({"client": {"recipient_code": "XXXXXXX"}}, {}, ("00313", "recipient_code_of_abroad", "client/recipient_code")),
        ({}, {"address_province": ""}, ("IT-53", "missing_address_province", "organization/address_province")),
        ({}, {"legal_name": "x" * 81}, ("IT-54", "text_is_cut", "organization/legal_name")),
        ({"items": [line(title="咨询服务")]}, {}, ("IT-54", "text_becomes_unreadable", "items/0/title")),
        ({"withholding_tax": WITHHELD, "items": [line("0", "N2.2")]}, {"vat_regime": "forfettario"},
         ("IT-55", "withholding_not_due", "withholding_tax")),
    ],
)  # fmt: skip
def test_what_the_writer_should_know(
    sold: dict[str, Any], seller: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    errors, warnings = faults(document(**sold), **seller)
    assert (errors, told(warnings)) == ([], [expected])


@pytest.mark.parametrize(
    ("items", "stamp", "is_told"),
    [
        ([line("0", "N4", "77.47")], "", False),
        ([line("0", "N4", "77.48")], "", True),
        ([line("0", "N4", "77.48")], "2.00", False),
        ([line("0", "N4", "40.00"), line("0", "N1", "40.00")], "", True),
        ([line("0", "N3.1", "500.00"), line("0.22", None, "500.00")], "", False),
    ],
)
def test_forgotten_stamp_duty_is_a_warning(items: list[dict[str, Any]], stamp: str, is_told: bool) -> None:
    errors, warnings = faults(document(items=items, stamp_duty_amount=stamp))
    assert errors == []
    assert told(warnings) == ([("IT-52", "missing_stamp_duty", "stamp_duty_amount")] if is_told else [])


def test_sub_codes_are_told_with_their_law() -> None:
    (fault,) = faults(document(items=[line("0", "N6")]))[0]
    assert fault.meta["allowed"] == [f"N6.{digit}" for digit in range(1, 10)]
    assert "N6.3: " in str(fault.fix)


def test_a_credit_note_before_its_invoice_is_refused_once() -> None:
    # Given a credit note that is dated before its invoice.
    note = document(invoice_id="i-1", invoice_number="F-2026-001", invoice_issue_date="2026-11-23")
    # When it is judged.
    profile = OrganizationProfile.model_validate(PROFILE)
    errors, warnings = rules.credit_note_faults(note, profile, today=TODAY)
    # Then SdI's rule refuses it, and nobody warns of the same.
    assert told(errors) == [("00418", "credit_note_before_invoice", "issue_date")]
    assert warnings == []


def test_the_payment_reasons_are_those_of_the_schema() -> None:
    assert not {"F", "J", "K", "Z"} & set(it_document.PAYMENT_REASONS)
    assert len(it_document.PAYMENT_REASONS) == 28


@pytest.mark.parametrize(
    ("text", "is_unreadable"),
    [
        ("Società", False), ("Σωκράτης", False), ("Москва", False), ("さくら", False), ("咨询", True), ("مرحبا", True),
        ("咨询 ABC", False), ("2026", False), ("咨询 2026", False), ("€ !", False), ("", False),
    ],
)  # fmt: skip
def test_unreadable_texts(text: str, is_unreadable: bool) -> None:
    assert it_parties.is_unreadable(text) == is_unreadable
