"""The main job through an assistant: draft, finalize, PDF, mail, page, paid. It ends as the walk over REST does."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from typing import Any

import pytest

from counterfoil.mcp.results import slim
from tests.mcp.connecting import ERAS, Assistant, over_http, over_stdio, run
from tests.support.pdf_text import packed, packed_text
from tests.support.server import Api, expect

Connect = Callable[[Api, str], AbstractAsyncContextManager[Assistant]]
LINES = [
    {"title": "Conseil juin 2026", "quantity": "1.5", "unit": "jour", "unit_price": "800.00", "vat_rate": "0.2"},
    {"title": "Guide imprimé", "quantity": "3", "unit_price": "19.99", "vat_rate": "0.055",
     "discount": {"type": "percentage", "value": "0.1"}},
]  # fmt: skip
EXTRA = {"purchase_order": "BC-77", "footer": "Merci de votre confiance", "performance_start_date": "2026-06-01"}
# What two walks cannot share: names of this one document, and moments.
OWN = {"id", "organization_id", "number", "attachment_id", "invoice_url", "created_at", "updated_at", "finalized_at"}


def at_server(api: Api, era: str) -> AbstractAsyncContextManager[Assistant]:
    return over_http(api.server, api.organization.api_key, era)


def beside_server(api: Api, era: str) -> AbstractAsyncContextManager[Assistant]:
    where = ["--data", str(api.server.data), "--organization", api.organization.slug]
    return over_stdio(*where, "--approvals", "never", era=era)


def before_server(api: Api, era: str) -> AbstractAsyncContextManager[Assistant]:
    where = ["--upstream", api.server.url, "--api-key", api.organization.api_key]
    return over_stdio(*where, "--data", str(api.server.data / "elsewhere"), "--approvals", "never", era=era)


def comparable(value: Any) -> Any:
    """A document without what only it can have."""
    if isinstance(value, dict):
        return {name: comparable(part) for name, part in value.items() if name not in OWN}
    return [comparable(part) for part in value] if isinstance(value, list) else value


def with_pdf(api: Api, invoice_id: str) -> dict[str, Any]:
    """The invoice once its PDF is made."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = api.invoice(invoice_id)
        if found.get("attachment_id"):
            return found
        time.sleep(0.1)
    raise AssertionError(f"no PDF after 30 s: {api.server.log}")


def pdf_text(api: Api, invoice: dict[str, Any]) -> str:
    """What the attachment prints, without spaces."""
    attachment = expect(api.get(f"/attachments/{invoice['attachment_id']}"), 200)["attachment"]
    answer = api.http.get(attachment["url"].replace(api.server.url, ""))
    assert answer.content.startswith(b"%PDF-")
    return packed_text(answer.content)


def mailed(api: Api, invoice_id: str) -> dict[str, Any]:
    """The mail of the invoice once the server has taken it."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        (mail,) = expect(api.get(f"/client_invoices/{invoice_id}/emails"), 200)["emails"]
        if mail["status"] == "sent":
            return dict(mail)
        time.sleep(0.1)
    raise AssertionError(f"not mailed after 30 s: {mail}")


def walk_over_rest(api: Api, client_id: str) -> dict[str, Any]:
    """The walk with plain calls; answers the paid document."""
    items = [{**line, "unit_price": {"value": line["unit_price"], "currency": "EUR"}} for line in LINES]
    due = expect(api.get("/organization"), 200)["organization"]["payment_terms_days"]
    body = {
        "client_id": client_id, "status": "draft", "issue_date": api.today, "currency": "EUR", "items": items,
        "due_date": (date.fromisoformat(api.today) + timedelta(days=due)).isoformat(),
        "payment_methods": {"iban": api.organization.iban}, **EXTRA,
    }  # fmt: skip
    invoice_id = api.draft(**body)["id"]
    api.act(invoice_id, "finalize")
    with_pdf(api, invoice_id)
    mail = {"send_to": ["compta@client.example"], "email_title": "Votre facture", "copy_to_self": False}
    expect(api.post(f"/client_invoices/{invoice_id}/send", mail), 204)
    mailed(api, invoice_id)
    return api.act(invoice_id, "mark_as_paid", {"paid_at": api.today})


# The older era differs in how a connection begins, which tests of each door cover: one walk of it is made every time.
@pytest.mark.parametrize(
    ("connect", "era"),
    [
        pytest.param(connect, era, marks=pytest.mark.long if era != ERAS[-1] and connect is not at_server else ())
        for connect in (at_server, beside_server, before_server)
        for era in ERAS
    ],
)
def test_the_walk_over_mcp_ends_as_over_rest(worker: Api, connect: Connect, era: str) -> None:
    # given the same walk over REST
    client_id = worker.client()["id"]
    over_rest = walk_over_rest(worker, client_id)

    # when an assistant makes it, one tool after another
    async def scenario() -> dict[str, Any]:
        async with connect(worker, era) as assistant:
            draft = await assistant.ask("create_client_invoice", client_id=client_id, items=LINES, **EXTRA)
            invoice_id = draft["client_invoice"]["id"]
            assert draft["client_invoice"]["status"] == "draft"
            issued = await assistant.ask("change_client_invoice_status", id=invoice_id, finalize=True)
            assert issued["client_invoice"]["status"] == "unpaid"
            with_pdf(worker, invoice_id)
            await assistant.ask(
                "send_client_invoice", id=invoice_id, send_to=["compta@client.example"], email_title="Votre facture",
                copy_to_self=False,
            )  # fmt: skip
            sent = mailed(worker, invoice_id)
            assert sent["send_to"] == ["compta@client.example"]
            page = worker.http.get(worker.invoice(invoice_id)["invoice_url"].replace(worker.server.url, ""))
            assert page.status_code == 200
            assert issued["client_invoice"]["number"] in page.text
            await assistant.ask("mark_client_invoice_as_paid", id=invoice_id, paid_at=worker.today)
            found = await assistant.ask("get_client_invoice", id=invoice_id)
            return dict(found["client_invoice"])

    over_mcp = run(scenario)

    # then both documents are equal but for what names them
    assert over_mcp["status"] == "paid"
    assert comparable(over_mcp) == comparable(slim(over_rest))
    assert over_mcp == slim(worker.invoice(over_mcp["id"]))
    printed = pdf_text(worker, over_mcp)
    assert packed(over_mcp["number"]) in printed
    assert packed("Conseil juin 2026") in printed
