"""Makes src/counterfoil/rest/openapi_examples.json: a day of one company, each call as sent and as answered.

`python -m tests.rest.openapi_examples` writes it. The time and every id are the same in each run, and those of one call
do not depend on what other calls draw, so that a change of one answer changes one example.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel

from counterfoil.app import House, create_app, tools_of
from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.jobs.runner import Runner
from counterfoil.operations import organization
from counterfoil.operations.work import Actor
from counterfoil.ports.callbacks import Answer
from counterfoil.ports.ids import seeded, uuid7
from counterfoil.ports.mail import CatcherMailer
from counterfoil.rest.api import ROUTES
from counterfoil.rest.calls import ACTOR_KEY
from counterfoil.sdk.asgi import AsgiSend
from counterfoil.sdk.wire import Request, UploadPart, form
from counterfoil.settings import Settings
from tests.support.hostile_files import pdf
from tests.support.houses import CLIENT, IBAN, PROFILE

FILE = Path("src/counterfoil/rest/openapi_examples.json")
START = datetime(2026, 6, 29, 8, 0, tzinfo=UTC)
BASE_URL = "https://billing.example.com"
ROUTE_OF = {route.handler.__name__: route for route in ROUTES}
FAKE_SECRET = "this-is-an-example-and-no-real-secret"
Json = dict[str, Any]
ITEM = {
    "title": "Consulting June 2026", "quantity": "1", "unit": "day",
    "unit_price": {"value": "1200.00", "currency": "EUR"}, "vat_rate": "0.2",
}  # fmt: skip
MAIL = {"send_to": ["billing@acme.example"], "email_title": "Your invoice", "email_body": "Please find it attached."}


def eur(value: str) -> dict[str, str]:
    return {"value": value, "currency": "EUR"}


class Receiver:
    """Stands where webhooks go to, and takes everything."""

    def post(self, url: str, body: bytes, *, secret: str) -> Answer:
        return Answer(200)


@dataclass
class StandingClock:
    """A minute later at each call, and not in between."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment


@dataclass
class Company:
    """The company that makes the calls. shown: by operation, the first request that was sent and its answer."""

    directory: Path
    clock: StandingClock = field(default_factory=StandingClock)
    shown: dict[str, Json] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.house = House(Settings(data=self.directory, public_url=BASE_URL), clock=self.clock)
        # What signs download links is drawn from the machine; here it must be the same in each run.
        self.house.doors = replace(self.house.doors, signing_key=b"example")
        # Nor may an exchange's own id, which stands in the journal, whose hashes stand on PDFs.
        self.house.works.request_id = lambda: "example"
        with seeded("company"):
            self.actor = Actor(uuid7(START), "example", ALL_SCOPES)
            with self.house.works.write(self.actor) as work:
                profile = organization.with_country_defaults({**PROFILE, "legal_form": "SARL"})
                organization.create(work, profile, iban=IBAN, slug="atelier-lumiere-1234")
        self.send = AsgiSend(create_app(self.house), scope={ACTOR_KEY: self.actor})

    async def call(self, name: str, body: Json | None = None, *, files: object = None, **params: str) -> Json:
        """Makes the call of an operation, and keeps it as its example if it is the first. The answer, {} for none."""
        route = ROUTE_OF[name]
        sent: Json = {} if body is None else {"json": body}
        if isinstance(files, list):
            content, media = form(files)
            sent = {"content": content, "headers": {"content-type": media}}
        self.clock.moment += timedelta(minutes=1)
        self.calls[name] += 1
        with seeded(f"{name} {self.calls[name]}"):
            answer = await self.send(Request(route.method, route.path.format(**params), dict, **sent))
        if answer.status != route.status:
            raise RuntimeError(f"{name}: {answer.status} {answer.body.decode()}")
        found: Json = json.loads(answer.body) if answer.body else {}
        request = {"request": body} if body is not None and is_model(route.takes) else {}
        self.shown.setdefault(name, request | ({"response": found} if answer.body else {}))
        return found

    def work_off(self, kind: str) -> None:
        """Does the jobs that are due, in this thread."""
        self.clock.moment += timedelta(minutes=1)
        tools, close = tools_of(self.house, CatcherMailer(self.directory / "mail"))
        self.calls[kind] += 1
        with seeded(f"{kind} {self.calls[kind]}"):
            Runner(replace(tools, callbacks=Receiver()), (kind,)).drain()
        close()


