"""The public page: there for who holds the link, from issue until 180 days later, and it tells nothing to others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from tests.support import hostile
from tests.support.pictures import png
from tests.web.conftest import LATER, Company, path_of

PDF = b"%PDF-1.7 of this test"
NOWHERE = "/i/" + "A" * 43


class Tags(HTMLParser):
    """All start tags of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def attributes(self) -> Iterator[tuple[str, str]]:
        for _, attributes in self.found:
            yield from attributes.items()


def words(page: str) -> str:
    """What a person reads of a page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.split("<body>")[1])).split())


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_the_page_of_an_issued_invoice_needs_no_login(company: Company) -> None:
    invoice = company.invoice()
    answer = company.visitor.get(path_of(invoice))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert invoice["number"] in answer.text
    assert '<html lang="fr">' in answer.text
    shown = words(answer.text)
    for text in ("À payer", "Montant à payer 1\N{NARROW NO-BREAK SPACE}480,93\N{NO-BREAK SPACE}€", "20 octobre 2026"):
        assert " ".join(text.split()) in shown


def test_the_amounts_are_the_apis(company: Company) -> None:
    invoice = company.invoice()
    page = company.visitor.get(path_of(invoice)).text
    due = re.search(r'data-key="amount_due">([^<]*)<', page)
    assert due is not None
    assert int(re.sub(r"\D", "", due[1])) == invoice["amount_due_cents"] == invoice["total_amount_cents"]


def test_everything_needed_to_pay_is_there_as_text(company: Company) -> None:
    invoice = company.invoice()
    text = words(company.visitor.get(path_of(invoice)).text)
    method = invoice["payment_methods"][0]
    assert " ".join(re.findall(".{1,4}", method["iban"])) in text
    assert method["bic"] in text
    assert "factures@atelier.example" in text


@pytest.mark.parametrize(
    ("locale", "due", "download"),
    [
        ("de", "Zahlbetrag", "PDF herunterladen"), ("it", "Importo da pagare", "Scarica il PDF"),
        ("es", "Importe a pagar", "Descargar el PDF"), ("en", "Amount due", "Download PDF"),
        ("nl", "Amount due", "Download PDF"),
    ],
)  # fmt: skip
def test_the_page_speaks_the_clients_language(company: Company, locale: str, due: str, download: str) -> None:
    invoice = company.invoice(client={"locale": locale})
    page = company.visitor.get(path_of(invoice), headers={"Accept-Language": "fr"}).text
    assert f'<html lang="{locale if locale != "nl" else "en"}">' in page
    assert due in page
    assert download in page


def test_no_link_is_followed_elsewhere_and_nothing_is_kept(company: Company) -> None:
    answer = company.visitor.get(path_of(company.invoice()))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "set-cookie" not in answer.headers
    assert '<meta name="robots" content="noindex' in answer.text
    links = [value for name, value in Tags(answer.text).attributes() if name in ("src", "href")]
    assert links
    assert [link for link in links if "//" in link.removeprefix("data:")] == []


def test_the_style_of_the_accent_colour_comes_from_here(company: Company) -> None:
    page = company.visitor.get(path_of(company.invoice())).text
    sheets = [attributes["href"] for tag, attributes in Tags(page).found if attributes.get("rel") == "stylesheet"]
    for sheet in sheets:
        answer = company.visitor.get(sheet.replace("../", "/", 1))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert "immutable" in answer.headers["cache-control"]
    assert len(sheets) == 2


def test_a_draft_and_a_link_that_never_was_are_the_same(company: Company) -> None:
    draft = company.visitor.get(path_of(company.invoice(status="draft")))
    nowhere = company.visitor.get(NOWHERE)
    assert draft.status_code == nowhere.status_code == 404
    assert draft.text == nowhere.text
    one_of_a_kind = {"x-tyk-trace-id": ""}
    assert dict(draft.headers) | one_of_a_kind == dict(nowhere.headers) | one_of_a_kind


@pytest.mark.parametrize("part", ["", "/pdf", "/logo"])
@pytest.mark.parametrize("token", ["x", "A" * 43, "..%2f..%2fetc", "%00" * 43, "é" * 43, "A" * 5000])
def test_a_wrong_token_is_not_found(company: Company, token: str, part: str) -> None:
    assert company.visitor.get(f"/i/{token}{part}").status_code == 404


def test_who_finds_nothing_is_told_so_in_their_own_language(company: Company) -> None:
    page = company.visitor.get(NOWHERE, headers={"Accept-Language": "pt-PT, it;q=0.8, fr;q=0.5"}).text
    assert '<html lang="it">' in page
    assert "non c’è nessuna fattura" in page


def test_a_canceled_invoice_is_gone_and_says_whom_to_ask(company: Company) -> None:
    invoice = company.invoice()
    company.attach(invoice, PDF)
    company.act(invoice, "mark_as_canceled")
    answer = company.visitor.get(path_of(invoice))
    assert answer.status_code == 410
    assert '<html lang="fr">' in answer.text
    assert "Cette facture est annulée." in answer.text
    assert company.organization.legal_name in answer.text
    assert "mailto:factures@atelier.example" in answer.text
    assert invoice["number"] not in answer.text
    assert company.visitor.get(path_of(invoice) + "/pdf").status_code == 410


def test_what_was_credited_is_on_the_invoices_page_and_not_asked_for(company: Company) -> None:
    # given an invoice of 1,480.93, of which two credit notes give back 320.93
    invoice = company.invoice()
    first, second = (company.credit(invoice, amount)["number"] for amount in ("300.00", "20.93"))
    # when its client looks
    text = plain(words(company.visitor.get(path_of(invoice)).text))
    # then the page says so, and asks for the rest
    assert f"Avoirs Avoir {first}, 5 octobre 2026 300,00 € Avoir {second}, 5 octobre 2026 20,93 €" in text
    assert "Montant à payer 1 160,00 €" in text
    assert "1 160,00 € à Atelier Lumière" in plain(company.visitor.get(path_of(invoice)).text)


def test_a_wholly_credited_invoice_is_gone_and_names_its_credit_note(company: Company) -> None:
    invoice = company.invoice()
    number = company.credit(invoice, "1480.93")["number"]
    answer = company.visitor.get(path_of(invoice))
    assert answer.status_code == 410
    assert "Cette facture est annulée." in answer.text
    assert f"Avoir {number}, 5 octobre 2026 1 480,93 €" in plain(words(answer.text))


def test_the_page_lives_180_days(timed: Company) -> None:
    invoice = timed.invoice()
    timed.attach(invoice, PDF)
    timed.wait(days=180, seconds=-1)
    assert timed.visitor.get(path_of(invoice)).status_code == 200
    timed.wait(seconds=1)
    answer = timed.visitor.get(path_of(invoice))
    assert answer.status_code == 410
    assert "180 jours" in answer.text
    assert timed.visitor.get(path_of(invoice) + "/pdf").status_code == 410


def test_the_day_after_the_due_date_it_is_overdue(timed: Company) -> None:
    invoice = timed.invoice(due_date=LATER)
    timed.wait(days=15)
    assert "En retard" not in timed.visitor.get(path_of(invoice)).text
    # 22:00 UTC is midnight in Paris in October: the seller's day has changed.
    timed.wait(hours=12)
    assert "En retard" in timed.visitor.get(path_of(invoice)).text


def test_a_paid_invoice_says_so_and_asks_for_nothing(company: Company) -> None:
    invoice = company.invoice()
    company.act(invoice, "mark_as_paid", {"paid_at": "2026-10-03"})
    text = words(company.visitor.get(path_of(invoice)).text)
    assert "Payée le 3 octobre 2026" in text
    assert "Montant payé" in text
    assert "IBAN" not in text


def test_until_the_pdf_is_made_the_page_says_so(company: Company) -> None:
    invoice = company.invoice()
    assert "en préparation" in company.visitor.get(path_of(invoice)).text
    answer = company.visitor.get(path_of(invoice) + "/pdf")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert f'href="../{path_of(invoice)[3:]}"' in answer.text


def test_the_pdf_is_the_stored_one_byte_for_byte(company: Company) -> None:
    invoice = company.invoice()
    company.attach(invoice, PDF)
    assert "en préparation" not in company.visitor.get(path_of(invoice)).text
    answer = company.visitor.get(path_of(invoice) + "/pdf")
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''Facture%20%C3%A9.pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_head_answers_as_get_does(company: Company) -> None:
    path = path_of(company.invoice())
    for place in (path, path + "/pdf", NOWHERE, "/"):
        assert company.visitor.head(place).status_code == company.visitor.get(place).status_code


def test_the_logo_is_only_its_picture(timed: Company) -> None:
    secret = b"where it was taken"
    file = {"file": ("logo.png", png(40, 20, extra=[(b"tEXt", b"Comment\x00" + secret)]), "image/png")}
    key = {"Authorization": timed.organization.api_key}
    logo = timed.visitor.post("/v2/attachments", files=file, headers=key).json()["attachment"]["id"]
    timed.call("PATCH", "/organization", {"logo_attachment_id": logo, "accent_color": "#FFDD00"})
    invoice = timed.invoice()
    page = timed.visitor.get(path_of(invoice)).text
    assert f'src="{path_of(invoice)[3:]}/logo"' in page
    assert "accent-ffdd00.css" in page
    answer = timed.visitor.get(path_of(invoice) + "/logo")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert secret not in answer.content


def test_without_a_logo_there_is_none(company: Company) -> None:
    invoice = company.invoice()
    assert "/logo" not in company.visitor.get(path_of(invoice)).text
    assert company.visitor.get(path_of(invoice) + "/logo").status_code == 404


def test_sample_data_are_marked(timed: Company) -> None:
    timed.call("PATCH", "/organization", {"is_specimen": True})
    assert "SPECIMEN" in words(timed.visitor.get(path_of(timed.invoice())).text)


def test_behind_a_path_of_a_proxy_all_links_still_hold(company: Company) -> None:
    invoice = company.invoice()
    page = company.visitor.get(path_of(invoice)).text
    links = [value for name, value in Tags(page).attributes() if name in ("src", "href")]
    assert [link for link in links if link.startswith("/")] == []


@pytest.mark.parametrize(
    "text", [hostile.TEXTS["HTML"], "javascript:alert(1)", "\" onmouseover=alert(1) x='", "{{ 7*7 }}"]
)
def test_texts_stay_texts(company: Company, text: str) -> None:
    item = {"title": text[:40], "description": text, "quantity": "1", "unit": text[:20], "vat_rate": "0.2",
            "unit_price": {"value": "10.00", "currency": "EUR"}}  # fmt: skip
    invoice = company.invoice(
        client={"name": text}, items=[item], header=text, footer=text, terms_and_conditions=text,
        purchase_order=text[:40], settings={"company_leadership": text, "discount_conditions": text},
    )  # fmt: skip
    page = company.visitor.get(path_of(invoice)).text
    tags = Tags(page)
    assert [attributes for tag, attributes in tags.found if tag == "script"] == [
        {"src": attributes["src"], "defer": ""} for tag, attributes in tags.found if tag == "script"
    ]
    assert [name for name, _ in tags.attributes() if name.startswith("on") or name == "style"] == []
    assert [value for name, value in tags.attributes() if name in ("href", "src") and "script:" in value] == []
    assert sum(tag == "script" for tag, _ in tags.found) == 1
    assert text in unescape(page)


def test_an_address_that_is_none_is_no_link(timed: Company) -> None:
    # given a telephone number that is none (an e-mail address that is none is refused at write)
    timed.call("PATCH", "/organization", {"phone": "javascript:alert(1)"})
    # when the page shows it
    page = timed.visitor.get(path_of(timed.invoice())).text
    # then it is text
    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page
    assert 'href="tel:' not in page


def test_the_start_page_says_nothing_of_what_is_here(company: Company) -> None:
    company.invoice()
    answer = company.visitor.get("/")
    assert answer.status_code == 200
    assert "noindex" in answer.headers["x-robots-tag"]
    assert 'href="docs"' in answer.text
    assert 'href="healthz"' in answer.text
    assert company.organization.legal_name not in answer.text


def test_caught_mail_is_shown_to_who_sits_here(company: Company) -> None:
    here = TestClient(company.visitor.app, base_url="http://127.0.0.1:8642", client=("127.0.0.1", 50000))
    assert here.get("/dev/mail").status_code == 200
    elsewhere = TestClient(company.visitor.app, base_url="http://127.0.0.1:8642", client=("192.0.2.7", 50000))
    assert elsewhere.get("/dev/mail").status_code == 404
