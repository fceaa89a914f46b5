"""What people ask for in one sentence, done over plain HTTP: an invoice to ACME, its payment, a credit note of 120 €.

Quotes, supplier invoices and products have walks of their own.
"""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
import pytest

from tests.support import pdf_text
from tests.support.server import Api, Server, expect, make_organization
from tests.walks.test_rest_walk import mail_with, pdf_of, wait_for

TITLE = "Consulting June 2026: your invoice"


@pytest.fixture
def api(working_server: Server) -> Api:
    """A French company of its own, on the server that renders and mails."""
    return Api(working_server, make_organization(working_server.data, "FR"))


def eur(value: str) -> dict[str, str]:
    return {"value": value, "currency": "EUR"}


def acme_of(api: Api) -> dict[str, Any]:
    """The one client that is called ACME, found as a person would."""
    (found,) = expect(api.get("/clients", **{"filter[name]": "acme"}), 200)["clients"]
    return dict(found)


def text_of(page: httpx.Response) -> str:
    """What a reader of the page sees, without spaces."""
    assert page.status_code == 200, page.text
    return pdf_text.packed(html.unescape(re.sub(r"<[^>]+>", "", page.text)))


def test_a_1200_euro_invoice_is_drafted_finalized_and_mailed_to_acme(api: Api) -> None:
    # "Draft a €1,200 + 20% VAT invoice to ACME for "Consulting June 2026", finalize it, and email it to
    # billing@acme.com."
    api.client(name="Acheteur Durand")
    api.client(name="ACME SAS", email="billing@acme.com")
    with api.server.http() as nobody:
        # Given ACME among the clients, a draft that leaves out all that the organization knows already.
        line = {"title": "Consulting June 2026", "quantity": "1", "unit_price": eur("1200.00"), "vat_rate": "0.2"}
        body = {"client_id": acme_of(api)["id"], "status": "draft", "issue_date": "2026-06-30",
                "due_date": "2026-07-30", "currency": "EUR", "items": [line]}  # fmt: skip
        draft = expect(api.post("/client_invoices", body), 200)["client_invoice"]
        assert (draft["status"], draft["total_amount"], draft["vat_amount"]) == ("draft", eur("1440.00"), eur("240.00"))
        # When it is finalized and mailed.
        issued = api.act(draft["id"], "finalize")
        assert (issued["status"], issued["number"]) == ("unpaid", "F-2026-001")
        letter = {"send_to": ["billing@acme.com"], "email_title": TITLE, "copy_to_self": False}
        assert api.post(f"/client_invoices/{issued['id']}/send", letter).status_code == 204
        # Then the mail to ACME carries the PDF, and the PDF, the page and the API say the same.
        mail = wait_for(lambda: mail_with(nobody, TITLE))
        assert "billing@acme.com" in mail
        (attached,) = re.findall(r'href="(/dev/mail/[^"]+/0)"', mail)
        pdf = nobody.get(attached).content
        assert pdf == pdf_of(api, nobody, issued["id"])
        printed, shown = pdf_text.packed_text(pdf), text_of(nobody.get(issued["invoice_url"]))
        for text in ("F-2026-001", "ACME SAS", "Consulting June 2026", "1 200,00", "240,00", "1 440,00"):
            assert pdf_text.packed(text) in printed
            assert pdf_text.packed(text) in shown
        assert api.invoice(issued["id"])["status"] == "unpaid"


