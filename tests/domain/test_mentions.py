"""The legal notes by country, regime, client and language."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from counterfoil.domain.mentions import mentions
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.totals import VatGroup

ZERO = Decimal("0.00")
LATE, FORTY, NO_DISCOUNT = "Pénalités de retard", "40 €", "Pas d'escompte"


def notes(country: str, *groups: tuple[str, str], regime: str = "standard", locale: str = "", **more: Any) -> list[str]:
    profile = OrganizationProfile.model_validate({"legal_name": "A", "legal_country": country, "vat_regime": regime})
    vat_groups = [VatGroup(category, ZERO, reason, ZERO, ZERO) for category, reason in groups]
    return mentions(profile, locale=locale or country.lower(), vat_groups=vat_groups, **more)


def test_a_french_invoice_to_a_business_tells_the_legal_defaults() -> None:
    discount, late, compensation = notes("FR")
    assert NO_DISCOUNT in discount
    assert LATE in late
    assert FORTY in compensation


def test_given_texts_come_instead_of_the_defaults() -> None:
    assert notes("FR", discount_conditions="2 % à 8 jours", late_payment_penalties="12 %")[:2] == [
        "2 % à 8 jours", "12 %",
    ]  # fmt: skip


def test_a_french_private_person_is_told_none_of_them() -> None:
    assert notes("FR", is_business_client=False) == []


def test_other_countries_have_no_such_defaults() -> None:
    assert [notes(country) for country in ("DE", "IT", "ES", "BE")] == [[], [], [], []]


def test_the_french_small_business_prints_the_statutes_words() -> None:
    assert notes("FR", ("E", "S293B"), regime="franchise", is_business_client=False) == [
        "TVA non applicable, art. 293 B du CGI"
    ]


def test_the_statutes_words_stay_beside_the_readers_language() -> None:
    french, english = notes("FR", ("E", "S293B"), regime="franchise", locale="en", is_business_client=False)
    assert french == "TVA non applicable, art. 293 B du CGI"
    assert english == "VAT not applicable, art. 293 B du CGI"


def test_the_german_small_business_says_so() -> None:
    (note,) = notes("DE", ("E", "S19.1"), regime="kleinunternehmer")
    assert "Kleinunternehmer" in note
    assert "§ 19 UStG" in note


def test_the_italian_flat_rate_says_no_vat_no_withholding_and_stamp_duty() -> None:
    regime, withholding, stamp = notes("IT", ("O", "N2.2"), regime="forfettario", stamp_duty_amount="2.00")
    assert "commi da 54 a 89" in regime
    assert "comma 67" in withholding
    assert "Imposta di bollo assolta in modo virtuale" in stamp


def test_stamp_duty_is_italian() -> None:
    assert notes("DE", stamp_duty_amount="2.00") == []


def test_reverse_charge_is_named_in_the_laws_language_and_the_readers() -> None:
    assert notes("DE", ("AE", "S13B")) == ["Steuerschuldnerschaft des Leistungsempfängers, § 13b UStG"]
    assert notes("DE", ("AE", "S13B"), locale="en") == [
        "Steuerschuldnerschaft des Leistungsempfängers / Reverse charge, § 13b UStG"
    ]
    assert notes("FR", ("AE", "S259"), locale="fr", is_business_client=False) == [
        "Autoliquidation: TVA non applicable, prestation imposable dans le pays du client, art. 259 du CGI"
    ]


def test_a_small_businesss_reason_under_the_standard_regime_keeps_the_statutes_words() -> None:
    assert notes("FR", ("E", "S293B"), locale="de", is_business_client=False) == [
        "TVA non applicable, art. 293 B du CGI / Keine Umsatzsteuer, art. 293 B du CGI"
    ]


def test_other_reasons_are_told_once_in_the_readers_language() -> None:
    assert notes("IT", ("E", "N4"), ("E", "N4"), ("G", "N3.1"), locale="en") == [
        "Exempt from VAT, art. 10 DPR 633/1972", "Exempt from VAT, export, art. 8 c. 1 DPR 633/1972",
    ]  # fmt: skip


def test_the_option_for_debits_and_the_category_of_the_transaction_are_french() -> None:
    more = {"vat_payment_condition": "compensated_for_sales", "transaction_type": "services"}
    category, debits = notes("FR", is_business_client=False, **more)
    assert category == "Catégorie de l'opération : prestation de services."
    assert debits.startswith("Option pour le paiement de la taxe d'après les débits")
    assert notes("DE", **more) == []


def test_the_option_for_debits_stays_french_beside_the_readers_language() -> None:
    (note,) = notes("FR", locale="en", is_business_client=False, vat_payment_condition="compensated_for_sales")
    assert note.startswith("Option pour le paiement de la taxe d'après les débits")
    assert note.endswith(" / VAT is due on invoicing.")


def test_receipts_and_small_businesses_have_no_option_for_debits() -> None:
    assert notes("FR", is_business_client=False, vat_payment_condition="on_receipts") == []
    condition = "compensated_for_sales"
    assert len(notes("FR", regime="franchise", is_business_client=False, vat_payment_condition=condition)) == 1


def test_an_unknown_language_is_told_in_english() -> None:
    assert notes("FR", locale="pt")[0] == "No discount for early payment."
