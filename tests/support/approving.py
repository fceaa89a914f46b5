"""Tokens that need a person's yes, the person who gives it, and every call that is guarded so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from counterfoil.app import House
from counterfoil.cli.initialize import house_settings
from counterfoil.domain.approvals import ApprovalPolicy
from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.operations import approvals
from counterfoil.operations.organization import create_credential
from counterfoil.operations.work import Actor, Work
from counterfoil.store.rows import ApprovalRow
from tests.support import databases
from tests.support import hostile_files as files
from tests.support.server import Api, expect

_marks = count()


@dataclass(frozen=True)
class Sent:
    """A call as it can be made again and again, to the byte."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    def by(self, http: httpx.Client, **headers: str) -> httpx.Response:
        return http.request(self.method, self.path, content=self.body, headers={**self.headers, **headers})


@dataclass(frozen=True)
class Person:
    """Who may say yes for an organization: by the operations that the page and the terminal call."""

    house: House
    organization_id: str

    @contextmanager
    def writing(self) -> Iterator[Work]:
        with self.house.works.write(Actor(self.organization_id, "test")) as work:
            yield work

    def token(self, policy: str, *scopes: str) -> str:
        """A bearer token with this policy, of all scopes without one."""
        with self.writing() as work:
            return create_credential(
                work, name="assistant", login=None, scopes=frozenset(scopes) or ALL_SCOPES,
                policy=ApprovalPolicy.parse(policy),
            )  # fmt: skip

    def approve(self, approval_id: str) -> ApprovalRow:
        with self.writing() as work:
            return approvals.approve(work, approval_id, approvals.TERMINAL)

    def decline(self, approval_id: str) -> ApprovalRow:
        with self.writing() as work:
            return approvals.decline(work, approval_id, approvals.TERMINAL)

    def pending(self) -> list[ApprovalRow]:
        with self.writing() as work:
            return approvals.pending(work)


def person_of(api: Api) -> Person:
    """Somebody of the organization, on the server's own directory while it runs. Close its house when done."""
    data = api.server.data
    return Person(House(house_settings(data, **databases.settings_of(data))), api.organization.id)


def approval_of(answer: httpx.Response) -> dict[str, Any]:
    """What a refused call says of the approval that it waits for."""
    (fault,) = expect(answer, 428)["errors"]
    assert fault["code"] == "approval_required"
    return dict(fault["meta"]["approval"])


def sent(method: str, path: str, body: object = None) -> Sent:
    """A call of /v2{path}."""
    return Sent(method, f"/v2{path}", b"" if body is None else json.dumps(body).encode())


def _form(path: str, field_name: str, name: str, data: bytes) -> Sent:
    request = httpx.Request("POST", "http://x", files={field_name: (name, data, "application/pdf")})
    return Sent("POST", f"/v2{path}", request.read(), {"Content-Type": request.headers["Content-Type"]})


def _import(_api: Api) -> Sent:
    return _form("/client_invoices/bulk", "client_invoices", "old.pdf", files.pdf(f"guarded {next(_marks)}"))


def _credit(api: Api) -> Sent:
    invoice = api.issued()
    body = {"invoice_id": invoice["id"], "issue_date": api.today, "reason": "Retour", "currency": "EUR",
            "amount": {"value": "12.00", "currency": "EUR"}}  # fmt: skip
    return sent("POST", "/credit_notes", body)


def quote_body(api: Api, **more: Any) -> dict[str, Any]:
    """What creates a quote of one line."""
    if "client_id" not in more:
        more["client_id"] = api.client()["id"]
    return {"issue_date": api.today, "expiry_date": "2199-01-31", "currency": "EUR", "items": [api.item()],
            "terms_and_conditions": "30 %", **more}  # fmt: skip


def _quote(api: Api) -> str:
    return str(expect(api.post("/quotes", quote_body(api)), 201)["id"])


def _recurring_body(api: Api) -> dict[str, Any]:
    return {
        "client_id": api.client()["id"], "start_date": "2199-01-31", "payment_terms_days": 30, "currency": "EUR",
        "frequency": {"value": 1, "recurrence": "monthly"}, "bank_account": {"iban": api.organization.iban},
        "items": [api.item()], "invoice_status": "unpaid",
    }  # fmt: skip


def _recurring(api: Api, *actions: str) -> str:
    made = expect(api.post("/recurring_invoices", _recurring_body(api)), 201)
    for action in actions:
        expect(api.post(f"/recurring_invoices/{made['id']}/{action}"), 200)
    return str(made["id"])


def _reminder_body() -> dict[str, Any]:
    rule = {"email_title": "Rappel", "operator": "after", "offset_days": 7}
    return {"send_to": ["a@client.example"], "copy_to_self": False, "rules": [rule]}


def _replace_reminder(api: Api) -> Sent:
    body = _reminder_body() | {"client_id": api.client()["id"]}
    made = expect(api.post("/reminders", body), 201)
    return sent("PUT", f"/reminders/{made['id']}", _reminder_body())


def _product(api: Api) -> str:
    body = {"title": "Conseil", "type": "service", "unit_price": {"value": "10.00", "currency": "EUR"},
            "vat_rate": api.item()["vat_rate"]}  # fmt: skip
    return str(expect(api.post("/products", body), 201)["product"]["id"])


