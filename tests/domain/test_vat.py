"""VAT categories by reason and parties, wording in five languages, rates by country and day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from counterfoil.domain import vat
from counterfoil.domain.lines import VatExemptionReason

REASONS = get_args(VatExemptionReason)
ZERO = Decimal(0)

# reason, seller, buyer, buyer has a VAT number -> category (UNCL 5305).
CATEGORIES = [
    ("S293B", "FR", "FR", False, "E"),
    ("S261", "FR", "FR", True, "E"),
    ("S262", "FR", "US", False, "G"),
    ("S262", "FR", "DE", True, "K"),
    ("S262.1", "FR", "DE", True, "K"),
    ("S262.1", "FR", "DE", False, "G"),
    ("S262.1", "FR", "FR", True, "G"),
    ("S259", "FR", "DE", True, "AE"),
    ("S259", "FR", "US", False, "O"),
    ("S283", "FR", "FR", True, "AE"),
    ("S263", "FR", "FR", True, "E"),
    ("S263", "FR", "DE", True, "E"),
    ("S263", "FR", "US", False, "G"),
    ("S19.1", "DE", "DE", False, "E"),
    ("S4", "DE", "DE", False, "E"),
    ("S4.1A", "DE", "CH", False, "G"),
    ("S4.1B", "DE", "FR", True, "K"),
    ("S13B", "DE", "FR", True, "AE"),
    ("S20", "ES", "ES", False, "E"),
    ("S21", "ES", "US", False, "G"),
    ("S25", "ES", "PT", True, "K"),
    ("S69", "ES", "PT", True, "AE"),
    ("S69", "ES", "GB", True, "O"),
    ("S84.1.2", "ES", "ES", True, "AE"),
    ("S122", "ES", "ES", False, "E"),
    ("N1", "IT", "IT", True, "E"),
    ("N2.1", "IT", "US", False, "O"),
    ("N2.2", "IT", "IT", True, "O"),
    ("N3.1", "IT", "US", False, "G"),
    ("N3.2", "IT", "DE", True, "K"),
    ("N3.6", "IT", "DE", True, "K"),
    ("N3.6", "IT", "US", False, "G"),
    ("N4", "IT", "IT", True, "E"),
    ("N5", "IT", "IT", True, "E"),
    ("N6.1", "IT", "IT", True, "AE"),
    ("N7", "IT", "DE", False, "O"),
]


@pytest.mark.parametrize(("reason", "seller", "buyer", "has_number", "expected"), CATEGORIES)
def test_the_category_follows_the_reason_and_the_parties(
    reason: str, seller: str, buyer: str, has_number: bool, expected: str
) -> None:
    category = vat.category(reason, ZERO, seller_country=seller, buyer_country=buyer, buyer_has_vat_number=has_number)
    assert category == expected


def test_a_rate_above_zero_is_standard_and_zero_without_reason_is_zero_rated() -> None:
    parties = {"seller_country": "FR", "buyer_country": "FR", "buyer_has_vat_number": True}
    assert vat.category(None, Decimal("0.055"), **parties) == "S"
    assert vat.category(None, Decimal("0.00"), **parties) == "Z"


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_of_the_api_has_a_country_a_category_and_a_text_in_five_languages(reason: str) -> None:
    assert reason in vat.EXEMPTION_REASONS[vat.country_of(reason)]
    category = vat.category(reason, ZERO, seller_country="", buyer_country="", buyer_has_vat_number=False)
    assert category in {"E", "AE", "K", "G", "O"}
    texts = [vat.exemption_text(reason, locale) for locale in vat.LOCALES]
    assert len(set(texts)) == len(vat.LOCALES)
    assert all(text.endswith(vat.law_of(reason)) for text in texts)


def test_the_countries_share_out_all_reasons() -> None:
    listed = [reason for reasons in vat.EXEMPTION_REASONS.values() for reason in reasons]
    assert sorted(listed) == sorted(REASONS)
    assert vat.reasons_of("DE") == ("S19.1", "S4", "S4.1A", "S4.1B", "S13B")
    assert sorted(vat.reasons_of("BE")) == sorted(REASONS)


@pytest.mark.parametrize(
    ("reason", "locale", "category", "expected"),
    [
        ("S293B", "fr", "E", "TVA non applicable, art. 293 B du CGI"),
        ("S19.1", "de", "E", "Steuerbefreiung für Kleinunternehmer, § 19 UStG"),
        ("S283", "fr", "AE", "Autoliquidation, art. 283 du CGI"),
        ("S13B", "de", "AE", "Steuerschuldnerschaft des Leistungsempfängers, § 13b UStG"),
        ("N6.3", "it", "AE", "Inversione contabile, art. 17 c. 6 lett. a DPR 633/1972"),
        ("S84.1.2", "es", "AE", "Inversión del sujeto pasivo, art. 84.Uno.2.º Ley 37/1992 (LIVA)"),
        ("S259", "en", "AE", "Reverse charge: VAT not applicable, service taxable in the customer's country, "
         "art. 259 du CGI"),
        ("S259", "en", "O", "VAT not applicable, service taxable in the customer's country, art. 259 du CGI"),
        ("N4", "pt", "E", "Exempt from VAT, art. 10 DPR 633/1972"),
    ],
)  # fmt: skip
def test_the_laws_own_words(reason: str, locale: str, category: str, expected: str) -> None:
    assert vat.exemption_text(reason, locale, category) == expected


def test_regimes_bring_their_reason() -> None:
    assert vat.default_exemption_reason("franchise") == "S293B"
    assert vat.default_exemption_reason("kleinunternehmer") == "S19.1"
    assert vat.default_exemption_reason("forfettario") == "N2.2"
    assert vat.default_exemption_reason("standard") is None


@pytest.mark.parametrize(
    ("country", "rate", "on", "is_legal"),
    [
        ("FR", "0.2", date(2026, 1, 1), True),
        ("FR", "0.20", date(2014, 1, 1), True),
        ("FR", "0.2", date(2013, 12, 31), False),
        ("FR", "0.196", date(2013, 12, 31), True),
        ("FR", "0.19", date(2026, 1, 1), False),
        ("FR", "0.0105", date(2026, 1, 1), True),
        ("DE", "0.16", date(2020, 7, 1), True),
        ("DE", "0.19", date(2020, 12, 31), False),
        ("DE", "0.19", date(2021, 1, 1), True),
        ("IT", "0.05", date(2026, 1, 1), True),
        ("ES", "0.075", date(2025, 1, 1), False),
        ("FI", "0.255", date(2026, 1, 1), True),
        ("EE", "0.24", date(2025, 6, 30), False),
        ("FR", "0", date(2026, 1, 1), True),
        ("US", "0.0825", date(2026, 1, 1), True),
    ],
)
def test_rates_are_legal_by_country_and_day(country: str, rate: str, on: date, is_legal: bool) -> None:
    assert vat.is_legal_rate(country, Decimal(rate), on) is is_legal


def test_each_eu_country_has_rates_with_a_source_and_days_in_order() -> None:
    assert set(vat.RATES) == vat.EU_COUNTRIES
    for rates in vat.RATES.values():
        for known in rates:
            assert known.source
            assert 0 < known.rate < 1
            assert known.until is None or known.since <= known.until


def test_legal_rates_are_told_highest_first() -> None:
    assert [str(rate) for rate in vat.legal_rates("ES", date(2026, 1, 1))] == ["0.21", "0.1", "0.04"]
    assert vat.legal_rates("US", date(2026, 1, 1)) == ()


def test_a_law_asks_for_its_own_language() -> None:
    assert [vat.seller_locale(country) for country in ("FR", "DE", "AT", "IT", "ES", "BE")] == [
        "fr", "de", "de", "it", "es", "en",
    ]  # fmt: skip
