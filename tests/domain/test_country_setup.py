"""What a country's documents need of an organization, before any document is written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from counterfoil.domain import country_setup, rules
from counterfoil.domain.organization import OrganizationProfile
from tests.support.server import COMPANIES

TODAY = date(2026, 11, 22)
ADDRESS = ["missing_address_line_1", "missing_address_zipcode", "missing_address_city"]


def profile(country: str, *, bare: bool = False, **more: Any) -> OrganizationProfile:
    known = {} if bare else {name: value for name, value in COMPANIES[country].items() if name != "iban"}
    base = {"legal_name": "Atelier", "legal_country": country, "einvoicing_enabled": country == "IT"}
    return OrganizationProfile.model_validate(base | known | more)


def told(seller: OrganizationProfile) -> list[str]:
    return [fault.code for fault in country_setup.warnings(seller, today=TODAY)]


@pytest.mark.parametrize(
    ("country", "missing"),
    [
        ("FR", [*ADDRESS, "missing_legal_number", "missing_vat_number"]),
        ("DE", [*ADDRESS, "missing_tax_number", "missing_phone", "missing_email", "missing_electronic_address"]),
        ("IT", [*ADDRESS, "missing_vat_number", "missing_address_province"]),
        ("ES", [*ADDRESS, "missing_tax_number", "verifactu_not_here"]),
    ],
)
def test_a_bare_organization_is_told_what_its_documents_lack(country: str, missing: list[str]) -> None:
    assert told(profile(country, bare=True)) == missing


@pytest.mark.parametrize(
    ("country", "more", "missing"),
    [
        ("FR", {"transaction_type": "services"}, []),
        ("FR", {"transaction_type": "services", "vat_number": "", "vat_regime": "franchise"}, []),
        ("DE", {"phone": "+49 40 123456"}, []),
        ("DE", {"phone": "+49 40 123456", "tax_number": "", "vat_regime": "kleinunternehmer"}, []),
        ("IT", {}, []),
        ("IT", {"vat_regime": "forfettario"}, []),
        ("IT", {"einvoicing_enabled": False}, ["einvoicing_not_activated"]),
        ("ES", {}, ["verifactu_not_here"]),
    ],
)
def test_a_complete_one_is_told_nothing_but_what_nobody_can_mend(
    country: str, more: dict[str, Any], missing: list[str]
) -> None:
    assert told(profile(country, **more)) == missing


def test_what_the_law_wants_later_is_told_from_that_day() -> None:
    later = country_setup.warnings(profile("FR"), today=date(2027, 9, 1))
    assert (told(profile("FR")), [fault.code for fault in later]) == ([], ["missing_transaction_type"])


def test_what_is_told_is_what_finalize_says() -> None:
    # Given a seller without numbers, and an invoice to a business of its country.
    seller = profile("FR", legal_number="", vat_number="", transaction_type="services")
    document = {"client": {"type": "company", "country_code": "FR"}, "items": [{"vat_rate": "0.2"}]}
    errors, _ = rules.finalize_faults(document, seller)
    # When its set-up is judged.
    found = {fault.field: fault for fault in country_setup.warnings(seller, today=TODAY)}
    # Then each fault stands at the organization's own field, in the same words.
    for fault in errors:
        if (fault.field or "").startswith("organization/"):
            own = found[str(fault.field).removeprefix("organization/")]
            assert (own.code, own.message, own.rule, own.fix) == (fault.code, fault.message, fault.rule, fault.fix)


@pytest.mark.parametrize(
    ("country", "more", "code", "field"),
    [
        ("FR", {"vat_regime": "forfettario"}, "invalid_vat_regime", "vat_regime"),
        ("IT", {"vat_regime": "forfettario", "regime_fiscale": "RF01"}, "invalid_regime_fiscale", "regime_fiscale"),
        ("IT", {"regime_fiscale": "RF19"}, "invalid_regime_fiscale", "regime_fiscale"),
        ("FR", {"electronic_address_scheme": "0225"}, "missing_electronic_address", "electronic_address"),
        ("FR", {"electronic_address_scheme": "1234", "electronic_address": "x"}, "unknown_address_scheme",
         "electronic_address_scheme"),
        ("DE", {"electronic_address": "somewhere"}, "unknown_address_scheme", "electronic_address_scheme"),
        ("IT", {"address_zipcode": "2012"}, "invalid_address_zipcode", "address_zipcode"),
    ],
)  # fmt: skip
def test_what_can_never_be_is_refused_at_once(country: str, more: dict[str, Any], code: str, field: str) -> None:
    (fault,) = country_setup.shape_faults(profile(country, **more))
    assert (fault.code, fault.field) == (code, field)
    assert fault.fix


@pytest.mark.parametrize(
    ("country", "more"),
    [
        ("FR", {}), ("IT", {"vat_regime": "forfettario", "regime_fiscale": "RF19"}), ("IT", {"regime_fiscale": "RF02"}),
        ("DE", {"electronic_address": "rechnung@werkstatt.example"}),
        ("DE", {"electronic_address": "9930:DE136695976"}),
        ("FR", {"electronic_address": "732829320", "electronic_address_scheme": "0225"}),
        ("IT", {"address_country": "SM", "address_zipcode": "A-1"}),
    ],
)  # fmt: skip
def test_what_can_be_is_taken(country: str, more: dict[str, Any]) -> None:
    assert country_setup.shape_faults(profile(country, **more)) == []