def _supplier_invoice(api: Api) -> str:
    data = files.pdf(f"guarded bill {next(_marks)}")
    answer = api.http.post("/v2/supplier_invoices/bulk", files={"supplier_invoices[][file]": ("bill.pdf", data)})
    return str(expect(answer, 200)["supplier_invoices"][0]["id"])


LETTER = {"send_to": ["a@client.example", "b@client.example"], "email_title": "Votre facture", "copy_to_self": True}
_INVOICE = "/client_invoices/{id}"
# (method, path): how to prepare such a call that would go through, and do nothing of it. Made with a key that may.
GUARDED: Mapping[tuple[str, str], Callable[[Api], Sent]] = {
    ("POST", "/v2/client_invoices"): lambda api: sent("POST", "/client_invoices", api.invoice_body(status="unpaid")),
    ("POST", "/v2/client_invoices/bulk"): _import,
    ("DELETE", f"/v2{_INVOICE}"): lambda api: sent("DELETE", f"/client_invoices/{api.draft()['id']}"),
    ("POST", f"/v2{_INVOICE}/finalize"): lambda api: sent("POST", f"/client_invoices/{api.draft()['id']}/finalize"),
    ("POST", f"/v2{_INVOICE}/mark_as_canceled"): lambda api: sent(
        "POST", f"/client_invoices/{api.issued()['id']}/mark_as_canceled"
    ),
    ("POST", f"/v2{_INVOICE}/send"): lambda api: sent("POST", f"/client_invoices/{api.issued()['id']}/send", LETTER),
    ("POST", f"/v2{_INVOICE}/send_by_einvoice"): lambda api: sent(
        "POST", f"/client_invoices/{api.issued()['id']}/send_by_einvoice"
    ),
    ("POST", "/v2/credit_notes"): _credit,
    ("DELETE", "/v2/clients/{id}"): lambda api: sent("DELETE", f"/clients/{api.client()['id']}"),
    ("DELETE", "/v2/products/{id}"): lambda api: sent("DELETE", f"/products/{_product(api)}"),
    ("DELETE", "/v2/quotes/{id}"): lambda api: sent("DELETE", f"/quotes/{_quote(api)}"),
    ("POST", "/v2/quotes/{id}/send"): lambda api: sent("POST", f"/quotes/{_quote(api)}/send", LETTER),
    ("POST", "/v2/reminders"): lambda api: sent(
        "POST", "/reminders", _reminder_body() | {"client_id": api.client()["id"]}
    ),
    ("PUT", "/v2/reminders/{id}"): _replace_reminder,
    ("POST", "/v2/recurring_invoices"): lambda api: sent("POST", "/recurring_invoices", _recurring_body(api)),
    ("POST", "/v2/recurring_invoices/{id}/reactivate"): lambda api: sent(
        "POST", f"/recurring_invoices/{_recurring(api, 'suspend')}/reactivate"
    ),
    ("POST", "/v2/recurring_invoices/{id}/cancel"): lambda api: sent(
        "POST", f"/recurring_invoices/{_recurring(api)}/cancel"
    ),
    ("POST", "/v2/supplier_invoices/{id}/reject"): lambda api: sent(
        "POST", f"/supplier_invoices/{_supplier_invoice(api)}/reject", {"reason": "not ours"}
    ),
}
# Writes that can be taken back, or that nobody outside hears of. A new route must be in one of the two.
UNGUARDED = frozenset(
    {
        ("POST", "/v2/client_invoices/uploads"), ("POST", f"/v2{_INVOICE}/uploads"), ("PATCH", f"/v2{_INVOICE}"),
        ("POST", f"/v2{_INVOICE}/mark_as_paid"), ("POST", f"/v2{_INVOICE}/unmark_as_paid"),
        ("POST", f"/v2{_INVOICE}/documents"), ("POST", "/v2/credit_notes/{id}/documents"),
        ("POST", "/v2/clients"), ("PATCH", "/v2/clients/{id}"), ("PATCH", "/v2/organization"),
        ("POST", "/v2/attachments"), ("POST", "/v2/products"), ("PATCH", "/v2/products/{id}"),
        ("PUT", "/v2/products/{id}"), ("PUT", "/v2/settings"), ("POST", "/v2/quotes"), ("PATCH", "/v2/quotes/{id}"),
        ("POST", "/v2/quotes/{id}/convert"),  # makes a draft
        ("POST", "/v2/webhook_subscriptions"), ("PUT", "/v2/webhook_subscriptions/{id}"),
        ("DELETE", "/v2/webhook_subscriptions/{id}"),
        ("POST", "/v2/webhook_subscriptions/{id}/deliveries/{delivery_id}/replay"),
        ("DELETE", "/v2/reminders/{id}"),  # fewer mails go out, and it can be made again
        ("POST", "/v2/recurring_invoices/{id}/suspend"),
        ("POST", "/v2/supplier_invoices/bulk"), ("PATCH", "/v2/supplier_invoices/{id}"),
        ("POST", "/v2/supplier_invoices/{id}/mark_as_paid"), ("POST", "/v2/supplier_invoices/{id}/unmark_as_paid"),
        ("DELETE", "/v2/oauth2/consents"),  # ends the caller's own connection
        ("POST", "/v2/attachment_uploads"), ("POST", "/v2/attachment_uploads/{blob_ref}/use"),
    }
)  # fmt: skip
