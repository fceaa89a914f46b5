"""Credit notes, quotes, deposits and balances: what the API answers stands on their PDFs and pages, to the cent."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from babel.numbers import format_currency

from tests.support.pdf_text import packed, packed_text
from tests.support.server import Api, Server, expect, make_organization
from tests.support.verapdf import judge, need_verapdf

LOCALES = ("fr", "en", "de", "it", "es")
COUNTRIES = {"fr": "FR", "en": "FR", "de": "DE", "it": "IT", "es": "ES"}
TITLES = {
    "fr": ("Avoir", "Devis", "Facture d’acompte", "Facture de solde"),
    "en": ("Credit note", "Quote", "Deposit invoice", "Final invoice"),
    "de": ("Rechnungskorrektur", "Angebot", "Anzahlungsrechnung", "Schlussrechnung"),
    "it": ("Nota di credito", "Preventivo", "Fattura di acconto", "Fattura a saldo"),
    "es": ("Factura rectificativa", "Presupuesto", "Factura de anticipo", "Factura de liquidación"),
}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_kind_is_printed_as_it_is_answered(working_server: Server, locale: str) -> None:
    # given a credit note, an accepted quote, a deposit and the balance that deducts it, for a client of this language
    need_verapdf()
    api = Api(working_server, make_organization(working_server.data, COUNTRIES[locale]))
    client_id = api.client(locale=locale)["id"]
    made = (_credit_note(api, client_id), _accepted_quote(api, client_id), *_deposit_and_balance(api, client_id))
    for title, (path, name, made_id) in zip(TITLES[locale], made, strict=True):
        # when its PDF is there
        document = _with_pdf(api, path, name, made_id)
        pdf = _pdf(api, document)
        text = packed_text(pdf)
        # then it says what the API says
        assert packed(f"{title}{document['number']}") in text
        missing = [name for name, shown in _amounts(document, locale) if shown not in text]
        assert missing == [], document["number"]
        assert judge(pdf).failures == ()
        _as_its_kind(name, document, text)


def test_a_quotes_page_shows_the_same_amounts(working_server: Server) -> None:
    api = Api(working_server, make_organization(working_server.data, "FR"))
    quote = _quote(api, api.client(locale="fr")["id"])
    page = packed(html.unescape(re.sub(r"<[^>]+>", "", api.http.get(quote["quote_url"]).text)))
    assert [name for name, shown in _amounts(quote, "fr") if shown not in page] == []


def _as_its_kind(name: str, document: Mapping[str, Any], text: str) -> None:
    if name == "credit_note":
        assert packed(document["reason"]) in text
        assert document["invoice_number"] in text
    if name != "client_invoice":
        assert "IBAN" not in text
    if name == "quote":
        assert packed(document["approved_by"]) in text
        assert document["document_hash"] in text
    for deposit in document.get("deposits", ()):
        assert deposit["number"] in text


def _credit_note(api: Api, client_id: str) -> tuple[str, str, str]:
    invoice = api.issued(client_id=client_id, items=_items(api))
    item = api.item(title="Zurück / retour", quantity="1.5", unit_price={"value": "33.33", "currency": "EUR"})
    body = {"invoice_id": invoice["id"], "issue_date": api.today, "currency": "EUR", "items": [item],
            "reason": "Deux pièces abîmées, 2 beschädigte Teile"}  # fmt: skip
    answer = api.post("/credit_notes", body)
    assert answer.is_success, answer.text
    return "/credit_notes", "credit_note", str(answer.json()["credit_note"]["id"])


def _quote(api: Api, client_id: str) -> dict[str, Any]:
    until = (date.fromisoformat(api.today) + timedelta(days=30)).isoformat()
    body = {"client_id": client_id, "issue_date": api.today, "expiry_date": until, "currency": "EUR",
            "items": _items(api), "terms_and_conditions": "Conditions. " * 250}  # fmt: skip
    return dict(expect(api.post("/quotes", body), 201)["quote"])


def _accepted_quote(api: Api, client_id: str) -> tuple[str, str, str]:
    quote = _quote(api, client_id)
    seen = re.search(r'name="seen" value="([^"]+)"', api.http.get(quote["quote_url"]).text)
    assert seen is not None
    form = {"seen": seen[1], "name": "Zoé Müller-Núñez", "terms": "read"}
    assert api.http.post(quote["quote_url"] + "/accept", data=form).status_code == 303
    return "/quotes", "quote", str(quote["id"])


def _deposit_and_balance(api: Api, client_id: str) -> Iterator[tuple[str, str, str]]:
    deposit = api.issued(client_id=client_id, invoice_type="deposit")
    balance = api.issued(client_id=client_id, items=_items(api), deposit_invoice_ids=[deposit["id"]])
    assert balance["amount_due_cents"] == balance["total_amount_cents"] - deposit["total_amount_cents"]
    yield "/client_invoices", "client_invoice", str(deposit["id"])
    yield "/client_invoices", "client_invoice", str(balance["id"])


def _items(api: Api) -> list[dict[str, Any]]:
    return [
        api.item(quantity="7.25", unit_price={"value": "123.45", "currency": "EUR"}),
        api.item(title="Zwei / deux", quantity="3", unit_price={"value": "0.995", "currency": "EUR"}),
    ]


def _with_pdf(api: Api, path: str, name: str, document_id: str) -> dict[str, Any]:
    """The document once the PDF of its present state is there."""
    deadline = time.monotonic() + 60
    while True:
        document: dict[str, Any] = expect(api.get(f"{path}/{document_id}"), 200)[name]
        pdf = _pdf(api, document) if document.get("attachment_id") else b""
        # An accepted quote has a PDF from before, until the one that shows the acceptance is made.
        if pdf and document.get("document_hash", "") in packed_text(pdf):
            return document
        assert time.monotonic() < deadline, "the PDF was not made"
        time.sleep(0.2)


def _pdf(api: Api, document: Mapping[str, Any]) -> bytes:
    attachment = expect(api.get(f"/attachments/{document['attachment_id']}"), 200)["attachment"]
    answer = api.http.get(attachment["url"])
    assert answer.status_code == 200, answer.text
    return answer.content


def _amounts(document: Mapping[str, Any], locale: str) -> Iterator[tuple[str, str]]:
    def shown(money: Mapping[str, str]) -> str:
        return packed(format_currency(Decimal(money["value"]), "EUR", locale=locale))

    for name in ("total_amount", "amount_due", "tax_exclusive_amount"):
        yield name, shown(document[name])
    for index, item in enumerate(document["items"]):
        yield f"items/{index}/subtotal", shown(item["subtotal"])
    for group in document["vat_breakdown"]:
        yield f"VAT at {group['vat_rate']}", shown(group["vat_amount"])
    for deposit in document.get("deposits", ()):
        yield deposit["number"], shown(deposit["amount"])
