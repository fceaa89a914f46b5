"""Credit notes, quotes, deposit and balance invoices: what each shows that a plain invoice does not, and what not."""

from __future__ import annotations

import dataclasses
import re

import pytest

from counterfoil.formats.kind_labels import CREDIT_NOTES, QUOTES
from counterfoil.formats.labels import LABELS
from counterfoil.formats.page import Appearance, DocumentView
from counterfoil.formats.view import view
from tests.support import sample_documents as samples
from tests.support.sample_documents import money

PAGE = Appearance(invoice_url="https://billing.example/q/x")


def shown(name: str, locale: str | None = None, **more: object) -> DocumentView:
    kind, make = samples.KINDS[name]
    document = make() | more
    if locale:
        document["client"] = document["client"] | {"locale": locale}
    return view(document, PAGE, kind)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize("labels", [CREDIT_NOTES, QUOTES])
def test_all_words_are_there_in_every_language(labels: dict[str, object]) -> None:
    assert labels.keys() == LABELS.keys()
    for words in labels.values():
        for field in dataclasses.fields(words):
            text = getattr(words, field.name)
            assert text
            assert re.findall(r"{(\w+)}", text) == re.findall(r"{(\w+)}", getattr(labels["en"], field.name))


@pytest.mark.parametrize(
    ("locale", "credit_note", "quote", "deposit", "balance"),
    [
        ("fr", "Avoir", "Devis", "Facture d’acompte", "Facture de solde"),
        ("en", "Credit note", "Quote", "Deposit invoice", "Final invoice"),
        ("de", "Rechnungskorrektur", "Angebot", "Anzahlungsrechnung", "Schlussrechnung"),
        ("it", "Nota di credito", "Preventivo", "Fattura di acconto", "Fattura a saldo"),
        ("es", "Factura rectificativa", "Presupuesto", "Factura de anticipo", "Factura de liquidación"),
    ],
)
def test_each_kind_has_its_name_in_each_language(
    locale: str, credit_note: str, quote: str, deposit: str, balance: str
) -> None:
    titles = [shown(name, locale).title for name in ("credit_note", "french_quote", "french_deposit", "german_balance")]

    assert titles == [credit_note, quote, deposit, balance]


def test_no_german_document_of_the_seller_is_called_gutschrift() -> None:
    # given that UStG § 14 Abs. 4 Nr. 10 keeps the word for invoices that the buyer makes out
    page = shown("german_credit_note")
    # then it stands nowhere on ours
    assert "Gutschrift" not in repr(page)


def test_a_credit_note_names_its_invoice_and_why_and_asks_for_nothing() -> None:
    page = shown("credit_note")

    assert (page.beside.label, page.beside.value) == ("Facture d’origine", "F-2026-042")
    assert [fact.value for fact in page.facts] == ["20 novembre 2026", "2 novembre 2026"]
    assert page.reason is not None
    assert page.reason.text.startswith("Quatre tirages")
    assert page.payment is None
    assert page.online is None
    assert page.watermarks == ()


def test_a_credit_notes_amounts_are_positive_and_labelled_as_credited() -> None:
    page = shown("credit_note")

    assert (page.due.label, plain(page.due.value)) == ("Montant crédité", "307,57 €")
    assert (page.totals[-1].label, page.totals[-1].value) == (page.due.label, page.due.value)
    assert not [row for row in (*page.totals, *page.vat_rows) if "-" in repr(row)]


def test_a_credit_note_keeps_the_tax_that_was_withheld_apart() -> None:
    document = samples.italian()
    for key in ("status", "due_date", "payment_methods"):
        del document[key]

    page = view(document | {"reason": ""}, PAGE, "credit_note")

    assert [row.key for row in page.totals][-3:] == ["total", "withholding", "due"]
    assert page.reason is None


def test_a_quote_says_until_when_it_holds_and_asks_for_no_money() -> None:
    page = shown("french_quote")

    assert (page.beside.label, page.beside.value) == ("Valable jusqu’au", "31 décembre 2026")
    assert (page.due.label, plain(page.due.value)) == ("Total TTC", "4 020,43 €")
    assert page.totals[-1].key == "total"
    assert page.payment is None
    assert "IBAN" not in repr(page)
    assert "Date d’échéance" not in repr(page)


