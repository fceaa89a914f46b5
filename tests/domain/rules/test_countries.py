"""What each country asks for at finalize beyond the common rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.rules.cases import document, faults, line, told


def test_a_french_small_business_needs_a_siren_and_no_vat_number() -> None:
    sold = document("FR", items=[line("0")])
    assert faults("FR", sold, vat_regime="franchise", vat_number="")[0] == []
    errors, _ = faults("FR", sold, vat_regime="franchise", vat_number="", legal_number="")
    assert told(errors) == [("FR-01", "missing_legal_number", "organization/legal_number")]


@pytest.mark.parametrize(
    ("number", "is_fit"),
    [("INV-2026_001/b+", True), ("a" * 35, True), ("a" * 36, False), ("INV 1", False), ("№1", False)],
)
def test_a_given_french_number(number: str, is_fit: bool) -> None:
    errors, warnings = faults("FR", document("FR", number=number))
    assert errors == []
    assert told(warnings) == ([] if is_fit else [("FR-52", "unusual_number", "number")])


@pytest.mark.parametrize(
    ("client", "is_told"),
    [
        ({"tax_identification_number": ""}, True),
        ({"tax_identification_number": "", "type": "freelancer"}, True),
        ({"tax_identification_number": "", "type": "individual"}, False),
        ({"tax_identification_number": "", "country_code": "DE"}, False),
    ],
)
def test_a_french_business_without_siren_is_a_warning(client: dict[str, Any], is_told: bool) -> None:
    errors, warnings = faults("FR", document("FR", client=client))
    assert errors == []
    expected = [("FR-51", "missing_client_siren", "client/tax_identification_number")]
    assert told(warnings) == (expected if is_told else [])


def test_a_german_seller_needs_one_of_two_numbers() -> None:
    assert faults("DE", tax_number="", vat_number="DE136695976")[0] == []
    (fault,) = faults("DE", tax_number="")[0]
    assert told([fault]) == [("DE-01", "missing_tax_number", "organization/tax_number")]
    assert fault.meta == {"any_of": ["tax_number", "vat_number"]}


def test_a_german_invoice_without_a_day_of_supply_is_a_warning() -> None:
    errors, warnings = faults("DE", document("DE", performance_start_date=""))
    assert errors == []
    assert told(warnings) == [("DE-51", "missing_performance_date", "performance_start_date")]


def test_an_italian_seller_needs_one_of_two_numbers() -> None:
    assert faults("IT", vat_number="", tax_number="00743110157")[0] == []
    assert told(faults("IT", vat_number="")[0]) == [("IT-01", "missing_vat_number", "organization/vat_number")]


@pytest.mark.parametrize(
    ("number", "is_fit"), [("2026/17 B", True), ("1" * 20, True), ("1" * 21, False), ("ABC", False), ("№1", False)]
)
def test_a_given_italian_number(number: str, is_fit: bool) -> None:
    errors, warnings = faults("IT", document("IT", number=number))
    assert errors == []
    assert told(warnings) == ([] if is_fit else [("IT-50", "unusual_number", "number")])


def test_an_italian_reason_without_its_point_is_a_warning() -> None:
    errors, warnings = faults("IT", document("IT", items=[line("0", "N3", "10.00"), line("0", "N3.1")]))
    assert errors == []
    assert told(warnings) == [("IT-51", "exemption_reason_too_wide", "items/0/vat_exemption_reason")]


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
def test_forgotten_italian_stamp_duty_is_a_warning(items: list[dict[str, Any]], stamp: str, is_told: bool) -> None:
    errors, warnings = faults("IT", document("IT", items=items, stamp_duty_amount=stamp))
    assert errors == []
    assert told(warnings) == ([("IT-52", "missing_stamp_duty", "stamp_duty_amount")] if is_told else [])


@pytest.mark.parametrize("field", ["tax_number", "vat_number", "legal_number"])
def test_a_spanish_seller_needs_one_of_three_numbers(field: str) -> None:
    assert faults("ES", **({"tax_number": ""} | {field: "B58378431"}))[0] == []
    assert told(faults("ES", tax_number="")[0]) == [("ES-01", "missing_tax_number", "organization/tax_number")]
