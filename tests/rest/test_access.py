"""Who may call what: keys, tokens, scopes, and the wall between organizations."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.server import Api, Server, expect, make_token

UNKNOWN = "01a20000-0000-7000-8000-000000000000"
# Every route with its scope, by hand: a route that is served and not listed here fails a test below.
ROUTES = {
    ("POST", "/v2/client_invoices/bulk"): "client_invoice.write",
    ("POST", "/v2/client_invoices/uploads"): "client_invoice.write",
    ("GET", "/v2/client_invoices/uploads/{id}"): "client_invoices.read",
    ("POST", "/v2/client_invoices/{id}/uploads"): "client_invoice.write",
    ("GET", "/v2/client_invoices/{id}/uploads/{upload_id}"): "client_invoices.read",
    ("GET", "/v2/client_invoices"): "client_invoices.read",
    ("POST", "/v2/client_invoices"): "client_invoice.write",
    ("GET", "/v2/client_invoices/{id}"): "client_invoices.read",
    ("PATCH", "/v2/client_invoices/{id}"): "client_invoice.write",
    ("DELETE", "/v2/client_invoices/{id}"): "client_invoice.write",
    ("POST", "/v2/client_invoices/{id}/finalize"): "client_invoice.write",
    ("POST", "/v2/client_invoices/{id}/mark_as_canceled"): "client_invoice.write",
    ("POST", "/v2/client_invoices/{id}/mark_as_paid"): "client_invoice.write",
    ("POST", "/v2/client_invoices/{id}/unmark_as_paid"): "client_invoice.write",
    ("POST", "/v2/client_invoices/{id}/send"): "client_invoice.write",
    ("GET", "/v2/client_invoices/{id}/emails"): "client_invoices.read",
    ("GET", "/v2/credit_notes"): "client_invoices.read",
    ("POST", "/v2/credit_notes"): "client_invoice.write",
    ("GET", "/v2/credit_notes/{id}"): "client_invoices.read",
    ("GET", "/v2/client_invoices/{id}/compliance"): "client_invoices.read",
    ("GET", "/v2/client_invoices/{id}/page"): "client_invoices.read",
    ("GET", "/v2/client_invoices/{id}/documents"): "client_invoices.read",
    ("POST", "/v2/client_invoices/{id}/documents"): "client_invoice.write",
    ("GET", "/v2/credit_notes/{id}/compliance"): "client_invoices.read",
    ("GET", "/v2/credit_notes/{id}/documents"): "client_invoices.read",
    ("POST", "/v2/credit_notes/{id}/documents"): "client_invoice.write",
    ("GET", "/v2/clients"): "client.read",
    ("POST", "/v2/clients"): "client.write",
    ("GET", "/v2/clients/{id}"): "client.read",
    ("PATCH", "/v2/clients/{id}"): "client.write",
    ("DELETE", "/v2/clients/{id}"): "client.write",
    ("GET", "/v2/organization"): "organization.read",
    ("PATCH", "/v2/organization"): "organization.write",
    ("GET", "/v2/bank_accounts"): "organization.read",
    ("GET", "/v2/bank_accounts/{id}"): "organization.read",
    ("POST", "/v2/attachments"): "attachment.write",
    ("GET", "/v2/attachments/{id}"): "attachment.read",
    ("POST", "/v2/attachment_uploads"): "attachment.write",
    ("POST", "/v2/attachment_uploads/{blob_ref}/use"): "attachment.write",
    ("GET", "/v2/products"): "product.read",
    ("POST", "/v2/products"): "product.write",
    ("GET", "/v2/products/{id}"): "product.read",
    ("PATCH", "/v2/products/{id}"): "product.write",
    ("PUT", "/v2/products/{id}"): "product.write",
    ("DELETE", "/v2/oauth2/consents"): "organization.read",
    ("DELETE", "/v2/products/{id}"): "product.write",
    ("GET", "/v2/settings"): "client_invoices.read",
    ("PUT", "/v2/settings"): "client_invoice.write",
    ("GET", "/v2/einvoicing/settings"): "einvoicing.read",
    ("POST", "/v2/client_invoices/{id}/send_by_einvoice"): "client_invoice.write",
    ("GET", "/v2/quotes"): "client_invoices.read",
    ("POST", "/v2/quotes"): "client_invoice.write",
    ("GET", "/v2/quotes/{id}"): "client_invoices.read",
    ("PATCH", "/v2/quotes/{id}"): "client_invoice.write",
    ("DELETE", "/v2/quotes/{id}"): "client_invoice.write",
    ("POST", "/v2/quotes/{id}/send"): "client_invoice.write",
    ("GET", "/v2/quotes/{id}/emails"): "client_invoices.read",
    ("POST", "/v2/quotes/{id}/convert"): "client_invoice.write",
    ("GET", "/v2/webhook_subscriptions"): "webhook",
    ("POST", "/v2/webhook_subscriptions"): "webhook",
    ("GET", "/v2/webhook_subscriptions/{id}"): "webhook",
    ("PUT", "/v2/webhook_subscriptions/{id}"): "webhook",
    ("DELETE", "/v2/webhook_subscriptions/{id}"): "webhook",
    ("GET", "/v2/webhook_subscriptions/{id}/deliveries"): "webhook",
    ("POST", "/v2/webhook_subscriptions/{id}/deliveries/{delivery_id}/replay"): "webhook",
    ("GET", "/v2/reminders"): "client_invoices.read",
    ("POST", "/v2/reminders"): "client_invoice.write",
    ("GET", "/v2/reminders/{id}"): "client_invoices.read",
    ("PUT", "/v2/reminders/{id}"): "client_invoice.write",
    ("DELETE", "/v2/reminders/{id}"): "client_invoice.write",
    ("GET", "/v2/recurring_invoices"): "client_invoices.read",
    ("POST", "/v2/recurring_invoices"): "client_invoice.write",
    ("GET", "/v2/recurring_invoices/{id}"): "client_invoices.read",
    ("POST", "/v2/recurring_invoices/{id}/suspend"): "client_invoice.write",
    ("POST", "/v2/recurring_invoices/{id}/reactivate"): "client_invoice.write",
    ("POST", "/v2/recurring_invoices/{id}/cancel"): "client_invoice.write",
    ("GET", "/v2/supplier_invoices"): "supplier_invoice.read",
    ("POST", "/v2/supplier_invoices/bulk"): "supplier_invoice.write",
    ("GET", "/v2/supplier_invoices/{id}"): "supplier_invoice.read",
    ("PATCH", "/v2/supplier_invoices/{id}"): "supplier_invoice.write",
    ("POST", "/v2/supplier_invoices/{id}/reject"): "supplier_invoice.write",
    ("POST", "/v2/supplier_invoices/{id}/mark_as_paid"): "supplier_invoice.write",
    ("POST", "/v2/supplier_invoices/{id}/unmark_as_paid"): "supplier_invoice.write",
}
SCOPES = sorted(set(ROUTES.values()))
each_route = pytest.mark.parametrize(("method", "path"), list(ROUTES), ids=[" ".join(route) for route in ROUTES])


@pytest.fixture(scope="module")
def tokens(server: Server, fr: Api) -> dict[str, tuple[str, str]]:
    """For each scope: a token that has it alone, and one that has every other."""
    return {
        scope: (
            make_token(fr.organization, server.data, scope),
            make_token(fr.organization, server.data, *(each for each in SCOPES if each != scope)),
        )
        for scope in SCOPES
    }


def call(server: Server, method: str, path: str, authorization: str | None, **more: Any) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    with server.http(**headers) as http:
        return http.request(method, re.sub(r"\{\w+\}", UNKNOWN, path), **more)


def test_every_served_route_is_listed_here(server: Server) -> None:
    with server.http() as http:
        paths = http.get("/openapi.json").json()["paths"]
    served = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert served == set(ROUTES)


@each_route
def test_without_the_routes_scope_nothing_goes(
    server: Server, tokens: dict[str, tuple[str, str]], method: str, path: str
) -> None:
    scope = ROUTES[method, path]
    for body in ({}, {"json": {"header": 7}}, {"content": b"{"}):
        answer = call(server, method, path, f"Bearer {tokens[scope][1]}", **body)
        fault = expect(answer, 403)["errors"][0]
        assert fault["code"] == "forbidden"
        assert fault["detail"] == f"missing required oauth scope: {scope}"
        assert scope in fault["meta"]["fix"]


@each_route
def test_the_routes_scope_alone_is_enough(
    server: Server, tokens: dict[str, tuple[str, str]], method: str, path: str
) -> None:
    answer = call(server, method, path, f"Bearer {tokens[ROUTES[method, path]][0]}")
    if path == "/v2/oauth2/consents":
        # A token made at the terminal came of no consent, and that is what it is told.
        assert expect(answer, 403)["errors"][0]["code"] == "no_consent"
        return
    assert answer.status_code in (200, 400, 404, 415, 422), answer.text


@each_route
def test_an_unknown_key_is_401_whatever_is_sent(server: Server, method: str, path: str) -> None:
    for authorization in (None, "", "nobody:sk_x", "Bearer cft_x", "Bearer", "Basic eDp5", ":", "a:"):
        answer = call(server, method, path, authorization, content=b"{")
        fault = expect(answer, 401)["errors"][0]
        assert fault["code"] == "unauthorized"
        assert fault["meta"]["fix"]
        assert "www-authenticate" in answer.headers


def test_key_and_secret_must_belong_together(server: Server, fr: Api, de: Api) -> None:
    slug, secret = fr.organization.api_key.split(":")
    for wrong in (f"{de.organization.slug}:{secret}", f"{slug}:{secret}x", f"{slug}:", secret, f":{secret}"):
        assert call(server, "GET", "/v2/clients", wrong).status_code == 401
    for right in (f"{slug}:{secret}", f"Bearer {slug}:{secret}", f"bearer {slug}:{secret}"):
        assert call(server, "GET", "/v2/clients", right).status_code == 200


@pytest.mark.parametrize(
    ("older", "path"),
    [("client_invoices.write", "/v2/client_invoices"), ("client_invoice.read", "/v2/client_invoices")],
)
def test_older_spellings_of_scopes_count(server: Server, fr: Api, older: str, path: str) -> None:
    token = make_token(fr.organization, server.data, older)
    method = "POST" if older.endswith("write") else "GET"
    assert call(server, method, path, f"Bearer {token}").status_code in (200, 422)


FOREIGN: list[tuple[str, str, Any]] = [
    ("GET", "/client_invoices/{invoice}", None),
    ("PATCH", "/client_invoices/{invoice}", {"header": "x"}),
    ("DELETE", "/client_invoices/{invoice}", None),
    ("POST", "/client_invoices/{invoice}/finalize", None),
    ("POST", "/client_invoices/{invoice}/mark_as_paid", None),
    ("POST", "/client_invoices/{invoice}/unmark_as_paid", None),
    ("POST", "/client_invoices/{invoice}/mark_as_canceled", None),
    ("POST", "/client_invoices/{invoice}/send", {"send_to": ["a@b.example"], "email_title": "x"}),
    ("GET", "/client_invoices/{invoice}/emails", None),
    ("GET", "/clients/{client}", None),
    ("PATCH", "/clients/{client}", {"name": "x"}),
    ("DELETE", "/clients/{client}", None),
    ("GET", "/bank_accounts/{account}", None),
    ("GET", "/attachments/{attachment}", None),
    ("GET", "/credit_notes/{credit_note}", None),
    ("GET", "/credit_notes/{credit_note}/compliance", None),
    ("GET", "/credit_notes/{credit_note}/documents", None),
    ("POST", "/credit_notes/{credit_note}/documents", {"kind": "ubl"}),
    ("GET", "/client_invoices/{invoice}/compliance", None),
    ("GET", "/client_invoices/{invoice}/documents", None),
    ("POST", "/client_invoices/{invoice}/documents", {"kind": "ubl"}),
    ("GET", "/quotes/{quote}", None),
    ("PATCH", "/quotes/{quote}", {"header": "x"}),
    ("DELETE", "/quotes/{quote}", None),
    ("POST", "/quotes/{quote}/send", {"send_to": ["a@b.example"], "email_title": "x"}),
    ("POST", "/quotes/{quote}/convert", None),
    ("GET", "/quotes/{quote}/emails", None),
    ("GET", "/products/{product}", None),
    ("PATCH", "/products/{product}", {"title": "x"}),
    ("DELETE", "/products/{product}", None),
    ("GET", "/supplier_invoices/{supplier_invoice}", None),
    ("PATCH", "/supplier_invoices/{supplier_invoice}", {"supplier_name": "x"}),
    ("POST", "/supplier_invoices/{supplier_invoice}/reject", {"supplier_invoice": {"declined_note": "x"}}),
    ("POST", "/supplier_invoices/{supplier_invoice}/mark_as_paid", {"supplier_invoice": {}}),
    ("POST", "/supplier_invoices/{supplier_invoice}/unmark_as_paid", None),
    ("GET", "/reminders/{reminder}", None),
    ("PUT", "/reminders/{reminder}", {"rules": [{"email_title": "x", "offset_days": 1, "operator": "after"}]}),
    ("DELETE", "/reminders/{reminder}", None),
    ("GET", "/recurring_invoices/{recurring_invoice}", None),
    ("POST", "/recurring_invoices/{recurring_invoice}/suspend", None),
    ("POST", "/recurring_invoices/{recurring_invoice}/cancel", None),
    ("GET", "/webhook_subscriptions/{webhook}", None),
    ("PUT", "/webhook_subscriptions/{webhook}", {"callback_url": "https://hooks.example/x"}),
    ("DELETE", "/webhook_subscriptions/{webhook}", None),
    ("GET", "/webhook_subscriptions/{webhook}/deliveries", None),
    ("GET", "/client_invoices/uploads/{upload}", None),
]


def things_of(de: Api) -> dict[str, str]:
    """Ids of an organization's things, one of each kind, made here."""
    upload = de.http.post("/v2/attachments", files={"file": ("a.pdf", b"%PDF-1.7 x")})
    client = de.client()["id"]
    issued = de.issued(client_id=client)
    priced = {"title": "x", "type": "service", "unit_price": {"value": "1.00", "currency": "EUR"}, "vat_rate": "0.19"}
    rules = [{"email_title": "x", "offset_days": 1, "operator": "after"}]
    offer = de.invoice_body(client_id=client, expiry_date=de.today, terms_and_conditions="x", status=...)
    credit = {"invoice_id": issued["id"], "issue_date": de.today, "reason": "x", "currency": "EUR",
              "items": [de.item(unit_price={"value": "1.00", "currency": "EUR"})]}  # fmt: skip
    again = {"client_id": client, "start_date": de.today, "currency": "EUR", "items": [de.item()],
             "frequency": {"value": 1, "recurrence": "monthly"}, "payment_terms_days": 30,
             "bank_account": {"iban": de.organization.iban}, "invoice_status": "draft"}  # fmt: skip
    hook = {"callback_url": "https://hooks.example/theirs", "types": ["v1/clients"]}
    form = {"supplier_invoices[][file]": ("a.pdf", b"%PDF-1.7 x")}
    supplied = de.http.post(
        "/v2/supplier_invoices/bulk", files=form, data={"supplier_invoices[][idempotency_key]": "x"}
    )
    kept = de.http.post("/v2/client_invoices/uploads", files={"client_invoices_upload": ("a.pdf", b"%PDF-1.7 y")})
    return {
        "invoice": de.draft()["id"],
        "client": client,
        "account": de.get("/bank_accounts").json()["bank_accounts"][0]["id"],
        "attachment": expect(upload, 200)["attachment"]["id"],
        "credit_note": expect(de.post("/credit_notes", credit), 201)["credit_note"]["id"],
        "quote": expect(de.post("/quotes", offer), 201)["quote"]["id"],
        "product": expect(de.post("/products", priced), 201)["product"]["id"],
        "supplier_invoice": expect(supplied, 200)["supplier_invoices"][0]["id"],
        "reminder": expect(
            de.post("/reminders", {"client_id": client, "send_to": ["a@b.example"], "rules": rules}), 201
        )["id"],
        "recurring_invoice": expect(de.post("/recurring_invoices", again), 201)["recurring_invoice"]["id"],
        "webhook": expect(de.post("/webhook_subscriptions", hook), 201)["id"],
        "upload": expect(kept, 200)["client_invoice_upload"]["id"],
    }


