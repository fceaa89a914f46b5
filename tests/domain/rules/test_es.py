"""What a Spanish document is refused for, and the word on VeriFactu that none of them goes without."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.rules.cases import document, faults, told

BUYER = {"tax_identification_number": "B58378431"}
VERIFACTU = ("ES-51", "verifactu_not_here", None)


def test_a_faultless_invoice_is_told_of_verifactu() -> None:
    errors, warnings = faults("ES", document("ES", client=BUYER))
    assert (errors, told(warnings)) == ([], [VERIFACTU])


@pytest.mark.parametrize(
    ("is_freelancer", "issued", "words"),
    [
        (False, "2026-12-31", "binds companies from 2027-01-01"),
        (False, "2027-01-01", "has bound companies since 2027-01-01"),
        (True, "2027-01-01", "binds natural persons in business from 2027-07-01"),
        (True, "2027-07-01", "has bound natural persons in business since 2027-07-01"),
    ],
)
def test_verifactu_binds_companies_first(is_freelancer: bool, issued: str, words: str) -> None:
    sold = document("ES", client=BUYER, issue_date=issued, due_date=issued)
    _, (warning,) = faults("ES", sold, is_freelancer=is_freelancer)
    assert words in warning.message


@pytest.mark.parametrize("field", ["tax_number", "vat_number", "legal_number"])
def test_a_seller_needs_one_of_three_numbers(field: str) -> None:
    sold = document("ES", client=BUYER)
    assert faults("ES", sold, **({"tax_number": ""} | {field: "B58378431"}))[0] == []
    assert faults("ES", sold, **({"tax_number": ""} | {field: "ESB58378431"}))[0] == []
    assert told(faults("ES", sold, tax_number="")[0])[0] == ("ES-01", "missing_tax_number", "organization/tax_number")
    assert told(faults("ES", sold, **({"tax_number": ""} | {field: "B58378430"}))[0])[0] == (
        "ES-01", f"invalid_{field}", f"organization/{field}",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("client", "is_refused"),
    [
        ({}, True),
        ({"type": "freelancer"}, True),
        ({"type": "individual"}, False),
        ({"vat_number": "ESB58378431"}, False),
        ({"country_code": "FR"}, False),
    ],
)
def test_a_spanish_business_is_named_by_its_nif(client: dict[str, Any], is_refused: bool) -> None:
    errors, _ = faults("ES", document("ES", client={"tax_identification_number": ""} | client))
    expected = [("ES-02", "missing_client_nif", "client/tax_identification_number")]
    assert told(errors) == (expected if is_refused else [])


def test_only_a_freelancers_income_is_withheld_from() -> None:
    sold = document("ES", client=BUYER, withholding_tax={"rate": "0.15"})
    assert faults("ES", sold, is_freelancer=True)[0] == []
    assert told(faults("ES", sold)[0]) == [("ES-03", "field_not_available_in_country", "withholding_tax")]
