"""/q/{token}: what it shows, who may answer and how, and that looking changes nothing."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from counterfoil.store import journal
from tests.support import hostile
from tests.web.conftest import Company

PDF = b"%PDF-1.7 not really"
NOWHERE = "/q/" + "A" * 43
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8642"}


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def path_of(quote: dict[str, Any]) -> str:
    return "/q/" + quote["quote_url"].rsplit("/q/", 1)[1]


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.split("<body>")[1])).split())


def seen(company: Company, quote: dict[str, Any]) -> str:
    """What the forms of the quote's page send back unseen by the client."""
    page = company.visitor.get(path_of(quote)).text
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def accept(
    company: Company, quote: dict[str, Any], *, headers: dict[str, str] | None = None, **fields: Any
) -> httpx.Response:
    """Sends the form of acceptance, filled in; `...` leaves a field out."""
    form = {"seen": seen(company, quote) if "seen" not in fields else "", "name": "Jeanne Martin", "terms": "read"}
    data = {name: value for name, value in (form | fields).items() if value is not ...}
    return company.visitor.post(
        path_of(quote) + "/accept", data=data, headers=OWN if headers is None else headers, follow_redirects=False
    )


def decline(company: Company, quote: dict[str, Any], **fields: Any) -> httpx.Response:
    data = {"name": "Jeanne Martin", "reason": ""} | fields
    return company.visitor.post(path_of(quote) + "/decline", data=data, headers=OWN, follow_redirects=False)


# Given a quote that waits


def test_the_page_shows_the_quote_its_terms_in_full_and_two_ways_to_answer(company: Company) -> None:
    terms = "".join(f"Clause {number:04}, ferme et sans réserve.\n" for number in range(83))[:3000]
    quote = company.quote(terms_and_conditions=terms)
    answer = company.visitor.get(path_of(quote))
    text = words(answer.text)
    assert answer.status_code == 200
    assert "Devis D-" in text
    assert "1 480,93 €" in text.replace("\u202f", " ").replace("\xa0", " ")
    assert "20 octobre 2026" in text
    assert " ".join(terms.split()) in text
    assert [attributes["action"] for tag, attributes in Tags(answer.text).found if tag == "form"] == [
        path_of(quote).removeprefix("/q/") + "/accept#answer", path_of(quote).removeprefix("/q/") + "/decline#answer",
    ]  # fmt: skip
    assert text.index("Clause 0000") < text.index("J’ai lu ce devis")
    assert not [word for word in ("IBAN", "échéance", "À payer") if word in text]


def test_it_needs_no_script_and_asks_nobody_else(company: Company) -> None:
    answer = company.visitor.get(path_of(company.quote()))
    found = Tags(answer.text).found
    policy = answer.headers["content-security-policy"]
    assert [tag for tag, _ in found if tag == "script"] == []
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert '<meta name="referrer" content="same-origin">' in answer.text
    assert "set-cookie" not in answer.headers
    links = [value for _, attributes in found for name, value in attributes.items() if name in ("src", "href")]
    assert [link for link in links if "//" in link.removeprefix("data:") or link.startswith("/")] == []


def test_every_field_has_a_label_and_its_hint(company: Company) -> None:
    found = Tags(company.visitor.get(path_of(company.quote())).text).found
    labelled = {attributes["for"] for tag, attributes in found if tag == "label"}
    ids = {attributes["id"] for _, attributes in found if "id" in attributes}
    fields = [
        attributes for tag, attributes in found if tag in ("input", "textarea") and attributes.get("type") != "hidden"
    ]
    assert {attributes["id"] for attributes in fields} == labelled
    named = {name for attributes in fields for name in attributes.get("aria-describedby", "").split()}
    assert named <= ids


def test_the_pdf_is_there_once_it_is_made(company: Company) -> None:
    quote = company.quote()
    waiting = company.visitor.get(path_of(quote) + "/pdf")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "2")
    assert "Revenir au devis" in words(waiting.text)
    company.attach(quote, PDF, "quote")
    ready = company.visitor.get(path_of(quote) + "/pdf")
    assert (ready.status_code, ready.content) == (200, PDF)


