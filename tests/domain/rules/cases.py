"""A seller and a document that break no rule in each country, to be broken one field at a time."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.rules import finalize_faults
from counterfoil.errors import Fault

PROFILES: dict[str, dict[str, Any]] = {
    "FR": {"legal_number": "732829320", "vat_number": "FR44732829320", "transaction_type": "services"},
    "DE": {"tax_number": "123/123/1234"},
    "IT": {"vat_number": "IT00743110157"},
    "ES": {"tax_number": "B58378431"},
    "BE": {"vat_number": "BE0428759497"},
}
# What a client's law or its format asks for beyond a name and an address.
BUYERS: dict[str, dict[str, Any]] = {
    "FR": {"tax_identification_number": "732829320"},
    "IT": {
        "vat_number": "IT07654320014",
        "recipient_code": "ABC1234",
        "billing_address": {
            "street_address": "Corso Italia 2", "city": "Torino", "zip_code": "10121", "province_code": "TO",
            "country_code": "IT",
        },
    },
    "ES": {"tax_identification_number": "A28015865"},
}  # fmt: skip
RATES = {"FR": "0.2", "DE": "0.19", "IT": "0.22", "ES": "0.21", "BE": "0.21"}


def profile(country: str, **more: Any) -> OrganizationProfile:
    base = {
        "legal_name": "Atelier",
        "legal_country": country,
        "address_line_1": "1 rue Haute",
        "address_zipcode": "75001",
        "address_city": "Paris",
    }
    return OrganizationProfile.model_validate(base | PROFILES[country] | more)


def line(rate: str, reason: str | None = None, net: str = "100.00") -> dict[str, Any]:
    return {"vat_rate": rate, "vat_exemption_reason": reason, "subtotal": {"value": net, "currency": "EUR"}}


def document(country: str, **more: Any) -> dict[str, Any]:
    """A faultless document; `client` in `more` is merged into the faultless client."""
    client = {
        "id": "c-1",
        "type": "company",
        "name": "Client",
        "address": "2 rue Basse",
        "city": "Paris",
        "country_code": country,
    }
    base: dict[str, Any] = {
        "number": None,
        "issue_date": "2026-11-22",
        "due_date": "2026-12-22",
        "performance_start_date": "2026-11-20",
        "performance_date": "",
        "stamp_duty_amount": "",
        "items": [line(RATES[country])],
        "client": client | BUYERS.get(country, {}) | more.pop("client", {}),
    }
    return deepcopy(base | more)


def faults(country: str, sold: dict[str, Any] | None = None, **seller: Any) -> tuple[list[Fault], list[Fault]]:
    """Errors and warnings of a document by a seller of `country`."""
    return finalize_faults(document(country) if sold is None else sold, profile(country, **seller))


def told(found: list[Fault]) -> list[tuple[str | None, str, str | None]]:
    """Rule, code and field of each fault, after checking that each helps and cites."""
    assert all(fault.message and fault.fix and fault.source for fault in found)
    return [(fault.rule, fault.code, fault.field) for fault in found]
