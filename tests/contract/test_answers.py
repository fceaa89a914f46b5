"""Real answers beside the facts about the API: strict programs find every field that they require, of its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.clients.conftest import blank_pdf
from tests.conftest import NewOrganization
from tests.contract.compatibility import operations, theirs
from tests.support.server import Api, expect

# What an answer may leave out: it has no value there, and the API leaves it out too.
MAY_LACK = {
    "attachment_id": "until the PDF is made",
    "description": "of a webhook subscription, when empty",
}
DISCOUNT = {"type": "percentage", "value": "0.1"}
DELIVERY = {"street_address": "7 quai Est", "city": "Brest", "zip_code": "29200", "country_code": "FR"}


def answer_schema(operation_id: str) -> Mapping[str, Any]:
    """Of their operation's success."""
    for _, _, operation in operations():
        if operation["operationId"] == operation_id:
            answer = next(found for status, found in operation["responses"].items() if status.startswith("2"))
            schema: Mapping[str, Any] = answer["content"]["application/json"]["schema"]
            return schema
    raise LookupError(operation_id)


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        schema = theirs()["components"]["schemas"][name]
    return schema


def lacking(schema: Mapping[str, Any], answer: Any, path: str = "") -> Iterator[str]:
    """Fields that their facts name and the answer has not, wherever the answer has an object."""
    found = resolved(schema)
    options = [resolved(option) for word in ("oneOf", "anyOf") for option in found.get(word, [])]
    found = next((option for option in options if option.get("type") in ("object", "array")), found)
    if isinstance(answer, list) and "items" in found:
        for index, each in enumerate(answer):
            yield from lacking(found["items"], each, f"{path}/{index}")
    if not isinstance(answer, dict):
        return
    for name, inner in found.get("properties", {}).items():
        if name not in answer:
            yield f"{path}/{name}"
        else:
            yield from lacking(inner, answer[name], f"{path}/{name}")