def test_the_latest_unpaid_invoice_of_acme_is_marked_as_paid_on_2026_05_15(api: Api) -> None:
    # "Mark the latest unpaid invoice from ACME as paid on 2026-05-15."
    # Given ACME with unpaid invoices, a later one that is paid and a later draft, and somebody else's that is later.
    acme = api.client(name="ACME SAS")
    of_acme = {"client_id": acme["id"], "issue_date": "2026-04-30", "due_date": "2026-05-30"}
    older, wanted = api.issued(**of_acme), api.issued(**of_acme)
    paid = api.act(api.issued(**of_acme)["id"], "mark_as_paid")
    draft, other = api.draft(**of_acme), api.issued()
    # When the latest unpaid one is looked up, and marked as paid on that day.
    asked = {"filter[client_id]": acme_of(api)["id"], "filter[status]": "unpaid", "sort_by": "created_at:desc"}
    (found,) = expect(api.get("/client_invoices", **asked, per_page=1), 200)["client_invoices"]
    assert found["id"] == wanted["id"]
    answer = api.act(found["id"], "mark_as_paid", {"paid_at": "2026-05-15"})
    # Then it is paid since that day, and nothing else has changed.
    assert (answer["status"], answer["paid_at"][:10]) == ("paid", "2026-05-15")
    assert api.invoice(wanted["id"]) == answer
    others = {each["id"]: (each["status"], each["paid_at"]) for each in (older, paid, draft, other)}
    for invoice_id, before in others.items():
        now = api.invoice(invoice_id)
        assert (now["status"], now["paid_at"]) == before
    left = expect(api.get("/client_invoices", **asked), 200)
    assert [each["id"] for each in left["client_invoices"]] == [older["id"]]


def test_a_credit_note_of_120_euros_against_inv_2026_042(api: Api) -> None:
    # "Issue a €120 credit note against invoice INV-2026-042."
    # Given an invoice of that number, with lines at two rates.
    lines = [api.item(title="Reliure", unit_price=eur("200.00")),
             api.item(title="Ouvrage", unit_price=eur("400.00"), vat_rate="0.055")]  # fmt: skip
    api.issued(number="INV-2026-041")
    api.issued(number="INV-2026-042", items=lines)
    with api.server.http() as nobody:
        # When it is looked up by its number, and 120 euros are credited: what its reader gets back, so with VAT.
        asked = {"filter[number]": "INV-2026-042"}
        (invoice,) = expect(api.get("/client_invoices", **asked), 200)["client_invoices"]
        assert invoice["total_amount"] == eur("662.00")
        body = {"invoice_id": invoice["id"], "issue_date": api.today, "reason": "Geste commercial", "currency": "EUR",
                "amount": "120.00"}  # fmt: skip
        note = expect(api.post("/credit_notes", body), 201)["credit_note"]
        # Then it is 120 euros to the cent, and its VAT is shared out as the invoice's was: 240 to 422.
        assert (note["number"], note["total_amount"]) == ("A-2026-001", eur("120.00"))
        groups = {each["vat_rate"]: each for each in note["vat_breakdown"]}
        by_rate = {rate: each["taxable_amount_cents"] + each["vat_amount_cents"] for rate, each in groups.items()}
        assert by_rate == {"0.2": 4350, "0.055": 7650}
        assert note["vat_amount_cents"] == 725 + 399
        assert sum(line["total_amount_cents"] for line in note["items"]) == 12_000
        # And the invoice knows of it, and lets no more be credited than is left.
        after = api.invoice(invoice["id"])
        assert (after["status"], after["credit_notes_ids"]) == ("unpaid", [note["id"]])
        assert (after["total_amount"], after["credited_amount"]) == (eur("662.00"), eur("120.00"))
        refused = expect(api.post("/credit_notes", {**body, "amount": "542.01"}), 422)["errors"][0]
        assert (refused["code"], refused["meta"]["remaining_amount"]) == ("credit_notes_exceed_invoice", eur("542.00"))
        # And its PDF says so, and the invoice's page what is left to pay.
        attachment_id = wait_for(
            lambda: expect(api.get(f"/credit_notes/{note['id']}"), 200)["credit_note"]["attachment_id"] or None
        )
        url = expect(api.get(f"/attachments/{attachment_id}"), 200)["attachment"]["url"]
        printed, shown = pdf_text.packed_text(nobody.get(url).content), text_of(nobody.get(note["invoice_url"]))
        for text in ("A-2026-001", "INV-2026-042", "120,00", "Geste commercial"):
            assert pdf_text.packed(text) in printed
        for text in ("INV-2026-042", "A-2026-001", "542,00"):
            assert pdf_text.packed(text) in shown