def is_model(takes: object) -> bool:
    return isinstance(takes, type) and issubclass(takes, BaseModel)


def make() -> dict[str, Json]:
    """All examples, in the order of the routes."""
    with TemporaryDirectory() as directory:
        company = Company(Path(directory))
        try:
            asyncio.run(_a_day(company))
        finally:
            company.house.close()
    return {name: company.shown[name] for name in ROUTE_OF if company.shown.get(name)}


def text_of(examples: Mapping[str, Json]) -> str:
    """As the file has it."""
    return pretty(examples) + "\n"


def pretty(value: Any, level: int = 0) -> str:
    """JSON to read and to compare: what fits on a line stands on one."""
    short = json.dumps(value, ensure_ascii=False)
    if len(short) + level <= 110 or not isinstance(value, dict | list):
        return short
    if isinstance(value, dict):
        parts = [f"{json.dumps(name, ensure_ascii=False)}: {pretty(each, level + 1)}" for name, each in value.items()]
    else:
        parts = [pretty(each, level + 1) for each in value]
    start, end = "{}" if isinstance(value, dict) else "[]"
    inner = ",\n".join(" " * (level + 1) + part for part in parts)
    return f"{start}\n{inner}\n{' ' * level}{end}"


async def _a_day(company: Company) -> None:
    client_id = await _clients(company)
    await _organization(company)
    product_id = await _products(company)
    invoice_id = await _invoices(company, client_id, product_id)
    await _invoice_files(company, client_id)
    await _credit_notes(company, client_id)
    await _quotes(company, client_id)
    await _supplier_invoices(company)
    await _automation(company, client_id)
    await _webhooks(company, client_id, invoice_id)
    await _settings(company)


async def _clients(company: Company) -> str:
    client = {**CLIENT, "name": "ACME SAS", "email": "billing@acme.example", "extra_emails": ["cfo@acme.example"],
              "phone": {"country_code": "+33", "number": "612345678"}, "vat_number": "FR96552100554",
              "tax_identification_number": "552100554"}  # fmt: skip
    made = (await company.call("create_client", client))["client"]
    await company.call("list_clients")
    await company.call("get_client", id=made["id"])
    await company.call("update_client", {"email": "invoices@acme.example"}, id=made["id"])
    other = (await company.call("create_client", {**client, "name": "Gone SAS"}))["client"]
    await company.call("delete_client", id=other["id"])
    return str(made["id"])


async def _organization(company: Company) -> None:
    await company.call("get_organization")
    await company.call("update_organization", {"payment_terms_days": 45, "accent_color": "#225544"})
    account = (await company.call("list_bank_accounts"))["bank_accounts"][0]
    await company.call("get_bank_account", id=account["id"])
    file = await company.call("upload_attachment", files=[("file", UploadPart("terms.pdf", pdf("terms")))])
    await company.call("get_attachment", id=file["attachment"]["id"])
    asked = {"file_name": "plan.pdf", "content_type": "application/pdf"}
    link = (await company.call("request_attachment_upload", asked))["attachment_upload"]
    path, _, query = link["upload_url"].removeprefix(BASE_URL).partition("?")
    headers = {"content-type": "application/pdf"}
    put: Request[Json] = Request("PUT", path, dict, params=parse_qsl(query), content=pdf("plan"), headers=headers)
    answer = await company.send(put)
    if answer.status >= 300:
        raise RuntimeError(f"put: {answer.status} {answer.body.decode()}")
    await company.call("use_attachment_upload", {"target": "standalone"}, blob_ref=link["blob_ref"])


async def _products(company: Company) -> str:
    product = {"title": "Consulting hour", "type": "service", "unit_price": eur("150.00"), "vat_rate": "0.2",
               "unit": "hour", "description": "One hour of advice",
               "links": [{"title": "What it is", "url": "https://atelier.example/consulting"}]}  # fmt: skip
    made = (await company.call("create_product", product))["product"]
    await company.call("list_products")
    await company.call("get_product", id=made["id"])
    await company.call("update_product", {"unit_price": eur("160.00")}, id=made["id"])
    await company.call("put_product", {**product, "unit_price": eur("165.00")}, id=made["id"])
    other = (await company.call("create_product", {**product, "title": "Gone"}))["product"]
    await company.call("delete_product", id=other["id"])
    return str(made["id"])