class Books:
    """One of each thing, with as much filled in as can be."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.client = api.client(
            extra_emails=["b@client.example"], phone={"country_code": "+33", "number": "612345678"},
            delivery_address=DELIVERY,
        )  # fmt: skip
        self.line = api.item(description="Juin", unit="hour", discount=DISCOUNT)
        self.body = {
            "client_id": self.client["id"], "items": [self.line], "discount": {"type": "absolute", "value": "1.00"},
            "status": "unpaid", "performance_start_date": api.today, "performance_end_date": api.today,
        }  # fmt: skip
        self.terms = {"issue_date": api.today, "currency": "EUR"}

    def quote_body(self) -> dict[str, Any]:
        return {
            **self.terms, "client_id": self.client["id"], "expiry_date": "2099-12-31", "items": [self.line],
            "terms_and_conditions": "30 jours", "discount": DISCOUNT,
        }  # fmt: skip

    def product(self) -> Any:
        price = {"value": "150.00", "currency": "EUR"}
        body = {"title": "Consulting hour", "type": "service", "unit_price": price, "vat_rate": "0.2", "unit": "hour"}
        return self.api.post("/products", {**body, "links": [{"title": "A", "url": "https://a.example"}]})

    def credit_note(self) -> Any:
        invoice = self.api.issued(client_id=self.client["id"])
        body = {**self.terms, "invoice_id": invoice["id"], "reason": "Geste", "items": [self.api.item()]}
        return self.api.post("/credit_notes", body)

    def supplier_invoices(self) -> Any:
        files = [("supplier_invoices[][file]", ("bill.pdf", blank_pdf(), "application/pdf"))]
        data = {"supplier_invoices[][idempotency_key]": "one"}
        return self.api.http.post("/v2/supplier_invoices/bulk", files=files, data=data)

    def recurring_invoice(self) -> Any:
        body = {
            "client_id": self.client["id"], "start_date": "2099-01-31", "payment_terms_days": 30, "currency": "EUR",
            "frequency": {"value": 1, "recurrence": "monthly"}, "items": [self.line], "invoice_status": "draft",
            "bank_account": {"iban": self.api.organization.iban},
        }  # fmt: skip
        return self.api.post("/recurring_invoices", body)

    def reminder(self) -> Any:
        rule = {"email_title": "Rappel", "operator": "after", "offset_days": 7, "email_body": "Bonjour"}
        body = {"client_id": self.client["id"], "send_to": ["a@client.example"], "rules": [rule]}
        return self.api.post("/reminders", body)

    def webhook(self) -> Any:
        body = {"callback_url": "https://hooks.example.com/in", "types": ["v1/client-invoices"], "description": "CI"}
        return self.api.post("/webhook_subscriptions", body)


@pytest.fixture(scope="module")
def books(new_organization: NewOrganization) -> Books:
    return Books(new_organization("FR"))


def check(operation_id: str, answer: Any) -> None:
    """Fails, naming each field, when the answer lacks one of theirs or has it in another type."""
    schema = answer_schema(operation_id)
    whole = {**schema, "components": theirs()["components"]}
    faults = Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(answer)
    assert [f"{fault.json_path}: {fault.message[:200]}" for fault in faults] == []
    client_keys = [name for name in lacking(schema, answer) if "/client/" not in name and "_address/" not in name]
    assert [name for name in client_keys if name.rsplit("/", 1)[-1] not in MAY_LACK] == []


def test_client_invoices(books: Books) -> None:
    made = expect(books.api.create(**books.body), 200)
    check("createClientInvoice", made)
    check("getClientInvoice", expect(books.api.get(f"/client_invoices/{made['client_invoice']['id']}"), 200))
    check("listClientInvoices", expect(books.api.get("/client_invoices"), 200))
    assert made["client_invoice"]["items"][0]["discount"]["amount_cents"] == 1000
    assert made["client_invoice"]["discount"]["amount_cents"] == 100


def test_credit_notes(books: Books) -> None:
    made = expect(books.credit_note(), 201)
    check("createCreditNote", made)
    check("getCreditNote", expect(books.api.get(f"/credit_notes/{made['credit_note']['id']}"), 200))
    check("listCreditNotes", expect(books.api.get("/credit_notes"), 200))
    texts = ("attachment_id", "stamp_duty_amount", "terms_and_conditions", "contact_email", "header", "footer")
    assert all(isinstance(made["credit_note"][name], str) for name in texts)
    snapshot = made["credit_note"]["client"]
    keys = resolved(theirs()["components"]["schemas"]["ClientSnapshot"])["properties"]
    assert [name for name in keys if name not in snapshot and not name.endswith("_address")] == []
    assert all(isinstance(snapshot[name], str) for name in keys if not name.endswith("_address"))


def test_quotes(books: Books) -> None:
    made = expect(books.api.post("/quotes", books.quote_body()), 201)
    check("createQuote", made)
    check("createQuote", made["quote"])
    check("getQuote", expect(books.api.get(f"/quotes/{made['id']}"), 200))
    check("updateQuote", expect(books.api.patch(f"/quotes/{made['id']}", {"header": "A"}), 200))
    check("listQuotes", expect(books.api.get("/quotes"), 200))


def test_supplier_invoices(books: Books) -> None:
    made = expect(books.supplier_invoices(), 200)
    check("createSupplierInvoices", made)
    (one,) = made["supplier_invoices"]
    check("getSupplierInvoice", expect(books.api.get(f"/supplier_invoices/{one['id']}"), 200))
    check("listSupplierInvoices", expect(books.api.get("/supplier_invoices"), 200))
    paid = expect(books.api.post(f"/supplier_invoices/{one['id']}/mark_as_paid", {"payment_date": "2026-05-20"}), 200)
    check("markSupplierInvoicePaid", paid)
    check("unmarkSupplierInvoicePaid", expect(books.api.post(f"/supplier_invoices/{one['id']}/unmark_as_paid"), 200))
    check("rejectSupplierInvoice", expect(
        books.api.post(f"/supplier_invoices/{one['id']}/reject", {"supplier_invoice": {"declined_note": "No"}}), 200
    ))  # fmt: skip


def test_products(books: Books) -> None:
    made = expect(books.product(), 201)
    check("createProduct", made)
    check("getProduct", expect(books.api.get(f"/products/{made['product']['id']}"), 200))
    check("listProducts", expect(books.api.get("/products"), 200))


def test_clients(books: Books) -> None:
    check("getClient", expect(books.api.get(f"/clients/{books.client['id']}"), 200))
    check("listClients", expect(books.api.get("/clients"), 200))
    check("createClient", expect(books.api.post("/clients", books.api.client_body()), 200))


def test_the_organization_and_its_accounts(books: Books) -> None:
    found = expect(books.api.get("/organization"), 200)
    check("getOrganization", found)
    check("listBankAccounts", expect(books.api.get("/bank_accounts"), 200))
    account = found["organization"]["bank_accounts"][0]["id"]
    check("getBankAccount", expect(books.api.get(f"/bank_accounts/{account}"), 200))
    check("getEinvoicingSettings", expect(books.api.get("/einvoicing/settings"), 200))
    check("getInvoicingSettings", expect(books.api.get("/settings"), 200))


def test_reminders_and_recurring_invoices(books: Books) -> None:
    check("createReminder", expect(books.reminder(), 201))
    check("listReminders", expect(books.api.get("/reminders"), 200))
    made = expect(books.recurring_invoice(), 201)
    check("createRecurringInvoice", made)
    check("getRecurringInvoice", expect(books.api.get(f"/recurring_invoices/{made['id']}"), 200))
    check("listRecurringInvoices", expect(books.api.get("/recurring_invoices"), 200))


def test_webhook_subscriptions(books: Books) -> None:
    made = expect(books.webhook(), 201)
    check("createWebhookSubscription", made)
    check("getWebhookSubscription", expect(books.api.get(f"/webhook_subscriptions/{made['id']}"), 200))
    check("listWebhookSubscriptions", expect(books.api.get("/webhook_subscriptions"), 200))


def test_files(books: Books) -> None:
    sent = {"file": ("a.pdf", blank_pdf(), "application/pdf")}
    made = expect(books.api.http.post("/v2/attachments", files=sent), 200)
    check("uploadAttachment", {"attachment": made["attachment"]})
    check("getAttachment", expect(books.api.get(f"/attachments/{made['attachment']['id']}"), 200))
