"""A house without a server: the real store on a real file, and operations called as the doors call them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from counterfoil.app import House
from counterfoil.domain.client import ClientFields
from counterfoil.domain.client_invoice import NewClientInvoice
from counterfoil.domain.credit_note import NewCreditNote
from counterfoil.domain.quote import NewQuote
from counterfoil.operations import client_invoices, clients, credit_notes, organization, quotes
from counterfoil.operations.work import Actor, Work
from counterfoil.ports.ids import uuid7
from counterfoil.settings import Settings
from counterfoil.store.rows import CreditNoteRow, InvoiceRow, QuoteRow
from tests.support import databases

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IBAN = "FR7630006000011234567890189"
PROFILE = {
    "legal_name": "Atelier Lumière SARL", "legal_country": "FR", "legal_number": "732829320",
    "vat_number": "FR44732829320", "address_line_1": "12 rue des Lilas", "address_zipcode": "69003",
    "address_city": "Lyon", "email": "factures@atelier.example", "transaction_type": "services",
}  # fmt: skip
CLIENT = {
    "kind": "company", "name": "Client Exemple", "email": "compta@client.example", "currency": "EUR", "locale": "fr",
    "tax_identification_number": "732829320",
    "billing_address": {
        "street_address": "4 place du Marché", "city": "Nantes", "zip_code": "44000", "country_code": "FR",
    },
}  # fmt: skip


@dataclass
class SteppingClock:
    """A clock that goes on by `step` at each look, and jumps when told to."""

    moment: datetime = START
    step: timedelta = timedelta(milliseconds=1)

    def now(self) -> datetime:
        self.moment += self.step
        return self.moment

    def jump(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class Company:
    """One organization of a house, with a client of its own."""

    house: House
    actor: Actor
    client_id: str = ""
    clock: SteppingClock = field(default_factory=SteppingClock)

    @property
    def id(self) -> str:
        return self.actor.organization_id

    @contextmanager
    def write(self) -> Iterator[Work]:
        with self.house.works.write(self.actor) as work:
            yield work

    @contextmanager
    def read(self) -> Iterator[Work]:
        with self.house.works.read(self.actor) as work:
            yield work

    def new_invoice(self, **more: Any) -> NewClientInvoice:
        """What a create call sends: a draft of one line."""
        body = {
            "client_id": self.client_id, "issue_date": "2026-03-02", "due_date": "2026-04-01", "currency": "EUR",
            "status": "draft",
            "items": [
                {
                    "title": "Conseil", "quantity": "2", "unit_price": {"value": "100.00", "currency": "EUR"},
                    "vat_rate": "0.2",
                }
            ],
        }  # fmt: skip
        return NewClientInvoice.model_validate_json(json.dumps(body | more))

    def create(self, **more: Any) -> InvoiceRow:
        """A new draft, or with status="unpaid" an invoice finalized at once."""
        with self.write() as work:
            return client_invoices.create(work, self.new_invoice(**more)).row

    def new_quote(self, **more: Any) -> NewQuote:
        """What a create call of a quote sends: one line, a month to think."""
        body = {
            "client_id": self.client_id, "issue_date": "2026-03-02", "expiry_date": "2026-04-01", "currency": "EUR",
            "terms_and_conditions": "Acompte de 30 % à la commande.",
            "items": [
                {
                    "title": "Étude", "quantity": "2", "unit_price": {"value": "100.00", "currency": "EUR"},
                    "vat_rate": "20",
                }
            ],
        }  # fmt: skip
        return NewQuote.model_validate_json(json.dumps(body | more))

    def quote(self, **more: Any) -> QuoteRow:
        """A new quote."""
        with self.write() as work:
            return quotes.create(work, self.new_quote(**more)).row

    def credit(self, invoice_id: str, amount: str = "1.00", **more: Any) -> CreditNoteRow:
        """A credit note over an amount with VAT of an invoice, unless `more` has items."""
        wanted = more if "items" in more else {"amount": amount, **more}
        body = {"invoice_id": invoice_id, "issue_date": "2026-03-02", "reason": "Retour", "currency": "EUR", **wanted}
        new = NewCreditNote.model_validate_json(json.dumps(body))
        with self.write() as work:
            return credit_notes.create(work, new).row

    def finalize(self, invoice_id: str) -> InvoiceRow:
        with self.write() as work:
            return client_invoices.finalize(work, invoice_id).row

    def get(self, invoice_id: str) -> InvoiceRow:
        with self.read() as work:
            return client_invoices.get(work, invoice_id)


def open_house(data: Path, clock: SteppingClock | None = None) -> House:
    """A house on `data` that serves nothing and runs no jobs. A new one begins as a copy of a migrated database."""
    if not data.exists():
        data.mkdir(mode=0o700)
        if not databases.is_postgresql():
            (data / "counterfoil.db").write_bytes(_migrated())
    return House(Settings(data=data, **databases.settings_of(data)), clock=clock)


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as directory:
        House(Settings(data=Path(directory))).close()
        return (Path(directory) / "counterfoil.db").read_bytes()


def new_company(house: House, *, clock: SteppingClock | None = None, **profile: Any) -> Company:
    """A French company with one client, made by the same operations as `counterfoil init` uses."""
    now = house.clock.now()
    actor = Actor(uuid7(now), "test")
    with house.works.write(actor) as work:
        organization.create(work, organization.with_country_defaults({**PROFILE, **profile}), iban=IBAN)
    company = Company(house, actor, clock=clock or SteppingClock())
    with company.write() as work:
        company.client_id = json.loads(clients.create(work, ClientFields.model_validate(CLIENT)))["id"]
    return company
