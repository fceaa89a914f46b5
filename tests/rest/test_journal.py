"""Every write that the API takes leaves an entry in the journal: who, through what, in which request."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support import databases
from tests.support import hostile_files as files
from tests.support.approving import GUARDED, UNGUARDED, Sent, quote_body, sent
from tests.support.server import Api, expect

PDF = b"%PDF-1.7\n%journal"
# Shown elsewhere, because this server alone cannot come to it: by a test that looks at the journal.
ELSEWHERE = {
    ("DELETE", "/v2/oauth2/consents"): (
        "tests/web/test_oauth_tokens.py", "test_deleting_the_consent_ends_the_callers_family",
    ),
}  # fmt: skip
PRODUCT = {"title": "Conseil", "type": "service", "unit_price": {"value": "10.00", "currency": "EUR"},
           "vat_rate": "0.2"}  # fmt: skip
WEBHOOK = {"callback_url": "https://example.com/hooks", "types": ["v1/clients"]}


def upload(api: Api, path: str, name: str = "file") -> httpx.Response:
    return api.http.post(f"/v2{path}", files={name: ("a.pdf", PDF, "application/pdf")})


def paid(api: Api) -> str:
    invoice = api.issued()["id"]
    expect(api.post(f"/client_invoices/{invoice}/mark_as_paid", {}), 200)
    return str(invoice)


def product(api: Api) -> str:
    return str(expect(api.post("/products", PRODUCT), 201)["product"]["id"])


def supplier_invoice(api: Api) -> str:
    answer = upload(api, "/supplier_invoices/bulk", "supplier_invoices[][file]")
    return str(answer.json()["supplier_invoices"][0]["id"])


def paid_supplier_invoice(api: Api) -> str:
    bill = supplier_invoice(api)
    expect(api.post(f"/supplier_invoices/{bill}/mark_as_paid", {}), 200)
    return bill


def credit_note(api: Api) -> str:
    body = {"invoice_id": api.issued()["id"], "issue_date": api.today, "reason": "Geste", "currency": "EUR",
            "amount": "1.00"}  # fmt: skip
    return str(expect(api.post("/credit_notes", body), 201)["credit_note"]["id"])


def webhook(api: Api) -> str:
    return str(expect(api.post("/webhook_subscriptions", WEBHOOK), 201)["id"])


def delivery(api: Api) -> str:
    """The path of a message that nobody has sent yet."""
    subscription = webhook(api)
    api.client()
    (listed,) = expect(api.get(f"/webhook_subscriptions/{subscription}/deliveries"), 200)["deliveries"]
    return f"/webhook_subscriptions/{subscription}/deliveries/{listed['id']}"


def reminder(api: Api) -> str:
    rule = {"email_title": "Rappel", "operator": "after", "offset_days": 7}
    body = {"send_to": ["a@client.example"], "copy_to_self": False, "rules": [rule], "client_id": api.client()["id"]}
    return str(expect(api.post("/reminders", body), 201)["id"])


def recurring_invoice(api: Api) -> str:
    call = GUARDED["POST", "/v2/recurring_invoices"](api)
    return str(expect(call.by(api.http), 201)["id"])


def arrived(api: Api) -> str:
    """A place whose file has come by its link."""
    body = {"file_name": "a.pdf", "content_type": "application/pdf"}
    made = expect(api.post("/attachment_uploads", body), 201)["attachment_upload"]
    expect(httpx.put(made["upload_url"], content=files.pdf("journal"), trust_env=False), 201)
    return str(made["blob_ref"])


def quote(api: Api) -> str:
    return str(expect(api.post("/quotes", quote_body(api)), 201)["quote"]["id"])


def entries(api: Api) -> list[tuple[str, str, str]]:
    """(principal, client, request_id) of the organization's entries, in order."""
    query = "SELECT principal, client, request_id FROM journal WHERE organization_id = '{}' ORDER BY position"
    return databases.rows(api.server.data, query.format(api.organization.id))


CALLS: dict[tuple[str, str], Callable[[Api], Callable[[], httpx.Response]]] = {
    ("POST", "/v2/client_invoices/uploads"): lambda api: lambda: upload(
        api, "/client_invoices/uploads", "client_invoices_upload"
    ),
    ("POST", "/v2/client_invoices/{id}/uploads"): lambda api: _uploading(api, api.draft()["id"]),
    ("POST", "/v2/client_invoices/{id}/documents"): lambda api: _later(
        api, "POST", f"/client_invoices/{api.issued()['id']}/documents", {"kind": "ubl"}
    ),
    ("POST", "/v2/credit_notes/{id}/documents"): lambda api: _later(
        api, "POST", f"/credit_notes/{credit_note(api)}/documents", {"kind": "ubl"}
    ),
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
    ("POST", "/v2/products"): lambda api: _later(api, "POST", "/products", PRODUCT),
    ("PUT", "/v2/products/{id}"): lambda api: _later(api, "PUT", f"/products/{product(api)}", PRODUCT | {"title": "B"}),
    ("POST", "/v2/webhook_subscriptions"): lambda api: _later(api, "POST", "/webhook_subscriptions", WEBHOOK),
    ("PUT", "/v2/webhook_subscriptions/{id}"): lambda api: _later(
        api, "PUT", f"/webhook_subscriptions/{webhook(api)}", WEBHOOK | {"types": ["v1/products"]}
    ),
    ("DELETE", "/v2/webhook_subscriptions/{id}"): lambda api: _later(
        api, "DELETE", f"/webhook_subscriptions/{webhook(api)}", None
    ),
    ("POST", "/v2/webhook_subscriptions/{id}/deliveries/{delivery_id}/replay"): lambda api: _later(
        api, "POST", f"{delivery(api)}/replay", None
    ),
    ("DELETE", "/v2/reminders/{id}"): lambda api: _later(api, "DELETE", f"/reminders/{reminder(api)}", None),
    ("POST", "/v2/recurring_invoices/{id}/suspend"): lambda api: _later(
        api, "POST", f"/recurring_invoices/{recurring_invoice(api)}/suspend", None
    ),
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
    ("POST", "/v2/supplier_invoices/{id}/unmark_as_paid"): lambda api: _later(
        api, "POST", f"/supplier_invoices/{paid_supplier_invoice(api)}/unmark_as_paid", {}
    ),
    ("POST", "/v2/attachment_uploads/{blob_ref}/use"): lambda api: _later(
        api, "POST", f"/attachment_uploads/{arrived(api)}/use", {"target": "standalone"}
    ),
    ("POST", "/v2/attachment_uploads"): lambda api: _later(
        api, "POST", "/attachment_uploads", {"file_name": "a.pdf", "content_type": "application/pdf"}
    ),
}  # fmt: skip


def _uploading(api: Api, invoice_id: str) -> Callable[[], httpx.Response]:
    return lambda: upload(api, f"/client_invoices/{invoice_id}/uploads")


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
    assert CALLS.keys() | ELSEWHERE.keys() == UNGUARDED
    assert not CALLS.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("route", list(ELSEWHERE), ids=" ".join)
def test_what_is_shown_elsewhere_is_shown_there(route: tuple[str, str]) -> None:
    file, name = ELSEWHERE[route]
    tree = ast.parse((Path(__file__).parents[2] / file).read_text(encoding="utf-8"))
    (found,) = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name]
    asserted = [ast.unparse(each.test) for each in ast.walk(found) if isinstance(each, ast.Assert)]
    assert [each for each in asserted if "journal" in each]
