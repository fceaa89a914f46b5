from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.formats.page import Appearance, DocumentView, TotalRow
from counterfoil.formats.view import view
from tests.support import sample_documents as samples


def shown(document: dict[str, Any], **appearance: Any) -> DocumentView:
    return view(document, Appearance(**appearance))


def rows(page: DocumentView) -> dict[str, str]:
    return {row.key: plain(row.value) for row in page.totals}


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def every_text(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if dataclasses.is_dataclass(value):
        return [text for entry in vars(value).values() for text in every_text(entry)]
    return [text for entry in value for text in every_text(entry)] if isinstance(value, tuple) else []


@pytest.mark.parametrize(
    ("locale", "language", "due", "day"),
    [
        ("fr-FR", "fr", "4 020,43 €", "2 décembre 2026"),
        ("de_AT", "de", "4.020,43 €", "2. Dezember 2026"),
        ("IT", "it", "4.020,43 €", "2 dicembre 2026"),
        ("es", "es", "4.020,43 €", "2 de diciembre de 2026"),
        ("en-US", "en", "€4,020.43", "2 December 2026"),
        ("nl", "en", "€4,020.43", "2 December 2026"),
        ("", "en", "€4,020.43", "2 December 2026"),
        (None, "en", "€4,020.43", "2 December 2026"),
    ],
)
def test_the_clients_locale_decides_language_money_and_dates(
    locale: str | None, language: str, due: str, day: str
) -> None:
    document = samples.french()
    document["client"]["locale"] = locale

    page = shown(document)

    assert page.language == language
    assert plain(page.due.value) == due
    assert page.beside.value == day


def test_the_french_invoice_shows_discounts_and_one_vat_row_a_rate() -> None:
    page = shown(samples.french())

    assert [row.key for row in page.totals] == [
        "line_total", "discount", "tax_exclusive", "vat", "vat", "vat", "total", "due",
    ]  # fmt: skip
    assert rows(page)["discount"] == "-75,00 €"
    assert plain(page.lines[0].discount) == "Remise 10 % : -160,00 €"
    assert [plain(row.rate) for row in page.vat_rows] == ["20 %", "10 %", "5,5 %"]
    assert [fact.value for fact in page.facts if fact.label == "Bon de commande"] == ["BC-2026-1187"]


def test_the_italian_invoice_shows_welfare_fund_stamp_duty_and_withholding_between_total_and_due() -> None:
    document = samples.italian()

    page = shown(document)

    assert [row.key for row in page.totals] == [
        "line_total", "welfare_fund", "tax_exclusive", "vat", "vat", "stamp_duty", "total", "withholding", "due",
    ]  # fmt: skip
    assert "Inarcassa" in next(row.label for row in page.totals if row.key == "welfare_fund")
    assert rows(page)["stamp_duty"] == "2,00 €"
    assert rows(page)["withholding"].startswith("-")
    held = Decimal(document["withholding_tax"]["amount"])
    total, due = (Decimal(document[key]["value"]) for key in ("total_amount", "amount_due"))
    assert due == total - held


def test_the_spanish_draft_is_a_proforma_without_a_qr_code() -> None:
    page = shown(samples.spanish_draft())

    assert page.title == "Factura proforma"
    assert page.watermarks == ("PROFORMA",)
    assert page.payment is not None
    assert page.payment.qr_payload == ""


def test_an_unpaid_invoice_says_where_to_pay_with_the_iban_in_fours() -> None:
    payment = shown(samples.german()).payment

    assert payment is not None
    assert payment.iban == "DE89 3704 0044 0532 0130 00"
    assert payment.iban_plain == "DE89370400440532013000"
    assert payment.qr_payload.startswith("BCD\n002\n")


def test_a_paid_invoice_says_when_and_asks_for_nothing() -> None:
    page = shown(samples.english_paid())

    assert page.notice == "Paid on 20 November 2026"
    assert page.due.label == "Amount paid"
    assert page.payment is None
    assert page.title == "Final invoice"


def test_a_canceled_invoice_is_stamped_and_asks_for_nothing() -> None:
    page = shown(samples.german() | {"status": "canceled"})

    assert page.watermarks == ("STORNIERT",)
    assert page.notice == "Diese Rechnung ist storniert."
    assert page.payment is None


def test_a_specimen_is_marked_as_one_beside_any_other_mark() -> None:
    assert shown(samples.french(), is_specimen=True).watermarks == ("SPECIMEN",)
    assert shown(samples.spanish_draft(), is_specimen=True).watermarks == ("PROFORMA", "SPECIMEN")


def test_empty_optionals_leave_no_row_and_no_label_behind() -> None:
    page = shown(samples.empty())

    assert page.number == ""
    assert page.payment is None
    assert page.delivery is None
    assert page.texts == ()
    assert [fact.label for fact in page.facts] == ["Issue date"]
    assert page.legal_footer == ("Rien SAS",)
    assert [row.key for row in page.totals] == ["tax_exclusive", "total", "due"]
    assert not [text for text in every_text(page) if "None" in text or text.endswith(": ")]


def test_a_deposit_already_paid_stands_between_total_and_due() -> None:
    document = samples.invoice(
        [samples.item("Pose", "1", "1000", "0.2")], samples.french()["organization"], samples.french()["client"],
        deposit_amount=samples.money("300"),
    )  # fmt: skip

    assert rows(shown(document))["deposit"] == "-300,00 €"
    assert rows(shown(document))["due"] == "900,00 €"


@pytest.mark.parametrize(
    ("price", "printed"),
    [("6.125", "6,125 €"), ("0.000001", "0,000001 €"), ("5", "5,00 €"), ("5.10", "5,10 €"), ("0", "0,00 €"),
     ("999999999.999999", "999 999 999,999999 €")],
)  # fmt: skip
def test_a_unit_price_keeps_all_its_decimals_and_at_least_two(price: str, printed: str) -> None:
    document = samples.french()
    document["items"] = [samples.item("Clou", "1", price, "0.2")]

    assert plain(shown(document).lines[0].unit_price) == printed


@pytest.mark.parametrize(
    ("quantity", "unit", "printed"),
    [("10", "", "10"), ("2.500000", "hour", "2,5 h"), ("100", "unit", "100"), ("-3", "palette", "-3 palette")],
)
def test_a_quantity_has_no_idle_zeros_and_known_units_are_short(quantity: str, unit: str, printed: str) -> None:
    document = samples.french()
    document["items"] = [samples.item("Clou", quantity, "1", "0.2", unit=unit)]

    assert plain(shown(document).lines[0].quantity) == printed


def test_amounts_of_many_digits_are_printed_to_the_cent() -> None:
    document = samples.french()
    document["amount_due"] = {"value": "999999999999.99", "currency": "EUR"}

    assert plain(shown(document).due.value) == "999 999 999 999,99 €"


def test_a_note_that_stands_in_the_vat_table_is_not_said_twice() -> None:
    page = shown(samples.italian())

    assert [row.reason for row in page.vat_rows] == ["", "Operazione esente, art. 10 DPR 633/72"]
    assert page.texts == ()


def test_the_legal_footer_names_form_capital_register_and_numbers() -> None:
    footer = plain(" | ".join(shown(samples.french()).legal_footer))

    assert footer == (
        "Atelier Lumière | SARL au capital de 10 000,00 € | SIREN : 552 100 554 | "
        "Immatriculation : RCS Lyon 552 100 554 | N° TVA : FR43552100554 | Direction : Camille Rousseau"
    )


def test_the_billing_address_wins_and_a_foreign_country_is_named() -> None:
    document = samples.german()
    document["client"] = {
        "id": "c", "type": "individual", "first_name": "Ana", "last_name": "Sousa", "locale": "de", "address": "Alt 1",
        "city": "Altstadt", "billing_address": {"street_address": "Rua Nova 2", "zip_code": "1100-001",
                                                "city": "Lisboa", "country_code": "PT"},
    }  # fmt: skip

    buyer = shown(document).buyer

    assert buyer.name == "Ana Sousa"
    assert buyer.lines[:3] == ("Rua Nova 2", "1100-001 Lisboa", "Portugal")


def test_every_sample_ends_with_what_is_due() -> None:
    for sample in samples.SAMPLES.values():
        page = shown(sample())

        assert page.totals[-1] == TotalRow("due", page.due.label, page.due.value, is_strong=True)


@pytest.mark.parametrize(
    ("locale", "printed"),
    [("fr", "19–21 oct. 2026"), ("de", "19.–21. Okt. 2026"), ("it", "19–21 ott 2026"), ("es", "19–21 oct 2026"),
     ("en", "19–21 Oct 2026")],
)  # fmt: skip
def test_a_period_says_what_both_days_share_once(locale: str, printed: str) -> None:
    document = samples.french()
    document["client"]["locale"] = locale

    assert printed in [plain(fact.value).replace("\u2009", "") for fact in shown(document).facts]