@pytest.mark.parametrize("part", ["", "/pdf", "/logo", "/accept", "/decline"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_only_looks_changes_nothing(company: Company, method: str, part: str) -> None:
    # given a mail program that follows every link ahead of its reader
    quote = company.quote()
    # when it looks, with all that an answer needs in the address
    query = f"?name=Jeanne&terms=read&seen={seen(company, quote)}"
    company.visitor.request(method, path_of(quote) + part + query)
    # then the quote waits as before
    assert company.quote_now(quote)["status"] == "pending_approval"


# When the client accepts


def test_the_client_accepts_and_is_shown_by_whom_when_and_what(timed: Company) -> None:
    quote = timed.quote()
    shown = seen(timed, quote)
    answer = accept(timed, quote, name="  Jeanne Martin ")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"../{path_of(quote).removeprefix('/q/')}#answer"
    now = timed.quote_now(quote)
    assert (now["status"], now["approved_by"], now["document_hash"]) == ("approved", "Jeanne Martin", shown)
    text = words(timed.visitor.get(path_of(quote)).text)
    for part in ("Accepté", "Jeanne Martin", "5 octobre 2026", "UTC", shown):
        assert part in text
    assert "<form" not in timed.visitor.get(path_of(quote)).text


def test_accepting_twice_is_accepting_once(company: Company) -> None:
    quote = company.quote()
    shown = seen(company, quote)
    accept(company, quote, seen=shown)
    again = accept(company, quote, seen=shown, name="Somebody Else")
    assert again.status_code == 303
    assert company.quote_now(quote)["approved_by"] == "Jeanne Martin"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Indiquez votre nom."), ({"name": " \t "}, "Indiquez votre nom."),
        ({"name": ...}, "Indiquez votre nom."), ({"terms": ...}, "Cochez la case"),
        ({"name": "N" * 121}, "120 caractères au plus"), ({"name": "a\x00b"}, "n’est pas permis"),
        ({"name": "a\r\nBcc: x@y.example"}, "n’est pas permis"), ({"name": "a\x1b[31m"}, "n’est pas permis"),
        ({"name": "a\u2028b"}, "n’est pas permis"),
    ],
)  # fmt: skip
def test_what_is_missing_or_odd_is_said_beside_its_field(company: Company, change: dict[str, Any], said: str) -> None:
    quote = company.quote()
    answer = accept(company, quote, **change)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert company.quote_now(quote)["status"] == "pending_approval"


def test_what_was_typed_is_still_there_after_a_fault_and_its_links_hold(company: Company) -> None:
    quote = company.quote()
    page = accept(company, quote, terms=..., name='Jeanne "J" <b>').text
    found = Tags(page).found
    assert [attributes["value"] for _, attributes in found if attributes.get("id") == "name"] == ['Jeanne "J" <b>']
    assert [attributes["action"] for tag, attributes in found if tag == "form"] == ["accept#answer", "decline#answer"]
    sheets = [attributes["href"] for _, attributes in found if attributes.get("rel") == "stylesheet"]
    assert [company.visitor.get(sheet.replace("../../", "/")).status_code for sheet in sheets] == [200, 200]
    back = company.visitor.get(path_of(quote) + "/accept")
    assert back.url.path == path_of(quote)


def test_nobody_accepts_what_they_did_not_see(company: Company) -> None:
    # given a page that was opened before the seller raised the price
    quote = company.quote()
    shown = seen(company, quote)
    item = {
        "title": "Conseil",
        "quantity": "1",
        "unit_price": {"value": "9000.00", "currency": "EUR"},
        "vat_rate": "0.2",
    }
    company.call("PATCH", f"/quotes/{quote['id']}", {"items": [item]})
    # when it is accepted
    answer = accept(company, quote, seen=shown)
    # then it is not, the new price is shown, and the box is to be ticked anew
    assert answer.status_code == 409
    assert "a été modifié entre-temps" in words(answer.text)
    assert "10 800,00" in words(answer.text).replace("\u202f", " ")
    assert [attributes for _, attributes in Tags(answer.text).found if "checked" in attributes] == []
    assert company.quote_now(quote)["status"] == "pending_approval"


