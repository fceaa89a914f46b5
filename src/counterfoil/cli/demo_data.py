"""The sample company of `counterfoil demo`: always the same names and amounts, dates counted from today."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from counterfoil.domain.client import ClientFields
from counterfoil.domain.client_invoice import NewClientInvoice
from counterfoil.operations import client_invoices, clients, mailing, organization
from counterfoil.operations.kinds import CLIENT_INVOICE
from counterfoil.operations.work import Actor, Work
from counterfoil.ports.ids import uuid7

if TYPE_CHECKING:
    from counterfoil.house import House

COMPANY: dict[str, Any] = {
    "legal_country": "FR",
    "legal_name": "Atelier Lumière SARL",
    "legal_form": "SARL",
    "legal_number": "732829320",
    "vat_number": "FR44732829320",
    "address_line_1": "12 rue des Martyrs",
    "address_zipcode": "75009",
    "address_city": "Paris",
    "email": "facturation@atelier-lumiere.example",
    "phone": "+33 1 84 00 00 00",
    "legal_capital_share": {"value": "10000.00", "currency": "EUR"},
    "commercial_register_number": "RCS Paris 732 829 320",
    "transaction_type": "services",
    "accent_color": "#0f5c63",
    "is_specimen": True,
}
IBAN = "FR1420041010050500013M02606"

CLIENTS: tuple[dict[str, Any], ...] = (
    {"kind": "company", "name": "ACME SAS", "email": "billing@acme.example", "locale": "fr", "country_code": "FR",
     "address": "8 quai Perrache", "zip_code": "69002", "city": "Lyon",
     "tax_identification_number": "552100554", "vat_number": "FR96552100554"},
    {"kind": "company", "name": "Blauwerk GmbH", "email": "rechnung@blauwerk.example", "locale": "de",
     "country_code": "DE", "address": "Torstraße 44", "zip_code": "10119", "city": "Berlin",
     "vat_number": "DE136695976"},
    {"kind": "company", "name": "Officina Verdi S.r.l.", "email": "conti@verdi.example", "locale": "it",
     "country_code": "IT", "address": "Via Solferino 7", "zip_code": "20121", "city": "Milano", "province_code": "MI",
     "vat_number": "IT00743110157"},
    {"kind": "freelancer", "first_name": "Lucía", "last_name": "Ortega", "email": "lucia@ortega.example",
     "locale": "es", "country_code": "ES", "address": "Calle de Alcalá 19", "zip_code": "28014", "city": "Madrid",
     "vat_number": "ESB58378431"},
    {"kind": "company", "name": "Brasserie du Sablon SA", "email": "compta@sablon.example", "locale": "fr",
     "country_code": "BE", "address": "Place du Grand Sablon 3", "zip_code": "1000", "city": "Bruxelles",
     "vat_number": "BE0403019261"},
    {"kind": "company", "name": "Northwind Traders Inc.", "email": "ap@northwind.example", "locale": "en",
     "country_code": "US", "address": "500 Pine Street", "zip_code": "98101", "city": "Seattle"},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """One invoice: its client's place in CLIENTS, days since issue, where it ends, and its lines."""

    client: int
    age_days: int
    end: str
    lines: tuple[tuple[str, str, str, str], ...]
    more: tuple[tuple[str, Any], ...] = ()


_CONSULTING = ("Conseil en éclairage", "3", "650.00", "day")
_DESIGN = ("Lighting design", "24", "85.00", "hour")
_LAMPS = ("Lampe d'atelier « Aube »", "6", "189.90", "unit")
SAMPLES = (
    Sample(0, 75, "paid", (_CONSULTING, _LAMPS)),
    Sample(1, 68, "paid", (("Lichtplanung Foyer", "16", "92.50", "hour"),)),
    Sample(2, 61, "unpaid", (("Progetto illuminotecnico", "1", "2400.00", "unit"),)),
    Sample(0, 54, "canceled", (("Étude préalable", "1", "480.00", "unit"),)),
    Sample(4, 47, "paid", (("Étude d'éclairage de la salle", "2", "650.00", "day"),)),
    Sample(5, 40, "unpaid", (_DESIGN,)),
    Sample(3, 33, "paid", (("Diseño de iluminación", "10", "80.00", "hour"),)),
    Sample(0, 21, "unpaid", (_LAMPS, ("Pose et réglage", "4", "72.00", "hour")),
           (("discount", {"type": "percentage", "value": "0.05"}), ("purchase_order", "PO-2291"))),
    Sample(1, 14, "unpaid", (("Lichtplanung Büro, 2. OG", "22.5", "92.50", "hour"),)),
    Sample(2, 9, "unpaid", (("Sopralluogo e rilievo", "1", "360.00", "unit"),)),
    Sample(4, 3, "unpaid", (_CONSULTING,)),
    Sample(5, 2, "draft", (("On-site lighting audit", "1", "1900.00", "unit"),)),
    Sample(0, 0, "draft", (("Conseil, phase 2", "2", "650.00", "day"),)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filled:
    """What the demo made: the organization's id and an invoice whose page is worth a look."""

    organization_id: str
    shown_token: str


def fill(house: House) -> Filled:
    """Makes the sample company with clients and invoices in every state, and mails one of them."""
    actor = Actor(uuid7(house.clock.now()), "demo", client="terminal")
    profile = organization.with_country_defaults(COMPANY)
    with house.works.write(actor) as work:
        organization.create(work, profile, iban=IBAN)
    ids = []
    for fields in CLIENTS:
        with house.works.write(actor) as work:
            text = clients.create(work, ClientFields.model_validate(fields | {"currency": "EUR"}))
            ids.append(str(json.loads(text)["id"]))
    shown = ""
    for sample in SAMPLES:
        with house.works.write(actor) as work:
            token = _make(work, sample, ids[sample.client])
        shown = token if sample.end == "unpaid" and sample.more else shown
    return Filled(actor.organization_id, shown)


def _make(work: Work, sample: Sample, client_id: str) -> str:
    issued = work.today - timedelta(days=sample.age_days)
    new = NewClientInvoice.model_validate(
        {
            "client_id": client_id,
            "issue_date": issued,
            "due_date": issued + timedelta(days=30),
            "currency": "EUR",
            "status": "draft" if sample.end == "draft" else "unpaid",
            "items": [_item(line, sample.client) for line in sample.lines],
            **dict(sample.more),
        }
    )
    row = client_invoices.create(work, new).row
    if sample.end == "paid":
        client_invoices.mark_as_paid(work, row.id, min(issued + timedelta(days=26), work.today))
    if sample.end == "canceled":
        client_invoices.mark_as_canceled(work, row.id)
    if sample.more:
        title = f"{COMPANY['legal_name']} : facture {row.number}"
        request = mailing.SendRequest(send_to=[CLIENTS[sample.client]["email"]], email_title=title)
        mailing.send(work, CLIENT_INVOICE, row.id, request)
    return row.public_token


def _item(line: tuple[str, str, str, str], client: int) -> dict[str, Any]:
    title, quantity, price, unit = line
    # Services to businesses abroad are taxed where the customer is (CGI art. 259-1°).
    abroad = CLIENTS[client]["country_code"] != "FR"
    return {
        "title": title,
        "quantity": quantity,
        "unit": unit,
        "unit_price": {"value": price, "currency": "EUR"},
        "vat_rate": "0" if abroad else "0.2",
        "vat_exemption_reason": "S259" if abroad else None,
    }