def _invoice(client_id: str) -> Json:
    return {
        "client_id": client_id, "status": "draft", "issue_date": "2026-06-29", "due_date": "2026-07-29",
        "performance_start_date": "2026-06-01", "performance_end_date": "2026-06-30", "currency": "EUR",
        "payment_methods": {"iban": IBAN}, "purchase_order": "PO-77", "items": [ITEM],
    }  # fmt: skip


async def _invoices(company: Company, client_id: str, product_id: str) -> str:
    made = (await company.call("create_client_invoice", _invoice(client_id)))["client_invoice"]
    invoice_id = str(made["id"])
    discount = {"type": "percentage", "value": "0.05"}
    change = {"items": [{"product_id": product_id, "quantity": "8"}], "discount": discount}
    await company.call("update_client_invoice", change, id=invoice_id)
    await company.call("get_client_invoice_compliance", id=invoice_id)
    page = await company.call("get_client_invoice_page", id=invoice_id)
    page["page"] = {"html": page["page"]["html"][:60] + "…", "accent_style": page["page"]["accent_style"][:60] + "…"}
    await company.call("finalize_client_invoice", id=invoice_id)
    await company.call("send_client_invoice", MAIL, id=invoice_id)
    company.work_off("render")
    company.work_off("send_email")
    await company.call("get_client_invoice", id=invoice_id)
    await company.call("list_client_invoices")
    await company.call("list_client_invoice_emails", id=invoice_id)
    await company.call("list_client_invoice_documents", id=invoice_id)
    await company.call("create_client_invoice_document", {"kind": "ubl"}, id=invoice_id)
    await company.call("mark_client_invoice_as_paid", {"paid_at": "2026-06-29"}, id=invoice_id)
    await company.call("unmark_client_invoice_as_paid", id=invoice_id)
    wrong = (await company.call("create_client_invoice", _invoice(client_id) | {"status": "unpaid"}))["client_invoice"]
    await company.call("mark_client_invoice_as_canceled", id=wrong["id"])
    draft = (await company.call("create_client_invoice", _invoice(client_id)))["client_invoice"]
    await company.call("delete_client_invoice", id=draft["id"])
    return invoice_id


async def _invoice_files(company: Company, client_id: str) -> None:
    file = UploadPart("invoice.pdf", pdf("invoice"))
    await company.call("import_client_invoices", files=[("client_invoices", UploadPart("F-2025-311.pdf", pdf("311")))])
    made = await company.call("upload_client_invoice_file", files=[("client_invoices_upload", file)])
    await company.call("get_client_invoice_upload", id=made["client_invoice_upload"]["id"])
    draft = (await company.call("create_client_invoice", _invoice(client_id)))["client_invoice"]
    made = await company.call("upload_file_of_client_invoice", files=[("file", file)], id=draft["id"])
    await company.call("get_upload_of_client_invoice", id=draft["id"], upload_id=made["upload"]["id"])


async def _credit_notes(company: Company, client_id: str) -> None:
    invoice = await company.call("create_client_invoice", _invoice(client_id) | {"status": "unpaid"})
    note = {"invoice_id": invoice["client_invoice"]["id"], "issue_date": "2026-06-29", "reason": "One hour less",
            "currency": "EUR", "items": [{**ITEM, "unit_price": eur("150.00")}]}  # fmt: skip
    made = (await company.call("create_credit_note", note))["credit_note"]
    company.work_off("render")
    await company.call("get_credit_note", id=made["id"])
    await company.call("list_credit_notes")
    await company.call("get_credit_note_compliance", id=made["id"])
    await company.call("list_credit_note_documents", id=made["id"])
    await company.call("create_credit_note_document", {"kind": "ubl"}, id=made["id"])


async def _quotes(company: Company, client_id: str) -> None:
    quote = {
        "client_id": client_id, "issue_date": "2026-06-29", "expiry_date": "2026-07-31", "currency": "EUR",
        "terms_and_conditions": "30 % on order.", "items": [{**ITEM, "title": "Study", "vat_rate": "20"}],
    }  # fmt: skip
    made = await company.call("create_quote", quote)
    await company.call("update_quote", {"header": "As discussed on the phone"}, id=made["id"])
    await company.call("send_quote", {**MAIL, "email_title": "Our offer"}, id=made["id"])
    company.work_off("render")
    company.work_off("send_email")
    await company.call("get_quote", id=made["id"])
    await company.call("list_quotes")
    await company.call("list_quote_emails", id=made["id"])
    await company.call("convert_quote", {"due_date": "2026-08-31"}, id=made["id"])
    other = await company.call("create_quote", quote)
    await company.call("delete_quote", id=other["id"])


