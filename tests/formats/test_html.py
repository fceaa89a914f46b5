"""The public page shows the same words and figures as the PDF, in the same language, and escapes all of them."""

from __future__ import annotations

import base64
import dataclasses
import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from counterfoil.formats import html, qr
from counterfoil.formats.html_texts import TEXTS
from counterfoil.formats.labels import LABELS
from counterfoil.formats.page import Appearance
from counterfoil.formats.view import view
from tests.support import hostile
from tests.support.sample_documents import SAMPLES, credit_note, french, german, italian, money

LINKS = html.Links(style="s.css", accent="a.css", script="c.js", icon="i.svg", pdf="x/pdf")
TODAY = date(2026, 11, 3)


def shown(document: dict[str, Any], *, today: date = TODAY, links: html.Links = LINKS, **looks: Any) -> str:
    return html.invoice_page(document, Appearance(**looks), links, today=today)


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.split("<body>")[1])).split())


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_page_says_all_that_the_pdf_says(name: str) -> None:
    document = SAMPLES[name]()
    page, text = view(document, Appearance()), words(shown(document))
    expected = [
        page.title, page.number, page.due.value, page.beside.value, page.header,
        *(value for line in page.lines for value in dataclasses.astuple(line)),
        *(value for row in page.totals for value in (row.label, row.value)),
        *(value for row in page.vat_rows for value in dataclasses.astuple(row)),
        *(value for block in page.texts for value in dataclasses.astuple(block)),
        *(value for fact in page.facts for value in dataclasses.astuple(fact)),
        *page.seller.lines, *page.buyer.lines, *page.legal_footer, page.seller.name, page.buyer.name,
    ]  # fmt: skip
    assert [value for value in expected if plain(value) not in text] == []
    assert f'<html lang="{page.language}">' in shown(document)


def test_all_texts_are_there_in_every_language() -> None:
    assert TEXTS.keys() == LABELS.keys()
    for texts in TEXTS.values():
        assert all(getattr(texts, field.name) for field in dataclasses.fields(texts))
        for field in dataclasses.fields(texts):
            names = re.findall(r"{(\w+)}", getattr(texts, field.name))
            assert names == re.findall(r"{(\w+)}", getattr(TEXTS["en"], field.name))


@pytest.mark.parametrize("text", list(hostile.TEXTS.values()), ids=list(hostile.TEXTS))
def test_a_hostile_text_anywhere_changes_no_tag(text: str) -> None:
    document = italian()
    # A country's line is there or not by what the other party's country is: both stay as they are.
    paths = [path for path in hostile.fields(document) if path[-1] not in ("address_country", "country_code")]
    tame = shown(hostile.with_text(document, paths, "tame"))
    wild = shown(hostile.with_text(document, paths, text))
    assert _tags(wild) == _tags(tame)


def _tags(page: str) -> list[str]:
    """Names of tags and of their attributes, in order; values may differ."""
    tags = re.findall(r"<(/?[a-zA-Z][^<>]*)>", page)
    return [" ".join([tag.split()[0], *re.findall(r'([a-z\-]+)="[^"]*"', tag)]) for tag in tags]


@pytest.mark.parametrize(
    ("change", "today", "kind"),
    [
        ({}, "2026-12-02", "open"), ({}, "2026-12-03", "overdue"), ({"due_date": ""}, "2027-12-03", "open"),
        ({"amount_due": money("0")}, "2026-12-03", "nothing"), ({"amount_due": money("-5")}, "2026-11-03", "nothing"),
        ({"status": "paid", "paid_at": "2026-12-10T09:00:00Z"}, "2026-12-20", "paid"),
    ],
)  # fmt: skip
def test_where_the_document_stands(change: dict[str, Any], today: str, kind: str) -> None:
    assert f'class="status {kind}"' in shown(french() | change, today=date.fromisoformat(today))


def test_the_qr_code_is_the_pdfs_on_white_and_says_what_it_does() -> None:
    page = shown(german())
    found = re.search(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)"', page)
    assert found is not None
    drawn = base64.b64decode(found[1]).decode()
    modules = re.search(r'fill="#000" d="[^"]+"', qr.svg(qr.payload(german())))
    assert modules is not None
    assert modules[0] in drawn
    assert 'fill="#fff"' in drawn
    assert "11.227,47" in found[2]
    assert "DE89 3704 0044 0532 0130 00" in found[2]


def test_a_document_with_nothing_to_pay_has_no_qr_code() -> None:
    assert "data:image" not in shown(german() | {"amount_due": money("0")})


def test_copy_buttons_wait_for_the_script() -> None:
    page = shown(french())
    buttons = re.findall(r"<button[^>]*>", page)
    assert buttons
    assert all(" hidden " in button for button in buttons)
    assert 'data-value="FR7630006000011234567890189"' in page


def test_a_pdf_that_is_being_made_is_announced() -> None:
    announced = TEXTS["fr"].pdf_is_coming
    assert announced not in shown(french())
    assert announced in shown(french(), links=dataclasses.replace(LINKS, is_pdf_ready=False))


def test_sample_data_are_marked() -> None:
    assert "SPECIMEN" in words(shown(french(), is_specimen=True))
    assert "SPECIMEN" not in shown(french())


@pytest.mark.parametrize(
    ("email", "phone", "links"),
    [
        ("a.b+c@d-e.example", "+33 (0)4 72-00.00", ["mailto:a.b+c@d-e.example", "tel:+3304720000"]),
        ("a@b.example?bcc=c@d.example", "javascript:1", []),
        ("javascript:alert(1)@x.example", "1234", []),
        ("", "", []),
    ],
)  # fmt: skip
def test_only_plain_addresses_become_links(email: str, phone: str, links: list[str]) -> None:
    document = french()
    document["organization"] |= {"email": email, "phone": phone}
    assert re.findall(r'href="((?:mailto|tel|javascript)[^"]*)"', shown(document)) == links


def test_credit_notes_are_named_on_the_page_and_on_that_of_a_canceled_invoice() -> None:
    notes = [credit_note(german()) | {"number": number} for number in ("A-1", "A-2<b>")]
    page = html.invoice_page(german(), Appearance(), LINKS, today=TODAY, credit_notes=notes)
    gone = html.gone_page(german() | {"status": "canceled"}, LINKS, days=180, credit_notes=notes)
    for text in map(words, (page, gone)):
        assert "Rechnungskorrektur A-1, 20. November 2026 307,57" in text
        assert "A-2<b>" in text
    assert "A-1" not in html.gone_page(german(), LINKS, days=180, credit_notes=notes)


def test_the_page_that_is_gone_says_why_and_whom_to_ask() -> None:
    expired = words(html.gone_page(german(), LINKS, days=180))
    assert "180 Tage" in expired
    assert "Nordwind Softwareberatung GmbH" in expired
    assert "rechnung@nordwind.example" in expired
    assert "storniert" in words(html.gone_page(german() | {"status": "canceled"}, LINKS, days=180))


def test_nothing_of_a_document_is_on_the_page_of_a_dead_link() -> None:
    for language in TEXTS:
        page = html.missing_page(language, LINKS)
        assert f'<html lang="{language}">' in page
        assert TEXTS[language].missing_help in unescape(page)
