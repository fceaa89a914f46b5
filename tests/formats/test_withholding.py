"""Tax that the client withholds: the paper, the page and the QR code ask for what is left, and show both amounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from babel.numbers import format_currency

from counterfoil.formats import html, qr
from counterfoil.formats.page import Appearance
from counterfoil.formats.pdf import Typesetter
from tests.support import sample_documents as samples
from tests.support.pdf_text import packed, packed_text

LINKS = html.Links(style="s.css", accent="a.css", script="c.js", icon="i.svg", pdf="x/pdf")


def spanish() -> dict[str, Any]:
    """The Spanish freelancer's draft, issued."""
    return samples.spanish_draft() | {
        "status": "unpaid",
        "number": "F-2026-009",
        "finalized_at": "2026-11-02T10:00:00Z",
    }


WITHHELD = [("it", samples.italian), ("es", spanish)]


def in_words(money: dict[str, str], locale: str) -> str:
    return packed(format_currency(Decimal(money["value"]), money["currency"], locale=locale))


@pytest.mark.parametrize(("locale", "document_of"), WITHHELD)
def test_total_withheld_and_due_are_three_amounts(locale: str, document_of: Callable[[], dict[str, Any]]) -> None:
    document = document_of()
    total, due = (Decimal(document[name]["value"]) for name in ("total_amount", "amount_due"))
    assert due == total - Decimal(document["withholding_tax"]["amount"])
    assert 0 < due < total


@pytest.mark.parametrize(("locale", "document_of"), WITHHELD)
def test_the_qr_code_asks_for_the_amount_due(locale: str, document_of: Callable[[], dict[str, Any]]) -> None:
    document = document_of()
    assert f"EUR{document['amount_due']['value']}" in qr.payload(document).split("\n")
    assert document["total_amount"]["value"] not in qr.payload(document)


@pytest.mark.parametrize(("locale", "document_of"), WITHHELD)
def test_the_page_puts_the_amount_due_first(locale: str, document_of: Callable[[], dict[str, Any]]) -> None:
    # Given the public page of an unpaid invoice.
    document = document_of()
    page = html.invoice_page(document, Appearance(), LINKS, today=date(2026, 11, 3))
    # When its amounts are read.
    asked = re.findall(r'data-key="amount_due">([^<]*)<', page)
    # Then what is asked for is what is due, and total and withheld are on it too.
    assert [packed(unescape(each)) for each in asked] == [in_words(document["amount_due"], locale)]
    text = packed(unescape(re.sub(r"<[^>]*>", " ", page)))
    assert in_words(document["total_amount"], locale) in text
    assert in_words({"value": document["withholding_tax"]["amount"], "currency": "EUR"}, locale) in text


@pytest.mark.parametrize(("locale", "document_of"), WITHHELD)
def test_the_paper_shows_total_withheld_and_due(
    locale: str, document_of: Callable[[], dict[str, Any]], typesetter: Typesetter
) -> None:
    document = document_of()
    text = packed_text(typesetter.pdf(document, Appearance()))
    withheld = {"value": document["withholding_tax"]["amount"], "currency": "EUR"}
    for money in (document["total_amount"], withheld, document["amount_due"]):
        assert in_words(money, locale) in text
