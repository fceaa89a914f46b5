"""VAT: categories (UNCL 5305), exemption reasons of four countries, their wording, and legal rates.

The reasons are the codes of the API. Their wording is in `vat_texts`, the rates in `vat_rates`; both are meant to be
read through this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from counterfoil.domain.vat_rates import RATES, VatRate, is_legal_rate, legal_rates
from counterfoil.domain.vat_texts import LOCALES, REVERSE_CHARGE, exemption_text, law_of, seller_locale

# Countries of the EU VAT area; Greece's VAT numbers begin with EL, its country code is GR. Monaco counts as France and
# Northern Ireland (XI) as the EU for goods; neither is a country code that a client would carry here.
EU_COUNTRIES: Final = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
        "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip

EXEMPTION_REASONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "FR": ("S293B", "S259", "S261", "S262", "S262.1", "S263", "S283"),
        "DE": ("S19.1", "S4", "S4.1A", "S4.1B", "S13B"),
        "IT": (
            "N1", "N2", "N2.1", "N2.2", "N3", "N3.1", "N3.2", "N3.3", "N3.4", "N3.5", "N3.6", "N4", "N5",
            "N6", "N6.1", "N6.2", "N6.3", "N6.4", "N6.5", "N6.6", "N6.7", "N6.8", "N6.9", "N7",
        ),
        "ES": ("S20", "S21", "S25", "S69", "S84.1.2", "S122"),
    }
)  # fmt: skip

# Where the parties matter, a name in lower case stands for one of the small functions below.
_CATEGORY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "S293B": "E", "S261": "E", "S262": "export_or_supply", "S262.1": "export_or_supply",
        "S259": "placed_abroad", "S283": "AE", "S263": "exempt_or_export",
        "S19.1": "E", "S4": "E", "S4.1A": "G", "S4.1B": "K", "S13B": "AE",
        "S20": "E", "S21": "G", "S25": "K", "S69": "placed_abroad", "S84.1.2": "AE", "S122": "E",
        "N1": "E", "N2": "O", "N2.1": "O", "N2.2": "O", "N7": "O",
        "N3": "G", "N3.1": "G", "N3.3": "G", "N3.4": "G", "N3.5": "G", "N3.2": "K", "N3.6": "supply_or_export",
        "N4": "E", "N5": "E",
        "N6": "AE", "N6.1": "AE", "N6.2": "AE", "N6.3": "AE", "N6.4": "AE", "N6.5": "AE", "N6.6": "AE",
        "N6.7": "AE", "N6.8": "AE", "N6.9": "AE",
    }
)  # fmt: skip

_REGIME_REASON: Final[Mapping[str, str]] = MappingProxyType(
    {
        "franchise": "S293B",  # CGI art. 293 B
        "kleinunternehmer": "S19.1",  # UStG § 19 Abs. 1
        "forfettario": "N2.2",  # L. 190/2014 art. 1 c. 54-89
    }
)


def category(
    exemption_reason: str | None,
    rate: Decimal,
    *,
    seller_country: str,
    buyer_country: str,
    buyer_has_vat_number: bool,
) -> str:
    """BT-118: S, Z, E, AE, K, G or O. rate: a fraction. Countries are ISO codes, "" when not known."""
    if rate:
        return "S"
    if not exemption_reason:
        return "Z"
    listed = _CATEGORY[exemption_reason]
    if len(listed) <= 2:
        return listed
    is_abroad = bool(buyer_country) and buyer_country != seller_country
    is_elsewhere_in_eu = is_abroad and buyer_country in EU_COUNTRIES
    return _by_parties(listed, is_abroad, is_elsewhere_in_eu, buyer_has_vat_number)


def _by_parties(listed: str, is_abroad: bool, is_elsewhere_in_eu: bool, buyer_has_vat_number: bool) -> str:
    is_business_in_eu = is_elsewhere_in_eu and buyer_has_vat_number
    chosen = {
        # CGI art. 262 I (export) and 262 ter I (intra-EU supply) share codes.
        "export_or_supply": "K" if is_business_in_eu else "G",
        # CGI art. 259, LIVA art. 69: the buyer owes the VAT in the EU, nobody here owes it beyond.
        "placed_abroad": "AE" if is_business_in_eu else "O",
        # CGI art. 263: an intermediary's service, exempt; beyond the EU it follows the export that it serves.
        "exempt_or_export": "G" if is_abroad and not is_elsewhere_in_eu else "E",
        # DPR 633/1972: N3.6 holds what neither is a supply nor fills the ceiling; beyond the EU it is an export.
        "supply_or_export": "G" if is_abroad and not is_elsewhere_in_eu else "K",
    }
    return chosen[listed]


def default_exemption_reason(vat_regime: str) -> str | None:
    """The reason that a seller's VAT regime gives to every line; None under the standard regime."""
    return _REGIME_REASON.get(vat_regime)


def is_of_regime(reason: str) -> bool:
    """Whether a reason comes with a seller's VAT regime, and with no line of anybody else."""
    return reason in _REGIME_REASON.values()


def reasons_of(country: str) -> tuple[str, ...]:
    """The exemption reasons of one country, or those of all four for a country that has none of its own."""
    return EXEMPTION_REASONS.get(country) or tuple(code for codes in EXEMPTION_REASONS.values() for code in codes)


def country_of(reason: str) -> str:
    """The country whose law a reason stands for."""
    return next(country for country, reasons in EXEMPTION_REASONS.items() if reason in reasons)


__all__ = [
    "EU_COUNTRIES", "EXEMPTION_REASONS", "LOCALES", "RATES", "REVERSE_CHARGE", "VatRate", "category", "country_of",
    "default_exemption_reason", "exemption_text", "is_legal_rate", "is_of_regime", "law_of", "legal_rates",
    "reasons_of", "seller_locale",
]  # fmt: skip
