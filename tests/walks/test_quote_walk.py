""" "Send the latest draft quote for ACME to ops@acme.com", over plain HTTP; then the client answers, and is billed."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from typing import TypeVar

import httpx

from tests.support import pdf_text
from tests.support.quotes import LINE, new_quote, quote_of
from tests.support.server import Api, expect

Found = TypeVar("Found")
TITLE = "Devis pour l'étude du port"


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


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form on `page` that posts to `action`."""
    form = re.search(rf'<form[^>]*action="[^"]*{action}[^"]*".*?</form>', page, re.DOTALL)
    assert form is not None
    hidden = re.findall(r'<input[^>]*type="hidden"[^>]*>', form[0])
    return {re.search(r'name="([^"]+)"', each)[1]: re.search(r'value="([^"]*)"', each)[1] for each in hidden}


def test_the_latest_draft_quote_for_acme_is_sent_accepted_and_billed(worker: Api) -> None:
    with worker.server.http() as nobody:
        # Given ACME with an older quote that was sent, and a newer one that was not; and somebody else's.
        acme = worker.client(name="ACME")
        older = new_quote(worker, client_id=acme["id"])
        new_quote(worker)
        latest = new_quote(worker, client_id=acme["id"], items=[{**LINE, "title": "Étude du port"}])
        letter = {"send_to": ["ops@acme.com"], "email_title": "Premier devis"}
        assert worker.post(f"/quotes/{older['id']}/send", letter).status_code == 204
        # When the latest that is not sent yet is looked up for ACME, and sent to ops@acme.com.
        (client,) = expect(worker.get("/clients", **{"filter[name]": "acme"}), 200)["clients"]
        asked = {"filter[client_id]": client["id"], "filter[status]": "pending_approval", "filter[is_sent]": "false"}
        (found,) = expect(worker.get("/quotes", **asked, per_page=1, sort_by="created_at:desc"), 200)["quotes"]
        assert found["id"] == latest["id"]
        letter = {"send_to": ["ops@acme.com"], "email_title": TITLE, "copy_to_self": False}
        assert worker.post(f"/quotes/{found['id']}/send", letter).status_code == 204
        # Then the mail carries its PDF and the link to its page.
        mail = wait_for(lambda: mail_with(nobody, TITLE))
        assert "ops@acme.com" in mail
        assert found["quote_url"] in html.unescape(mail)
        (attached,) = re.findall(r'href="(/dev/mail/[^"]+/0)"', mail)
        printed = pdf_text.packed_text(nobody.get(attached).content)
        for text in (found["number"], "Étude du port", "240,00"):
            assert pdf_text.packed(text) in printed
        assert expect(worker.get("/quotes", **asked), 200)["quotes"] == []
        # And the client reads the page, ticks, signs and accepts, which nobody can undo.
        page = nobody.get(found["quote_url"])
        assert page.status_code == 200
        answer = {**form_of(page.text, "accept"), "name": "Ada Martin", "terms": "on"}
        assert nobody.post(f"{found['quote_url']}/accept", data=answer).status_code == 303
        accepted = quote_of(worker, found["id"])
        assert (accepted["status"], accepted["approved_by"]) == ("approved", "Ada Martin")
        assert worker.patch(f"/quotes/{found['id']}", {"header": "x"}).status_code == 412
        # And the seller bills exactly what was accepted.
        invoice = expect(worker.post(f"/quotes/{found['id']}/convert"), 200)["client_invoice"]
        assert (invoice["status"], invoice["total_amount"]) == ("draft", found["total_amount"])
        issued = worker.act(invoice["id"], "finalize")
        assert (issued["status"], issued["quote_id"]) == ("unpaid", found["id"])
        assert quote_of(worker, found["id"])["invoice_ids"] == [issued["id"]]