@pytest.fixture(scope="module")
def theirs(de: Api) -> dict[str, str]:
    """Ids of another organization's things."""
    return things_of(de)


@pytest.mark.parametrize(("method", "path", "body"), FOREIGN, ids=[f"{m} {p}" for m, p, _ in FOREIGN])
def test_another_organizations_id_is_answered_like_an_unknown_one(
    fr: Api, theirs: dict[str, str], method: str, path: str, body: Any
) -> None:
    def ask(ids: dict[str, str]) -> tuple[int, Any]:
        answer = fr.http.request(method, f"/v2{path.format(**ids)}", json=body)
        return answer.status_code, answer.json()["errors"]

    unknown = ask(dict.fromkeys(theirs, UNKNOWN))
    assert ask(theirs) == unknown
    assert ask(dict.fromkeys(theirs, "not-an-id"))[0] == unknown[0] == 404
    assert unknown[1][0]["code"] == "not_found"
    assert unknown[1][0]["source"] == {"parameter": "id"}


def test_their_things_are_untouched_and_in_no_list(fr: Api, de: Api, theirs: dict[str, str]) -> None:
    assert de.invoice(theirs["invoice"])["status"] == "draft"
    assert fr.get("/client_invoices", **{"filter[client_id]": theirs["client"]}).json()["client_invoices"] == []
    ids: list[str] = [each["id"] for each in fr.get("/clients").json()["clients"]]
    assert theirs["client"] not in ids


def test_an_id_may_be_written_in_capitals(fr: Api) -> None:
    invoice = fr.draft()
    assert fr.invoice(invoice["id"].upper())["id"] == invoice["id"]
    client = invoice["client"]["id"]
    assert fr.get(f"/clients/{client.upper()}").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/docs"])
def test_what_needs_no_key(server: Server, path: str) -> None:
    assert call(server, "GET", path, None).status_code == 200


def test_a_key_opens_only_its_organization(api_of: Callable[[str], Api]) -> None:
    for who in ("FR", "DE"):
        api = api_of(who)
        shown = api.get("/organization").json()["organization"]
        assert (shown["id"], shown["slug"]) == (api.organization.id, api.organization.slug)
