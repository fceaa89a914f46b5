"""What a person would say to an assistant, done by the calls that its words allow.

Each line is said as those who sell such assistants propose it. Its calls carry nothing but the words of the line and
what earlier answers told in words: no id is ever written. At most three calls a line; one that waited for its approval
and went on counts once. What came of it is read over the API.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.testclient import TestClient

from counterfoil.app import House, create_app, tools_of
from counterfoil.jobs.runner import Runner
from counterfoil.operations.work import Actor
from counterfoil.ports.mail import CatcherMailer
from tests.jobs.conftest import PlainRenderer
from tests.mcp.conftest import Answer, Office
from tests.mcp.connecting import ERAS, Assistant
from tests.mcp.test_approvals import yes
from tests.support.houses import Company
from tests.support.server import Api, Organization, expect, make_organization
from tests.support.supplier_invoices import eur, filled

CALLS_MAX = 3
AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}", re.IGNORECASE)
JUNE = {"title": "Consulting June 2026", "unit_price": 1200, "vat_rate_percent": 20}


@dataclass
class Said:
    """A line said to an assistant, and the calls that it takes."""

    assistant: Assistant
    calls: list[str] = field(default_factory=list)

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        assert not AN_ID.search(json.dumps(arguments)), f"{tool}: an id was written: {arguments}"
        self.calls.append(tool)
        assert len(self.calls) <= CALLS_MAX, self.calls
        return await self.assistant.ask(tool, **arguments)


Line = Callable[[Said], Awaitable[Any]]


class Books(Api):
    """An organization in this process: over the API, and as an assistant has it."""

    def __init__(self, house: House, organization: Organization) -> None:
        self.organization = organization
        self.office = Office(house, organization.id)
        self.http = TestClient(create_app(house), headers={"Authorization": organization.api_key})

    @property
    def today(self) -> str:
        return "2026-07-01"

    def say(self, line: Line, era: str, *, policy: str = "never", answer: Answer | None = None) -> list[str]:
        """Has a line done; answers which tools were called."""

        async def scenario(assistant: Assistant) -> list[str]:
            said = Said(assistant)
            await line(said)
            return said.calls

        return self.office.work(scenario, era=era, policy=policy, answer=answer)

    def received(self, number: str, **known: Any) -> str:
        """A supplier invoice that came as a file; its id."""
        company = Company(self.office.house, Actor(self.organization.id, "file"))
        about = {"supplier_name": "Papeterie Dupont", "issue_date": "2026-05-01", "total_amount": eur("120.00")}
        return filled(company, f"{self.organization.id} {number}", invoice_number=number, **about | known)

    def quote(self, client_id: str, **more: Any) -> dict[str, Any]:
        body = {
            "client_id": client_id, "issue_date": "2026-07-01", "expiry_date": "2026-07-31", "currency": "EUR",
            "terms_and_conditions": "", "items": [self.item()], **more,
        }  # fmt: skip
        return expect(self.post("/quotes", body), 201)["quote"]

    def listed(self, path: str, name: str) -> list[dict[str, Any]]:
        return list(expect(self.get(path), 200)[name])

    def mails(self, path: str) -> list[tuple[str, list[str]]]:
        """What is to be mailed of a document: state and recipients."""
        return [(mail["status"], mail["send_to"]) for mail in self.listed(f"{path}/emails", "emails")]


@pytest.fixture
def books(house: House) -> Iterator[Books]:
    found = Books(house, make_organization(house.settings.data, "FR"))
    yield found
    found.http.close()


@pytest.fixture
def acme(books: Books) -> str:
    """The client of the lines, among others; its id."""
    books.client(name="Zenith Conseil", email="z@zenith.example")
    return str(books.client(name="ACME", email="accounts@acme.com")["id"])


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("policy", ["never", "always"])
def test_draft_finalize_and_email_an_invoice(books: Books, acme: str, era: str, policy: str) -> None:
    # "Draft a €1,200 + 20% VAT invoice to ACME for “Consulting June 2026”, finalize it, and email it to
    # billing@acme.com."
    user = yes()

    async def line(said: Said) -> None:
        mail = {"send_to": ["billing@acme.com"]}
        await said.ask("create_client_invoice", client_id="ACME", items=[JUNE], finalize=True, send=mail)

    assert books.say(line, era, policy=policy, answer=user) == ["create_client_invoice"]
    # The user was asked once, for all of it.
    assert len(user.asked) == (policy == "always")
    (invoice,) = books.listed("/client_invoices", "client_invoices")
    assert (invoice["status"], invoice["number"], invoice["client"]["id"]) == ("unpaid", "F-2026-001", acme)
    assert (invoice["total_amount"]["value"], invoice["vat_amount"]["value"]) == ("1440.00", "240.00")
    assert [item["title"] for item in invoice["items"]] == ["Consulting June 2026"]
    assert books.mails(f"/client_invoices/{invoice['id']}") == [("queued", ["billing@acme.com"])]


def test_the_mail_of_the_line_does_go(books: Books, acme: str) -> None:
    async def line(said: Said) -> None:
        mail = {"send_to": ["billing@acme.com"]}
        await said.ask("create_client_invoice", client_id="ACME", items=[JUNE], finalize=True, send=mail)

    books.say(line, ERAS[-1])
    tools, _ = tools_of(books.office.house, CatcherMailer(books.office.house.settings.data / "mail"), PlainRenderer())
    for kind in ("render", "send_email"):  # a mail that waits for its PDF is tried later, and this clock stands still
        Runner(tools, (kind,)).drain()
    (invoice,) = books.listed("/client_invoices", "client_invoices")
    assert invoice["client"]["id"] == acme
    assert books.mails(f"/client_invoices/{invoice['id']}") == [("sent", ["billing@acme.com"])]


@pytest.mark.parametrize("era", ERAS)
def test_mark_the_latest_unpaid_invoice_as_paid(books: Books, acme: str, era: str) -> None:
    # "Mark the latest unpaid invoice from ACME as paid on 2026-05-15."
    day = {"issue_date": "2026-05-01", "due_date": "2026-05-31"}
    earlier, latest = (books.issued(client_id=acme, **day)["id"] for _ in range(2))
    others = [books.issued(**day)["id"], books.draft(client_id=acme, **day)["id"]]

    async def line(said: Said) -> None:
        found = await said.ask("list_client_invoices", client_id="ACME", status=["unpaid"], per_page=1)
        (row,) = found["client_invoices"]
        await said.ask("mark_client_invoice_as_paid", id=row["number"], paid_at="2026-05-15")

    assert len(books.say(line, era)) == 2
    assert books.invoice(latest)["status"] == "paid"
    assert books.invoice(latest)["paid_at"][:10] == "2026-05-15"
    assert "paid" not in {books.invoice(each)["status"] for each in (earlier, *others)}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("policy", ["never", "always"])
def test_issue_a_credit_note_by_the_invoices_number(books: Books, acme: str, era: str, policy: str) -> None:
    # "Issue a €120 credit note against invoice INV-2026-042."
    item = books.item(unit_price={"value": "1200.00", "currency": "EUR"})
    invoice = books.issued(client_id=acme, number="INV-2026-042", items=[item])

    async def line(said: Said) -> None:
        await said.ask("create_credit_note", invoice_id="INV-2026-042", amount=120)

    assert len(books.say(line, era, policy=policy, answer=yes())) == 1
    (note,) = books.listed("/credit_notes", "credit_notes")
    assert (note["invoice_id"], note["total_amount"]) == (invoice["id"], eur("120.00"))
    assert note["vat_amount"]["value"] == "20.00"
    assert note["client"]["id"] == acme


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("policy", ["never", "always"])
def test_send_the_latest_draft_quote(books: Books, acme: str, era: str, policy: str) -> None:
    # "Send the latest draft quote for ACME to ops@acme.com."
    first, latest, sent = (books.quote(acme, header=text) for text in ("first", "latest", "sent"))
    other = books.quote(str(books.client(name="Other")["id"]))
    letter = {"send_to": ["a@b.example"], "email_title": "Devis", "copy_to_self": False}
    expect(books.post(f"/quotes/{sent['id']}/send", letter), 204)

    async def line(said: Said) -> None:
        drafts = {"status": ["pending_approval"], "sent": False, "per_page": 1}
        (row,) = (await said.ask("list_quotes", client_id="ACME", **drafts))["quotes"]
        await said.ask("send_quote", id=row["number"], send_to=["ops@acme.com"])

    assert len(books.say(line, era, policy=policy, answer=yes())) == 2
    assert books.mails(f"/quotes/{latest['id']}") == [("queued", ["ops@acme.com"])]
    assert [books.mails(f"/quotes/{each['id']}") for each in (first, other)] == [[], []]
    assert len(books.mails(f"/quotes/{sent['id']}")) == 1


@pytest.mark.parametrize("era", ERAS)
def test_mark_a_supplier_invoice_as_paid(books: Books, era: str) -> None:
    # "Mark supplier invoice INV-3382 as paid on 2026-05-20."
    invoice_id, other = books.received("INV-3382"), books.received("INV-3383")

    async def line(said: Said) -> None:
        await said.ask("change_supplier_invoice_status", id="INV-3382", mark_as_paid="2026-05-20")

    assert len(books.say(line, era)) == 1
    paid = expect(books.get(f"/supplier_invoices/{invoice_id}"), 200)["supplier_invoice"]
    assert (paid["status"], paid["payment_date"]) == ("paid", "2026-05-20")
    assert expect(books.get(f"/supplier_invoices/{other}"), 200)["supplier_invoice"]["status"] != "paid"


@pytest.mark.parametrize("era", ERAS)
def test_which_supplier_invoices_are_unpaid_after_sixty_days(books: Books, era: str) -> None:
    # "Which supplier invoices are still unpaid after 60 days?" It is 1 July; 2 May is 60 days ago.
    books.received("OLD", issue_date="2026-03-01")
    books.received("JUST", issue_date="2026-05-02")
    books.received("YOUNG", issue_date="2026-05-03")
    paid = books.received("PAID", issue_date="2026-01-15")
    expect(books.post(f"/supplier_invoices/{paid}/mark_as_paid", {"payment_date": "2026-06-01"}), 200)
    told: list[dict[str, Any]] = []

    async def line(said: Said) -> None:
        told.append(await said.ask("list_supplier_invoices", unpaid_after_days=60))

    assert len(books.say(line, era)) == 1
    rows = told[0]["supplier_invoices"]
    assert [row["written_by_supplier"]["invoice_number"] for row in rows] == ["OLD", "JUST"]
    assert told[0]["has_more"] is False
    assert {row["total"] for row in rows} == {"120.00"}


@pytest.mark.parametrize("era", ERAS)
def test_add_a_product(books: Books, era: str) -> None:
    # They say: "Add a “Consulting hour” service product at €150 + 20% VAT."
    async def line(said: Said) -> None:
        await said.ask("create_product", title="Consulting hour", type="service", unit_price=150, vat_rate_percent=20)

    assert len(books.say(line, era)) == 1
    (product,) = books.listed("/products", "products")
    assert (product["title"], product["type"]) == ("Consulting hour", "service")
    assert (float(product["unit_price"]["value"]), product["unit_price"]["currency"]) == (150, "EUR")
    assert float(product["vat_rate"]) == 0.2