# When the client declines


def test_the_client_declines_with_a_reason(timed: Company) -> None:
    quote = timed.quote()
    answer = decline(timed, quote, reason="Trop cher.\r\nMerci quand même.")
    assert answer.status_code == 303
    now = timed.quote_now(quote)
    assert (now["status"], now["declined_by"], now["decline_reason"]) == (
        "canceled", "Jeanne Martin", "Trop cher.\nMerci quand même.",
    )  # fmt: skip
    page = timed.visitor.get(path_of(quote))
    assert page.status_code == 200
    assert "Refusé" in words(page.text)
    assert "Trop cher." in words(page.text)
    assert "<form" not in page.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"name": ""}, "Indiquez votre nom."), ({"reason": "r" * 1001}, "1000 caractères au plus"),
     ({"reason": "a\x00b"}, "n’est pas permis")],
)  # fmt: skip
def test_a_refusal_that_cannot_be_kept_is_shown_again_opened(
    company: Company, fields: dict[str, str], said: str
) -> None:
    quote = company.quote()
    answer = decline(company, quote, **fields)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert "<details" in answer.text
    assert re.search(r"<details[^>]* open", answer.text)
    assert company.quote_now(quote)["status"] == "pending_approval"


def test_a_thousand_characters_over_many_lines_are_not_too_long(company: Company) -> None:
    quote = company.quote()
    answer = decline(company, quote, reason="\r\n".join(["x" * 9] * 100))
    assert answer.status_code == 303


def test_the_other_answer_comes_too_late(company: Company) -> None:
    accepted, declined = company.quote(), company.quote()
    shown = seen(company, declined)
    accept(company, accepted)
    decline(company, declined)
    late = decline(company, accepted)
    assert late.status_code == 409
    assert "Il n’est plus possible de répondre" in words(late.text)
    assert accept(company, declined, seen=shown).status_code == 409
    assert company.quote_now(accepted)["status"] == "approved"
    assert company.quote_now(declined)["status"] == "canceled"


# Given a quote whose last day has passed


def test_an_expired_quote_can_be_read_and_not_answered(timed: Company) -> None:
    quote = timed.quote()
    shown = seen(timed, quote)
    timed.wait(days=16)
    page = timed.visitor.get(path_of(quote))
    assert page.status_code == 200
    assert "Ce devis n’était valable que jusqu’au 20 octobre 2026." in words(page.text)
    assert "<form" not in page.text
    answer = accept(timed, quote, seen=shown)
    assert answer.status_code == 409
    assert timed.quote_now(quote)["status"] == "pending_approval"


def test_on_its_last_day_a_quote_still_holds(timed: Company) -> None:
    quote = timed.quote()
    timed.wait(days=15, hours=11)
    assert accept(timed, quote).status_code == 303


def test_long_after_its_end_the_page_is_gone_and_says_whom_to_ask(timed: Company) -> None:
    quote = timed.quote()
    timed.wait(days=16 + 180)
    for path in (path_of(quote), path_of(quote) + "/pdf"):
        answer = timed.visitor.get(path)
        assert answer.status_code == 410
        assert timed.organization.legal_name in answer.text
    assert timed.visitor.post(path_of(quote) + "/accept", data={"name": "a", "terms": "read"}).status_code == 410


# Given others than the client


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8642"}, {"Origin": "https://evil.example"},
        {"Origin": "null"}, {"Origin": "http://127.0.0.1:8642.evil.example"},
    ],
)  # fmt: skip
def test_a_form_on_another_site_answers_nothing(company: Company, headers: dict[str, str]) -> None:
    quote = company.quote()
    answer = accept(company, quote, headers=headers)
    assert answer.status_code == 403
    assert "ne venait pas de cette page" in words(answer.text)
    assert company.quote_now(quote)["status"] == "pending_approval"


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://127.0.0.1:8642"}, {}]
)
def test_a_browser_that_says_less_is_believed(company: Company, headers: dict[str, str]) -> None:
    assert accept(company, company.quote(), headers=headers).status_code == 303


