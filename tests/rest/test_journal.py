"""Every write that the API takes leaves an entry in the journal: who, through what, in which request."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import httpx
import pytest

from tests.support.approving import GUARDED, UNGUARDED, Sent, quote_body, sent
from tests.support.server import Api, expect

PDF = b"%PDF-1.7\n%journal"
# Shown elsewhere, because this server alone cannot come to it.
ELSEWHERE = {
    ("DELETE", "/v2/oauth2/consents"): "needs a consent: tests/web/test_oauth_tokens.py",
    ("POST", "/v2/webhook_subscriptions/{id}/deliveries/{delivery_id}/replay"): "tests/operations/test_webhooks.py",
}


def upload(api: Api, path: str, name: str = "file") -> httpx.Response:
    return api.http.post(f"/v2{path}", files={name: ("a.pdf", PDF, "application/pdf")})


def paid(api: Api) -> str:
    invoice = api.issued()["id"]
    expect(api.post(f"/client_invoices/{invoice}/mark_as_paid", {}), 200)
    return str(invoice)


def product(api: Api) -> str:
    body = {
        "title": "Conseil",
        "type": "service",
        "unit_price": {"value": "10.00", "currency": "EUR"},
        "vat_rate": "0.2",
    }
    return str(expect(api.post("/products", body), 201)["product"]["id"])


def supplier_invoice(api: Api) -> str:
    answer = upload(api, "/supplier_invoices/bulk", "supplier_invoices[][file]")
    return str(answer.json()["supplier_invoices"][0]["id"])


def quote(api: Api) -> str:
    return str(expect(api.post("/quotes", quote_body(api)), 201)["quote"]["id"])


def entries(api: Api) -> list[tuple[str, str, str]]:
    """(principal, client, request_id) of the organization's entries, in order."""
    with closing(sqlite3.connect(api.server.data / "counterfoil.db")) as conn:
        query = "SELECT principal, client, request_id FROM journal WHERE organization_id = ? ORDER BY position"
        return conn.execute(query, (api.organization.id,)).fetchall()


CALLS: dict[tuple[str, str], Callable[[Api], Callable[[], httpx.Response]]] = {
    ("POST", "/v2/client_invoices/uploads"): lambda api: lambda: upload(api, "/client_invoices/uploads", "client_invoices_upload"),
    ("PATCH", "/v2/client_invoices/{id}"): lambda api: _later(
        api, "PATCH", f"/client_invoices/{api.draft()['id']}", {"header": "Bonjour"}
    ),
    ("POST", "/v2/client_invoices/{id}/mark_as_paid"): lambda api: _later(
        api, "POST", f"/client_invoices/{api.issued()['id']}/mark_as_paid", {}
    ),
    ("POST", "/v2/client_invoices/{id}/unmark_as_paid"): lambda api: _later(
        api, "POST", f"/client_invoices/{paid(api)}/unmark_as_paid", {}
    ),
    ("POST", "/v2/clients"): lambda api: lambda: api.post("/clients", {"kind": "company", "name": "Neu"}),
    ("PATCH", "/v2/clients/{id}"): lambda api: _later(
        api, "PATCH", f"/clients/{api.client()['id']}", {"name": "Autre"}
    ),
    ("PATCH", "/v2/organization"): lambda api: _later(api, "PATCH", "/organization", {"phone": "+33102030405"}),
    ("POST", "/v2/attachments"): lambda api: lambda: upload(api, "/attachments"),
    ("PATCH", "/v2/products/{id}"): lambda api: _later(api, "PATCH", f"/products/{product(api)}", {"title": "Autre"}),
    ("PUT", "/v2/settings"): lambda api: _later(api, "PUT", "/settings", {"numbering_mode": "manual"}),
    ("POST", "/v2/quotes"): lambda api: _later(api, "POST", "/quotes", quote_body(api)),
    ("PATCH", "/v2/quotes/{id}"): lambda api: _later(api, "PATCH", f"/quotes/{quote(api)}", {"header": "Bonjour"}),
    ("POST", "/v2/quotes/{id}/convert"): lambda api: _later(api, "POST", f"/quotes/{quote(api)}/convert", {}),
    ("POST", "/v2/supplier_invoices/bulk"): lambda api: lambda: upload(
        api, "/supplier_invoices/bulk", "supplier_invoices[][file]"
    ),
    ("PATCH", "/v2/supplier_invoices/{id}"): lambda api: _later(
        api, "PATCH", f"/supplier_invoices/{supplier_invoice(api)}", {"invoice_number": "A1"}
    ),
    ("POST", "/v2/supplier_invoices/{id}/mark_as_paid"): lambda api: _later(
        api, "POST", f"/supplier_invoices/{supplier_invoice(api)}/mark_as_paid", {}
    ),
    ("POST", "/v2/attachment_uploads"): lambda api: _later(
        api, "POST", "/attachment_uploads", {"file_name": "a.pdf", "content_type": "application/pdf"}
    ),
}  # fmt: skip


def _later(api: Api, method: str, path: str, body: object) -> Callable[[], httpx.Response]:
    call: Sent = sent(method, path, body)
    return lambda: call.by(api.http)


def written_down(api: Api, call: Callable[[], httpx.Response]) -> None:
    before = len(entries(api))
    answer = call()
    assert answer.status_code in (200, 201, 204), answer.text
    new = entries(api)[before:]
    assert new
    request_id = answer.headers["x-tyk-trace-id"]
    assert {(who.partition(":")[0], client, request) for who, client, request in new} == {("key", "api", request_id)}


@pytest.mark.parametrize("route", list(GUARDED), ids=" ".join)
def test_a_guarded_write_is_written_down(fr: Api, route: tuple[str, str]) -> None:
    call = GUARDED[route](fr)
    written_down(fr, lambda: call.by(fr.http))


@pytest.mark.parametrize("route", list(CALLS), ids=" ".join)
def test_any_other_write_is_written_down(fresh: Api, route: tuple[str, str]) -> None:
    written_down(fresh, CALLS[route](fresh))


def test_every_write_is_here_or_elsewhere() -> None:
    assert CALLS.keys() <= UNGUARDED
    assert not CALLS.keys() & ELSEWHERE.keys()
