"""The main job over plain HTTP: drafted, finalized, rendered, mailed, shown and paid."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from typing import TypeVar

import httpx

from tests.support import pdf_text
from tests.support.server import Api, expect

Found = TypeVar("Found")
TITLE = "Votre facture de l'atelier"


def wait_for(look: Callable[[], Found | None], *, seconds: float = 20) -> Found:
    """What `look` finds, asked again until it finds something."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found is not None
    return found


def mail_with(nobody: httpx.Client, title: str) -> str | None:
    """The page of the caught mail with this title, once it is there."""
    for name, inner in re.findall(r'<a href="(/dev/mail/[^"]+)">(.*?)</a>', nobody.get("/dev/mail").text, re.DOTALL):
        if title in html.unescape(inner):
            return nobody.get(name).text
    return None


def pdf_of(api: Api, nobody: httpx.Client, invoice_id: str) -> bytes:
    attachment_id = wait_for(lambda: api.invoice(invoice_id).get("attachment_id"))
    shown = expect(api.get(f"/attachments/{attachment_id}"), 200)["attachment"]
    return nobody.get(shown["url"]).content


def test_an_invoice_goes_from_draft_to_paid(worker: Api) -> None:
    with worker.server.http() as nobody:
        # Given a client and a draft for it, two lines at two rates.
        client = worker.client(name="Librairie du Port")
        draft = worker.draft(
            client_id=client["id"],
            items=[worker.item(title="Reliure", quantity="3", unit_price={"value": "45.50", "currency": "EUR"}),
                   worker.item(title="Ouvrage", vat_rate="0.055")],
        )  # fmt: skip
        assert draft["number"].endswith("-PROFORMA")
        assert (draft["vat_amount_cents"], draft["total_amount_cents"]) == (3280, 26930)
        assert nobody.get(draft["invoice_url"]).status_code == 404
        # When it is finalized, it has its number for good, and a PDF that says the same.
        issued = worker.act(draft["id"], "finalize")
        assert issued["number"] == draft["number"].removesuffix("-PROFORMA")
        pdf = pdf_of(worker, nobody, issued["id"])
        printed = pdf_text.packed_text(pdf)
        for text in (issued["number"], "Librairie du Port", "Reliure", "269,30", "FR7630006000011234567890189"):
            assert pdf_text.packed(text) in printed
        # When it is sent, the mail carries that very PDF and the link to the page.
        body = {"send_to": ["libraire@port.example"], "email_title": TITLE}
        assert worker.post(f"/client_invoices/{issued['id']}/send", body).status_code == 204
        mail = wait_for(lambda: mail_with(nobody, TITLE))
        assert "libraire@port.example" in mail
        assert issued["invoice_url"] in html.unescape(mail)
        (attached,) = re.findall(r'href="(/dev/mail/[^"]+/0)"', mail)
        assert nobody.get(attached).content == pdf
        assert worker.get(f"/client_invoices/{issued['id']}/emails").json()["emails"][0]["status"] == "sent"
        # Then its page shows it to anyone who has the link, in the client's language.
        page = nobody.get(issued["invoice_url"])
        assert page.status_code == 200
        assert 'lang="fr"' in page.text
        text = pdf_text.packed(html.unescape(re.sub(r"<[^>]+>", "", page.text)))
        for shown in (issued["number"], "269,30", "FR7630006000011234567890189"):
            assert pdf_text.packed(shown) in text
        # And when it is paid, everybody knows.
        paid = worker.act(issued["id"], "mark_as_paid")
        assert (paid["status"], paid["paid_at"][:10]) == ("paid", worker.today)
        assert worker.invoice(issued["id"]) == paid
        assert nobody.get(issued["invoice_url"]).status_code == 200
        frozen = {name for name in issued if name not in ("status", "paid_at", "updated_at", "amount_paid")}
        assert {name: paid[name] for name in frozen} == {name: issued[name] for name in frozen}