async def _supplier_invoices(company: Company) -> None:
    bill: list[tuple[str, UploadPart | str]] = [
        ("supplier_invoices[][file]", UploadPart("bill.pdf", pdf("bill"))),
        ("supplier_invoices[][idempotency_key]", "bill-3382"),
    ]
    made = (await company.call("create_supplier_invoices", files=bill))["supplier_invoices"][0]
    known = {
        "invoice_number": "INV-3382", "supplier_name": "Hosting SA", "issue_date": "2026-06-01",
        "due_date": "2026-07-01", "total_amount": eur("60.00"), "total_amount_excluding_taxes": eur("50.00"),
        "taxes": [{"tax_rate": "0.2", "tax_amount": eur("10.00")}], "iban": IBAN,
    }  # fmt: skip
    await company.call("update_supplier_invoice", known, id=made["id"])
    await company.call("get_supplier_invoice", id=made["id"])
    await company.call("list_supplier_invoices")
    payment = {"supplier_invoice": {"payment_date": "2026-06-29"}}
    await company.call("mark_supplier_invoice_as_paid", payment, id=made["id"])
    await company.call("unmark_supplier_invoice_as_paid", id=made["id"])
    rejection = {"supplier_invoice": {"declined_note": "We did not order this"}}
    await company.call("reject_supplier_invoice", rejection, id=made["id"])


async def _automation(company: Company, client_id: str) -> None:
    rules = [
        {"operator": "before", "offset_days": 3, "email_title": "Your invoice is due soon"},
        {"operator": "after", "offset_days": 7, "email_title": "Your invoice is overdue", "email_body": "A reminder."},
    ]
    reminder = {"client_id": client_id, "send_to": ["billing@acme.example"], "copy_to_self": True, "rules": rules}
    made = await company.call("create_reminder", reminder)
    await company.call("get_reminder", id=made["id"])
    await company.call("list_reminders")
    await company.call("replace_reminder", {"rules": rules[1:]}, id=made["id"])
    await company.call("delete_reminder", id=made["id"])
    recurring = {
        "client_id": client_id, "start_date": "2026-07-31", "frequency": {"value": 1, "recurrence": "monthly"},
        "payment_terms_days": 30, "bank_account": {"iban": IBAN}, "invoice_status": "unpaid", "currency": "EUR",
        "items": [ITEM],
    }  # fmt: skip
    made = await company.call("create_recurring_invoice", recurring)
    await company.call("get_recurring_invoice", id=made["id"])
    await company.call("list_recurring_invoices")
    await company.call("suspend_recurring_invoice", id=made["id"])
    await company.call("reactivate_recurring_invoice", id=made["id"])
    await company.call("cancel_recurring_invoice", id=made["id"])


async def _webhooks(company: Company, client_id: str, invoice_id: str) -> None:
    new = {"callback_url": "https://hooks.example.com/counterfoil", "types": ["v1/client-invoices"],
           "secret": FAKE_SECRET, "description": "bookkeeping"}  # fmt: skip
    made = await company.call("create_webhook_subscription", new)
    await company.call("get_webhook_subscription", id=made["id"])
    await company.call("list_webhook_subscriptions")
    await company.call("mark_client_invoice_as_paid", id=invoice_id)
    company.work_off("deliver_webhook")
    (sent,) = (await company.call("list_webhook_deliveries", id=made["id"]))["deliveries"]
    await company.call("replay_webhook_delivery", id=made["id"], delivery_id=sent["id"])
    change = {"callback_url": "https://hooks.example.com/v2", "types": ["v1/client-invoices", "v1/clients"]}
    await company.call("update_webhook_subscription", change, id=made["id"])
    await company.call("delete_webhook_subscription", id=made["id"])


async def _settings(company: Company) -> None:
    await company.call("get_settings")
    await company.call("update_settings", {"numbering_mode": "manual"})
    await company.call("get_einvoicing_settings")


if __name__ == "__main__":
    FILE.write_text(text_of(make()), encoding="utf-8")