def test_a_quote_ends_with_lines_to_sign() -> None:
    acceptance = shown("french_quote").acceptance

    assert acceptance is not None
    assert acceptance.heading == "Bon pour accord"
    assert acceptance.blanks == ("Date", "Nom et qualité du signataire", "Signature")
    assert acceptance.facts == ()
    assert acceptance.fingerprint is None


def test_an_accepted_quote_says_by_whom_when_and_what() -> None:
    page = shown("german_quote")

    assert page.notice == "Angenommen am 5. November 2026"
    assert "31. Dezember 2026" in [fact.value for fact in page.facts]
    assert page.acceptance is not None
    assert page.acceptance.blanks == ()
    assert [fact.value for fact in page.acceptance.facts] == [
        "Dr. Jörg Müller-Lüdenscheidt", "5. November 2026, 13:22:07 UTC",
    ]  # fmt: skip
    assert page.acceptance.fingerprint is not None
    assert page.acceptance.fingerprint.value.startswith("9f86d0")


def test_the_moment_of_acceptance_is_the_same_wherever_it_was_written() -> None:
    page = shown("german_quote", approved_at="2026-11-05T14:22:07+01:00")

    assert page.acceptance is not None
    assert page.acceptance.facts[1].value == "5. November 2026, 13:22:07 UTC"


def test_a_quote_that_is_over_is_marked_and_cannot_be_signed() -> None:
    page = shown("spanish_declined_quote")

    assert page.watermarks == ("ANULADO",)
    assert page.notice == "Este presupuesto está anulado."
    assert page.acceptance is None


def test_a_quote_with_withholding_ends_with_what_will_be_paid() -> None:
    assert [row.key for row in shown("italian_quote").totals][-3:] == ["total", "withholding", "due"]


def test_a_balance_invoice_names_each_deposit_with_its_vat() -> None:
    page = shown("german_balance")
    rows = [(row.label, plain(row.value)) for row in page.totals if row.key == "deposit"]

    assert [(plain(label), value) for label, value in rows] == [
        ("Anzahlung R-2026-090 vom 3. August 2026, darin USt. 478,99 €", "-3.000,00 €"),
        ("Anzahlung R-2026-101 vom 15. September 2026", "-2.500,50 €"),
    ]
    assert plain(page.due.value) == "5.726,97 €"


def test_the_qr_code_of_a_balance_invoice_asks_for_the_rest_only() -> None:
    payment = shown("german_balance").payment

    assert payment is not None
    assert "EUR5726.97" in payment.qr_payload.split("\n")


def test_deposits_without_names_are_taken_off_in_one_row() -> None:
    page = shown("german_balance", deposits=[], deposit_amount=money("5500.50"))

    assert [plain(row.value) for row in page.totals if row.key == "deposit"] == ["-5.500,50 €"]


def test_what_credit_notes_took_off_is_not_asked_for() -> None:
    page = shown("german", credited_amount=money("1227.47"))

    assert plain(page.due.value) == "10.000,00 €"
    assert [(row.key, plain(row.value)) for row in page.totals][-3:] == [
        ("total", "11.227,47 €"), ("credited", "-1.227,47 €"), ("due", "10.000,00 €"),
    ]  # fmt: skip
    assert page.payment is not None
    assert "EUR10000.00" in page.payment.qr_payload.split("\n")


@pytest.mark.parametrize("credited", ["11227.47", "99999"])
def test_a_wholly_credited_invoice_asks_for_nothing(credited: str) -> None:
    page = shown("german", credited_amount=money(credited))

    assert plain(page.due.value) == "0,00 €"
    assert page.payment is None or page.payment.qr_payload == ""


def test_a_paid_invoice_says_what_was_paid_whenever_it_was_credited() -> None:
    # given one of which a part was credited before it was paid, and one that was paid in full before
    before = shown("english_paid", credited_amount=money("27.47"), amount_paid=money("11200"))
    after = shown("english_paid", credited_amount=money("27.47"), amount_paid=money("11227.47"))

    assert [row.key for row in before.totals][-3:] == ["total", "credited", "due"]
    assert plain(before.due.value) == "€11,200.00"
    assert [row.key for row in after.totals][-2:] == ["total", "due"]
    assert plain(after.due.value) == "€11,227.47"