@pytest.mark.parametrize("part", ["", "/pdf", "/logo"])
@pytest.mark.parametrize("token", ["x", "A" * 43, "..%2f..%2fetc", "%00" * 43, "é" * 43, "A" * 5000])
def test_a_wrong_token_is_not_found(company: Company, token: str, part: str) -> None:
    assert company.visitor.get(f"/q/{token}{part}").status_code == 404


def test_a_wrong_token_answers_nothing(company: Company) -> None:
    for part in ("/accept", "/decline"):
        answer = company.visitor.post(NOWHERE + part, data={"name": "a", "terms": "read"}, headers=OWN)
        assert answer.status_code == 404
    page = company.visitor.get(NOWHERE, headers={"Accept-Language": "de"})
    assert "Unter dieser Adresse gibt es kein Angebot" in words(page.text)


def test_an_invoices_token_opens_no_quote_and_the_other_way_round(company: Company) -> None:
    quote, invoice = company.quote(), company.invoice()
    quote_token, invoice_token = quote["quote_url"].rsplit("/", 1)[1], invoice["invoice_url"].rsplit("/", 1)[1]
    assert company.visitor.get(f"/i/{quote_token}").status_code == 404
    assert company.visitor.get(f"/q/{invoice_token}").status_code == 404


def test_a_deleted_quote_is_not_found(company: Company) -> None:
    quote = company.quote()
    company.call("DELETE", f"/quotes/{quote['id']}")
    assert company.visitor.get(path_of(quote)).status_code == 404


# Given bytes that are none of our forms


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"name":"a","terms":"read"}', "application/json"), (b"name=a&terms=read", "text/plain"),
        (b"name=a&terms=read", "multipart/form-data; boundary=x"), (b"name=%ff%fe&terms=read", ""),
        (b"name=\xff&terms=read", ""), (b"name=a" * 30_000, ""), (b"&".join([b"a=b"] * 100), ""),
        (b"name=%ED%A0%80&terms=read", ""),
    ],
)  # fmt: skip
def test_what_is_no_form_is_not_an_answer(company: Company, body: bytes, kind: str) -> None:
    quote = company.quote()
    headers = OWN | {"Content-Type": kind or "application/x-www-form-urlencoded"}
    answer = company.visitor.post(path_of(quote) + "/accept", content=body, headers=headers, follow_redirects=False)
    assert answer.status_code == 400
    assert "n’a pas pu être lue" in words(answer.text)
    assert company.quote_now(quote)["status"] == "pending_approval"


@pytest.mark.parametrize("text", [hostile.TEXTS["HTML"], "\" onmouseover=alert(1) x='", "{{ 7*7 }}", "</textarea><b>"])
def test_names_and_reasons_stay_texts(company: Company, text: str) -> None:
    accepted, declined, typed = company.quote(), company.quote(), company.quote()
    tame = Tags(accept(company, typed, terms=..., name="tame").text)
    accept(company, accepted, name=text)
    decline(company, declined, name=text, reason=text)
    for page in (
        company.visitor.get(path_of(accepted)).text, company.visitor.get(path_of(declined)).text,
        accept(company, typed, terms=..., name=text).text, decline(company, typed, name="", reason=text).text,
    ):  # fmt: skip
        found = Tags(page).found
        assert {tag for tag, _ in found} <= {tag for tag, _ in tame.found}
        assert [name for _, attributes in found for name in attributes if name.startswith("on")] == []
        assert text in unescape(page)


@pytest.mark.parametrize("locale", ["fr", "en", "de", "it", "es"])
def test_the_client_is_spoken_to_in_their_own_language(company: Company, locale: str) -> None:
    quote = company.quote(client={"locale": locale})
    page = company.visitor.get(path_of(quote)).text
    assert f'<html lang="{locale}">' in page
    assert accept(company, quote).status_code == 303
    assert company.visitor.get(path_of(quote)).status_code == 200


def test_what_the_client_did_is_written_down(company: Company) -> None:
    quote = company.quote()
    accept(company, quote)
    with company.house.database.read() as conn:
        found = journal.of_document(conn, company.organization.id, quote["id"])
    assert ("accepted", "public_page") in [(what, principal) for what, principal, *_ in found]
