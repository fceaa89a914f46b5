"""A whole house in this process, on a clock that tests can move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from counterfoil.app import House, create_app
from counterfoil.domain.oauth import Client as OAuthClient
from counterfoil.operations import attachments
from counterfoil.operations.kinds import KINDS
from counterfoil.operations.work import Actor
from counterfoil.settings import Settings
from tests.support import databases
from tests.support.oauth import Site, StandingClock, site
from tests.support.server import Organization, make_organization

TODAY = "2026-10-05"
LATER = "2026-10-20"


@dataclass
class MovableClock:
    """Stands still until it is moved."""

    moment: datetime = datetime(2026, 10, 5, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


class Company:
    """A French company, its house and a browser-like visitor who has no key."""

    def __init__(self, house: House, organization: Organization, clock: MovableClock) -> None:
        self.house = house
        self.organization = organization
        self.clock = clock
        self.visitor = TestClient(create_app(house), base_url="http://127.0.0.1:8642")
        self._key = {"Authorization": organization.api_key}

    def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """A call of the API with the company's key, which must succeed."""
        sent = {} if body is None else {"json": body}
        answer = self.visitor.request(method, f"/v2{path}", headers=self._key, **sent)
        assert answer.is_success, answer.text
        return dict(answer.json()) if answer.content else {}

    def client(self, **more: Any) -> str:
        """A new client's id."""
        address = {"street_address": "4 place du Marché", "city": "Nantes", "zip_code": "44000", "country_code": "FR"}
        body = {
            "kind": "company", "name": "Éditions du Port", "currency": "EUR", "locale": "fr",
            "billing_address": address, "vat_number": "FR40303265045", "tax_identification_number": "303265045",
        }  # fmt: skip
        return str(self.call("POST", "/clients", body | more)["client"]["id"])

    def invoice(self, *, client: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """A new invoice, issued unless `more` says draft. client: what its client has that the usual one has not."""
        item = {"title": "Conseil", "quantity": "3", "unit_price": {"value": "411.37", "currency": "EUR"},
                "vat_rate": "0.2"}  # fmt: skip
        body = {"client_id": self.client(**(client or {})), "status": "unpaid", "issue_date": TODAY, "due_date": LATER,
                "currency": "EUR", "items": [item]}  # fmt: skip
        return dict(self.call("POST", "/client_invoices", body | more)["client_invoice"])

    def quote(self, *, client: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """A new quote that holds until LATER. client: what its client has that the usual one has not."""
        item = {"title": "Conseil", "quantity": "3", "unit_price": {"value": "411.37", "currency": "EUR"},
                "vat_rate": "0.2"}  # fmt: skip
        body = {"client_id": self.client(**(client or {})), "issue_date": TODAY, "expiry_date": LATER,
                "items": [item], "currency": "EUR",
                "terms_and_conditions": "Acompte de 30 % à la commande."}  # fmt: skip
        return dict(self.call("POST", "/quotes", body | more)["quote"])

    def quote_now(self, quote: dict[str, Any]) -> dict[str, Any]:
        """The quote as the API answers it now."""
        return dict(self.call("GET", f"/quotes/{quote['id']}")["quote"])

    def credit(self, invoice: dict[str, Any], amount: str) -> dict[str, Any]:
        """A new credit note over so much of the invoice, VAT included."""
        body = {"invoice_id": invoice["id"], "issue_date": TODAY, "currency": "EUR", "reason": "Retour",
                "amount": {"value": amount, "currency": "EUR"}}  # fmt: skip
        return dict(self.call("POST", "/credit_notes", body)["credit_note"])

    def act(self, invoice: dict[str, Any], action: str, body: object = None) -> dict[str, Any]:
        """The invoice after POST /v2/client_invoices/{id}/{action}."""
        return dict(self.call("POST", f"/client_invoices/{invoice['id']}/{action}", body)["client_invoice"])

    def attach(self, document: dict[str, Any], pdf: bytes, kind: str = "client_invoice") -> None:
        """Does what the render job does when it is done, with `pdf` as the document's PDF."""
        with self.house.works.write(Actor(self.organization.id, "test")) as work:
            row = attachments.create(
                work, file_name="Facture é.pdf", content_type="application/pdf", size=len(pdf),
                sha256=self.house.blobs.put(pdf), document=(kind, document["id"]),
            )  # fmt: skip
            KINDS[kind].set_attachment(work, KINDS[kind].get(work, document["id"]), row.id)

    def wait(self, **time: int) -> None:
        """Moves the clock, as timedelta counts."""
        self.clock.moment += timedelta(**time)


def path_of(invoice: dict[str, Any]) -> str:
    """The path of the invoice's page."""
    return "/i/" + invoice["invoice_url"].rsplit("/i/", 1)[1]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company shared by a file's tests; whoever moves its clock takes `timed`."""
    yield from _company(tmp_path_factory.mktemp("house"))


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Company]:
    """A company of one's own, whose clock may be moved."""
    yield from _company(tmp_path)


def _company(data: Path) -> Iterator[Company]:
    organization = make_organization(data, "FR", phone="+33 4 72 00 00 00")
    clock = MovableClock()
    house = House(Settings(data=data, **databases.settings_of(data)), clock=clock)
    yield Company(house, organization, clock)
    house.close()


# Of the files about OAuth: one site each, unless a file has its own.


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site shared by a file's tests; its clock may be moved forward by whoever needs to."""
    with site(tmp_path_factory.mktemp("oauth") / "data", clock=StandingClock()) as found:
        yield found


@pytest.fixture(scope="module")
def public(running: Site) -> OAuthClient:
    return running.client(is_public=True)[0]


@pytest.fixture(scope="module")
def owner(running: Site) -> httpx.Client:
    return running.person()
