"""What a country's documents need of an organization: checked when its profile is written, and again at finalize.

What could never be is refused at once. What is missing is told as warnings, since drafts work without: they are what
the rules of finalize say of an invoice in which only the seller counts, so that the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from counterfoil.domain import electronic_addresses as addresses
from counterfoil.domain import rules, vat
from counterfoil.domain.organization import REGIME_COUNTRY, OrganizationProfile
from counterfoil.domain.rules.it_parties import FLAT_RATE, is_postcode
from counterfoil.errors import Fault

_SELLER: Final = "organization/"
# Faults of the seller that name no field of it.
_OF_THE_SELLER: Final = frozenset({"verifactu_not_here"})


def shape_faults(profile: OrganizationProfile) -> list[Fault]:
    """What no organization can be: values that contradict each other, and codes that do not exist."""
    return [*_regime(profile), *_electronic_address(profile), *_postcode(profile)]


def warnings(profile: OrganizationProfile, *, today: date) -> list[Fault]:
    """What the organization's documents lack, in the words of finalize. today: its calendar day."""
    found: dict[tuple[str, str | None], Fault] = {}
    for document in _typical_documents(profile, today):
        errors, told = rules.finalize_faults(document, profile, today=today)
        for fault in (*errors, *told):
            if fault.code in _OF_THE_SELLER or (fault.field or "").startswith(_SELLER):
                own = replace(fault, field=fault.field and fault.field.removeprefix(_SELLER))
                found.setdefault((own.code, own.field), own)
    return [*found.values(), *_activation(profile)]


def _typical_documents(profile: OrganizationProfile, today: date) -> Iterable[Mapping[str, Any]]:
    """An invoice to a business of the same country; in Germany as an XRechnung as well."""
    country = profile.legal_country
    reason = vat.default_exemption_reason(profile.vat_regime)
    rates = vat.legal_rates(country, today)
    line = {"vat_rate": "0", "vat_exemption_reason": reason} if reason else {"vat_rate": str(max(rates, default=0))}
    document = {
        "issue_date": today.isoformat(),
        "due_date": today.isoformat(),
        "client": {"type": "company", "country_code": country},
        "organization": {"legal_country": country},
        "items": [line],
    }
    yield document
    if country == "DE":
        yield {**document, "e_invoicing_format": "xrechnung"}


def _regime(profile: OrganizationProfile) -> Iterable[Fault]:
    needed = REGIME_COUNTRY.get(profile.vat_regime)
    if needed and needed != profile.legal_country:
        message = f"The VAT regime {profile.vat_regime} exists only in {needed}."
        yield Fault("invalid_vat_regime", message, field="vat_regime", fix="Send standard.")
    elif profile.vat_regime == "forfettario" and profile.regime_fiscale not in {"", FLAT_RATE}:
        yield Fault(
            "invalid_regime_fiscale",
            f"Under vat_regime forfettario regime_fiscale is {FLAT_RATE}, not {profile.regime_fiscale}.",
            field="regime_fiscale",
            fix=f"Send {FLAT_RATE}, or leave it empty; or send vat_regime standard with it.",
        )
    elif profile.legal_country == "IT" and profile.regime_fiscale == FLAT_RATE and profile.vat_regime == "standard":
        yield Fault(
            "invalid_regime_fiscale",
            f"regime_fiscale {FLAT_RATE} is the regime forfettario, and vat_regime says standard.",
            field="regime_fiscale",
            fix="Send vat_regime forfettario with it, or another regime_fiscale such as RF01.",
        )


def _electronic_address(profile: OrganizationProfile) -> Iterable[Fault]:
    """BT-34 and its scheme."""
    address, scheme = profile.electronic_address.strip(), profile.electronic_address_scheme
    if scheme and not address:
        yield Fault(
            "missing_electronic_address",
            "electronic_address_scheme says of which sort an address is, and there is no electronic_address.",
            field="electronic_address",
            fix="Send electronic_address too, or leave both empty: it follows from the other numbers.",
        )
    elif scheme and scheme not in addresses.EAS_CODES:
        yield Fault(
            "unknown_address_scheme",
            f"{scheme} is no code of the EAS list.",
            field="electronic_address_scheme",
            fix="Send one such as 0225 (France), 0204 (Leitweg-ID), 9930 (German VAT number) or EM (e-mail).",
            source="EN 16931 BR-CL-25",
        )
    elif address and addresses.of_seller({"legal_country": profile.legal_country, **_given(address, scheme)}) is None:
        yield Fault(
            "unknown_address_scheme",
            f'"{address[:60]}" does not say which network it belongs to.',
            field="electronic_address_scheme",
            fix="Send electronic_address_scheme too, such as EM for an e-mail address.",
            source="EN 16931 BR-62",
        )


def _given(address: str, scheme: str) -> Mapping[str, str]:
    return {"electronic_address": address, "electronic_address_scheme": scheme}


def _postcode(profile: OrganizationProfile) -> Iterable[Fault]:
    country = profile.address_country or profile.legal_country
    if (
        profile.legal_country == country == "IT"
        and profile.address_zipcode
        and not is_postcode(profile.address_zipcode)
    ):
        yield Fault(
            "invalid_address_zipcode",
            f'An Italian postcode has 5 digits; "{profile.address_zipcode}" has not.',
            field="address_zipcode",
            fix='Send one such as "20121".',
            source="FatturaPA 1.2.2.3 CAP",
        )


def _activation(profile: OrganizationProfile) -> Iterable[Fault]:
    if profile.legal_country == "IT" and not profile.einvoicing_enabled:
        yield Fault(
            "einvoicing_not_activated",
            "E-invoicing is not activated, and an Italian organization must have it to create invoices.",
            field="einvoicing_enabled",
            fix="Send einvoicing_enabled true.",
            source="D.Lgs. 127/2015 art. 1 c. 3",
        )
