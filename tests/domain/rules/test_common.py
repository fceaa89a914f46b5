"""Rules of every country at finalize."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from counterfoil.domain import rules
from tests.domain.rules.cases import PROFILES, document, faults, line, told


@pytest.mark.parametrize("country", ["FR", "DE", "BE"])
def test_a_faultless_document_breaks_no_rule(country: str) -> None:
    assert faults(country) == ([], [])


def test_an_empty_document_is_told_everything_at_once() -> None:
    blank = {"address_line_1": "", "address_zipcode": "", "address_city": "", "legal_number": "", "vat_number": ""}
    errors, _ = faults("FR", document("FR", items=[], client={"address": "", "city": "", "country_code": ""}), **blank)
    assert told(errors) == [
        ("BR-16", "missing_items", "items"),
        ("CF-02", "missing_address_line_1", "organization/address_line_1"),
        ("CF-02", "missing_address_zipcode", "organization/address_zipcode"),
        ("CF-02", "missing_address_city", "organization/address_city"),
        ("CF-03", "missing_client_address", "client/billing_address"),
        ("BR-11", "missing_client_country", "client/country_code"),
        ("BR-FR-10", "missing_legal_number", "organization/legal_number"),
        ("FR-02", "missing_vat_number", "organization/vat_number"),
    ]


def test_a_document_with_no_parts_at_all_is_refused_and_not_a_crash() -> None:
    errors, warnings = rules.finalize_faults({}, _bare())
    assert "missing_items" in {fault.code for fault in errors}
    assert warnings == []  # nothing is known that could be warned of


def _bare() -> Any:
    from tests.domain.rules.cases import profile

    return profile("BE")


def test_the_billing_address_alone_places_a_client() -> None:
    billing = {"street_address": "3 Main St", "country_code": "us"}
    client = {"address": "", "city": "", "country_code": "", "billing_address": billing}
    assert faults("FR", document("FR", client=client)) == ([], [])


def test_the_documents_own_settings_come_before_the_profile() -> None:
    sold = document("FR", organization={"vat_number": "FR44732829320"})
    assert faults("FR", sold, vat_number="")[0] == []


@pytest.mark.parametrize(
    ("country", "rate", "client", "is_legal"),
    [
        ("FR", "0.19", {}, False),
        ("FR", "0.19", {"country_code": "DE"}, False),
        ("FR", "0.19", {"country_code": "DE", "type": "individual"}, True),
        ("FR", "0.19", {"country_code": "US", "type": "individual"}, False),
        ("FR", "0.055", {}, True),
        ("DE", "0.2", {}, False),
    ],
)
def test_rates_are_the_sellers_or_a_private_buyers(
    country: str, rate: str, client: dict[str, Any], is_legal: bool
) -> None:
    errors, _ = faults(
        country, document(country, items=[line("0.1" if country == "FR" else "0.07"), line(rate)], client=client)
    )
    told_rates = [each for each in told(errors) if each[1] == "illegal_vat_rate"]
    # Between French businesses it is the platform's rule that is told, which allows fewer rates than the law.
    rule = "BR-FR-16" if country == "FR" and not client else "CF-04"
    assert told_rates == ([] if is_legal else [(rule, "illegal_vat_rate", "items/1/vat_rate")])


def test_an_illegal_rate_is_told_in_percent_with_the_legal_ones() -> None:
    (fault,) = faults("DE", document("DE", items=[line("0.2")]))[0]
    assert fault.message == "20 % is no VAT rate of DE on 2026-11-22."
    assert '"0.19", "0.078", "0.07"' in str(fault.fix)


def test_a_foreign_registration_brings_that_countrys_rates() -> None:
    seller = {"vat_number": "DE136695976"}
    client = {"country_code": "DE", "tax_identification_number": ""}
    sold = document("FR", items=[line("0.19")], organization=seller, client=client)
    errors, warnings = faults("FR", sold)
    assert errors == []
    assert told(warnings) == [("BR-FR-16", "foreign_vat_rate", "items/0/vat_rate")]


def test_a_rate_is_legal_on_the_day_of_issue() -> None:
    sold = document("FR", items=[line("0.196")], issue_date=date(2013, 12, 31), due_date=date(2014, 1, 31))
    assert faults("FR", sold)[0] == []


def test_no_issue_date_is_no_judgement_of_rates() -> None:
    assert faults("DE", document("DE", items=[line("0.2")], issue_date=None))[0] == []


@pytest.mark.parametrize(
    ("country", "regime"), [("FR", "franchise"), ("DE", "kleinunternehmer"), ("IT", "forfettario")]
)
def test_a_small_business_charges_no_vat(country: str, regime: str) -> None:
    items = [line("0", None, "10.00"), line({"FR": "0.2", "DE": "0.19", "IT": "0.22"}[country])]
    errors, _ = faults(country, document(country, items=items), vat_regime=regime)
    assert told(errors) == [("CF-05", "vat_rate_not_allowed", "items/1/vat_rate")]


@pytest.mark.parametrize(
    ("country", "reason", "client", "rule"),
    [
        ("FR", "S283", {}, "BR-AE-02"),
        ("FR", "S283", {"vat_number": "FR44732829320"}, ""),
        ("FR", "S262.1", {"country_code": "DE"}, "BR-IC-02"),
        ("FR", "S262.1", {"country_code": "US"}, ""),
        ("FR", "S259", {"country_code": "DE"}, "BR-AE-02"),
        ("FR", "S259", {"country_code": "DE", "type": "individual"}, ""),
        ("DE", "S4.1B", {"country_code": "FR", "tax_identification_number": "732829320"}, "BR-IC-02"),
        ("IT", "N6.3", {"vat_number": "", "tax_identification_number": "07654320014"}, "CF-06"),
        ("ES", "S20", {}, ""),
    ],
)
def test_reverse_charge_needs_the_buyers_vat_number(
    country: str, reason: str, client: dict[str, Any], rule: str
) -> None:
    # Given two lines under one reason: the client's number is missed once.
    sold = document(country, items=[line("0", reason), line("0", reason)], client=client)
    errors, _ = faults(
        country,
        sold,
        vat_number="DE136695976" if country == "DE" else PROFILES[country].get("vat_number", "ESB58378431"),
    )
    # Then the rule of the format is told, and the law's own where a format has none.
    assert told(errors) == ([(rule, "missing_client_vat_number", "client/vat_number")] if rule else [])


def test_a_due_date_before_the_issue_date_is_a_warning() -> None:
    errors, warnings = faults("DE", document("DE", due_date="2026-11-21"))
    assert errors == []
    assert told(warnings) == [("CF-51", "due_date_before_issue_date", "due_date")]


def test_a_clients_unlikely_number_is_a_warning() -> None:
    errors, warnings = faults("FR", document("FR", client={"vat_number": "FR32123456789"}))
    assert errors == []
    assert told(warnings) == [("CF-52", "unlikely_client_vat_number", "client/vat_number")]


def test_a_reason_of_another_countrys_law_is_a_warning() -> None:
    errors, warnings = faults("DE", document("DE", items=[line("0", "S261"), line("0", "S4")]))
    assert errors == []
    assert told(warnings) == [("CF-53", "exemption_reason_of_another_country", "items/0/vat_exemption_reason")]


def test_a_reason_beside_a_rate_is_a_warning() -> None:
    errors, warnings = faults("FR", document("FR", items=[line("0.2", "S261")]))
    assert errors == []
    assert told(warnings) == [("CF-54", "exemption_reason_ignored", "items/0/vat_exemption_reason")]


def test_a_country_without_reasons_of_its_own_may_use_any() -> None:
    assert faults("BE", document("BE", items=[line("0", "S261")])) == ([], [])


@pytest.mark.parametrize("country", ["FR", "DE", "IT", "ES", "BE"])
def test_canceling_an_issued_invoice_points_to_a_credit_note(country: str) -> None:
    warning = rules.cancel_warning(country.lower())
    assert warning.code == "credit_note_expected"
    assert "credit note" in str(warning.fix)
    assert warning.source


def test_rules_have_ids_of_their_own() -> None:
    listed = [rule for table in (rules.ERRORS, rules.WARNINGS) for country in table.values() for rule in country]
    listed += [*rules.common.ERRORS, *rules.common.WARNINGS]
    for module in (rules.en16931, rules.xrechnung):
        listed += [*module.ERRORS, *module.WARNINGS]
    # An official rule may be looked for in two places of a document, by two checks.
    pairs = [(rule.id, rule.check) for rule in listed]
    assert len(pairs) == len(set(pairs))
    assert all(rule.source for rule in listed)
