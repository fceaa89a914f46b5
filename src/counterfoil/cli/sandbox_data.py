"""The sandbox's sample data: a company in each of four countries, the same in every run, ids and tokens included.

It is written through the API itself, as a client would, at the days that it tells of.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.operations import organization
from counterfoil.operations.work import Actor
from counterfoil.ports.ids import seeded, uuid7
from counterfoil.rest.calls import ACTOR_KEY
from counterfoil.sdk.asgi import AsgiSend
from counterfoil.sdk.wire import Request
from counterfoil.store import queue

if TYPE_CHECKING:
    from counterfoil.house import House
    from counterfoil.ports.clock import SettableClock
    from counterfoil.ports.renderer import Renderer

START = datetime(2027, 4, 12, 8, 0, tzinfo=UTC)  # a Monday
_LAST = timedelta(minutes=10)  # before the start, the newest of it was written
SEED = "counterfoil sandbox 1"
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True, slots=True)
class Country:
    """A seller and its surroundings. client, person: the buyers at home; abroad is a company in another country."""

    company: dict[str, Any]
    iban: str
    client: dict[str, Any]
    person: dict[str, Any]
    rate: str
    service: str
    good: str


def _buyer(country: str, street: str, zip_code: str, city: str, **more: Any) -> dict[str, Any]:
    address = {"street_address": street, "zip_code": zip_code, "city": city, "country_code": country}
    if province := more.pop("province_code", ""):
        address["province_code"] = province
    return {"currency": "EUR", "locale": country.lower(), "billing_address": address, **more}


COUNTRIES = {
    "FR": Country(
        {
            "legal_name": "Atelier Lumière SARL", "legal_form": "SARL", "legal_number": "732829320",
            "vat_number": "FR44732829320", "address_line_1": "12 rue des Martyrs", "address_zipcode": "75009",
            "address_city": "Paris", "commercial_register_number": "RCS Paris 732 829 320",
            "legal_capital_share": {"value": "10000.00", "currency": "EUR"}, "transaction_type": "services",
        },
        "FR1420041010050500013M02606",
        _buyer("FR", "8 quai Perrache", "69002", "Lyon", kind="company", name="ACME SAS", email="billing@acme.example",
               tax_identification_number="552100554", vat_number="FR96552100554"),
        _buyer("FR", "3 rue Nationale", "59000", "Lille", kind="individual", first_name="Camille", last_name="Morel",
               email="camille@morel.example"),
        "0.2", "Conseil", "Lampe d'atelier",
    ),
    "DE": Country(
        {
            "legal_name": "Werkstatt Grün GmbH", "legal_form": "GmbH", "legal_number": "HRB 4711",
            "vat_number": "DE136695976", "tax_number": "181/815/08155", "address_line_1": "Lindenweg 3",
            "address_zipcode": "20095", "address_city": "Hamburg",
        },
        "DE89370400440532013000",
        _buyer("DE", "Torstraße 44", "10119", "Berlin", kind="company", name="Blauwerk GmbH",
               email="rechnung@blauwerk.example", vat_number="DE136695976"),
        _buyer("DE", "Hauptstraße 8", "50667", "Köln", kind="individual", first_name="Jonas", last_name="Weber",
               email="jonas@weber.example"),
        "0.19", "Beratung", "Werkstattlampe",
    ),
    "IT": Country(
        {
            "legal_name": "Bottega Chiara S.r.l.", "legal_form": "S.r.l.", "legal_number": "00743110157",
            "vat_number": "IT00743110157", "tax_number": "00743110157", "address_line_1": "Via Roma 9",
            "address_zipcode": "20121", "address_city": "Milano", "address_province": "MI",
        },
        "IT60X0542811101000000123456",
        _buyer("IT", "Corso Italia 2", "10121", "Torino", province_code="TO", kind="company",
               name="Officina Verdi S.r.l.", email="conti@verdi.example", vat_number="IT07643520567",
               tax_identification_number="07643520567", recipient_code="ABC1234"),
        _buyer("IT", "Via Garibaldi 5", "16124", "Genova", province_code="GE", kind="individual", first_name="Giulia",
               last_name="Rossi", email="giulia@rossi.example", tax_identification_number="RSSGLI80A41D969B"),
        "0.22", "Consulenza", "Lampada",
    ),
    "ES": Country(
        {
            "legal_name": "Taller Sol S.L.", "legal_form": "S.L.", "legal_number": "B58378431",
            "vat_number": "ESB58378431", "tax_number": "B58378431", "address_line_1": "Calle Mayor 5",
            "address_zipcode": "28013", "address_city": "Madrid",
        },
        "ES9121000418450200051332",
        _buyer("ES", "Avenida del Puerto 1", "46021", "Valencia", kind="company", name="Ferretería Norte S.L.",
               email="cuentas@norte.example", vat_number="ESB58378431", tax_identification_number="B58378431"),
        _buyer("ES", "Calle de Alcalá 19", "28014", "Madrid", kind="individual", first_name="Lucía",
               last_name="Ortega", email="lucia@ortega.example"),
        "0.21", "Consultoría", "Lámpara",
    ),
}  # fmt: skip
# Days before the start, to whom, where it ends, and what is charged: one invoice in every state, one of them overdue.
INVOICES = (
    (60, "client", "paid", "1200.00"),
    (52, "client", "canceled", "480.00"),
    (45, "person", "unpaid", "240.00"),
    (20, "client", "credited", "900.00"),
    (10, "client", "unpaid", "1500.00"),
    (1, "client", "draft", "750.00"),
)


def login_of(country: str) -> str:
    return f"sandbox-{country.lower()}"


def secret_of(country: str) -> str:
    return f"sk_sandbox_{country.lower()}"


def token_of(country: str) -> str:
    """The bearer token that may read only."""
    return f"sandbox-{country.lower()}-read-only"


def fill(house: House, clock: SettableClock, renderer: Renderer) -> dict[str, Any]:
    """Makes the sample data in an empty house; answers what of it GET /sandbox shows."""
    from counterfoil.app import create_app

    app = create_app(house)
    with seeded(SEED), clock.stepping():
        made = [asyncio.run(_Filling(house, clock, app, country).run()) for country in COUNTRIES]
        clock.set(START - _LAST / 2)  # drafts have rested by now
        _do_jobs(house, renderer, "render")
        _do_jobs(house, renderer, "submit_einvoice")
        clock.set(START - _LAST / 4)  # what was submitted has been delivered by now
        _do_jobs(house, renderer, "poll_einvoices")
        with house.database.write() as conn:
            queue.drop(conn, "poll_einvoices")  # nothing more is to come, and a start is the same in every run
    clock.set(START)
    return {"organizations": made}


def _do_jobs(house: House, renderer: Renderer, *kinds: str) -> None:
    """Runs jobs in this thread, one after the other: in threads of their own the ids would differ from run to run."""
    from counterfoil.house import tools_of
    from counterfoil.jobs.runner import Runner
    from counterfoil.ports.mail import CatcherMailer

    tools, _ = tools_of(house, CatcherMailer(house.settings.data / "mail"), renderer)
    Runner(tools, kinds).drain()


@dataclass
class _Filling:
    """One country's company being filled."""

    house: House
    clock: SettableClock
    app: Any
    country: str
    made: dict[str, Any] = field(default_factory=dict)

    async def run(self) -> dict[str, Any]:
        self._at(90)
        self._found()
        country = COUNTRIES[self.country]
        ids = {}
        for name, body in (("client", country.client), ("person", country.person)):
            ids[name] = (await self._call("POST", "/clients", body))["client"]["id"]
        self.made["clients"] = [
            {"id": ids["client"], "name": country.client["name"]},
            {"id": ids["person"], "name": f"{country.person['first_name']} {country.person['last_name']}"},
        ]
        self.made["products"] = [
            await self._product("service", country.service),
            await self._product("good", country.good),
        ]
        self.made["client_invoices"] = []
        self.made["credit_notes"] = []
        for age_days, buyer, end, price in INVOICES:
            await self._invoice(age_days, ids[buyer], end, price)
        self._at(0)
        self.made["quotes"] = [await self._quote(ids["client"])]
        self.made["supplier_invoices"] = [await self._supplier_invoice()]
        return self.made

    def _at(self, age_days: int) -> str:
        """Sets the clock to so many days before the start; answers that day."""
        self.clock.set(START - _LAST - timedelta(days=age_days))
        return self._day(-age_days)

    def _day(self, days: int) -> str:
        return (START + timedelta(days=days)).date().isoformat()

    def _found(self) -> None:
        country, code = COUNTRIES[self.country], self.country
        self.actor = Actor(uuid7(self.clock.now()), "sandbox", ALL_SCOPES, client="terminal")
        profile = {**country.company, "legal_country": code, "email": f"hello@{login_of(code)}.example",
                   "is_specimen": True}  # fmt: skip
        with self.house.works.write(self.actor) as work:
            organization.create(
                work, organization.with_country_defaults(profile), iban=country.iban, secret=secret_of(code),
                slug=login_of(code),
            )  # fmt: skip
            reading = frozenset(scope for scope in ALL_SCOPES if scope.endswith(".read"))
            organization.create_credential(work, name="read-only", login=None, scopes=reading, secret=token_of(code))
        self.made |= {
            "country": code, "id": self.actor.organization_id, "legal_name": country.company["legal_name"],
            "login": login_of(code), "secret_key": secret_of(code), "api_key": f"{login_of(code)}:{secret_of(code)}",
            "read_only_token": token_of(code), "iban": country.iban,
        }  # fmt: skip

    async def _call(self, method: str, path: str, body: object = None, *, form: bytes | None = None) -> dict[str, Any]:
        sent: dict[str, Any] = {"json": body} if form is None else {
            "content": form, "headers": {"content-type": "multipart/form-data; boundary=sandbox"}
        }  # fmt: skip
        send = AsgiSend(self.app, scope={ACTOR_KEY: self.actor})
        answer = await send(Request(method, f"/v2{path}", lambda found: found, **sent))
        if answer.status >= 300:
            raise RuntimeError(f"the sandbox could not be filled: {method} {path}: {answer.body.decode()}")
        return dict(json.loads(answer.body))

    def _item(self, price: str) -> dict[str, Any]:
        country = COUNTRIES[self.country]
        return {"title": country.service, "quantity": "1", "unit_price": {"value": price, "currency": "EUR"},
                "vat_rate": country.rate}  # fmt: skip

    async def _product(self, kind: str, title: str) -> dict[str, Any]:
        body = {"title": title, "type": kind, "unit_price": {"value": "100.00", "currency": "EUR"},
                "vat_rate": COUNTRIES[self.country].rate}  # fmt: skip
        made = (await self._call("POST", "/products", body))["product"]
        return {"id": made["id"], "title": title}

    async def _invoice(self, age_days: int, client_id: str, end: str, price: str) -> None:
        body = {
            "client_id": client_id, "issue_date": self._at(age_days), "due_date": self._day(30 - age_days),
            "performance_start_date": self._day(-age_days), "performance_end_date": self._day(-age_days),
            "currency": "EUR", "status": "draft" if end == "draft" else "unpaid", "items": [self._item(price)],
        }  # fmt: skip
        made = (await self._call("POST", "/client_invoices", body))["client_invoice"]
        path = f"/client_invoices/{made['id']}"
        if end == "paid":
            self._at(age_days - 25)
            made = (await self._call("POST", f"{path}/mark_as_paid"))["client_invoice"]
        if end == "canceled":
            made = (await self._call("POST", f"{path}/mark_as_canceled"))["client_invoice"]
        if end == "credited":
            await self._credit_note(made["id"])
        self.made["client_invoices"].append({name: made[name] for name in ("id", "number", "status", "due_date")})

    async def _credit_note(self, invoice_id: str) -> None:
        body = {"invoice_id": invoice_id, "issue_date": self._at(15), "reason": "Geste commercial", "currency": "EUR",
                "items": [self._item("100.00")]}  # fmt: skip
        made = (await self._call("POST", "/credit_notes", body))["credit_note"]
        self.made["credit_notes"].append({"id": made["id"], "number": made["number"], "invoice_id": invoice_id})

    async def _quote(self, client_id: str) -> dict[str, Any]:
        body = {"client_id": client_id, "issue_date": self._day(0), "expiry_date": self._day(30), "currency": "EUR",
                "terms_and_conditions": "30 days", "items": [self._item("2000.00")]}  # fmt: skip
        made = (await self._call("POST", "/quotes", body))["quote"]
        return {name: made[name] for name in ("id", "number", "status")}

    async def _supplier_invoice(self) -> dict[str, Any]:
        head = (
            b'--sandbox\r\nContent-Disposition: form-data; name="file"; filename="hosting.pdf"\r\n'
            b"Content-Type: application/pdf\r\n\r\n"
        )
        file = await self._call("POST", "/attachments", form=head + _PDF + b"\r\n--sandbox--\r\n")
        entry = {
            "attachment_id": file["attachment"]["id"], "idempotency_key": "sandbox", "supplier_name": "Hosting SA",
            "invoice_number": "H-2027-88", "issue_date": self._day(-5), "due_date": self._day(25),
            "total_amount": {"value": "60.00", "currency": "EUR"},
        }  # fmt: skip
        answer = await self._call("POST", "/supplier_invoices/bulk", {"supplier_invoices": [entry]})
        if answer["errors"]:
            raise RuntimeError(f"the sandbox could not be filled: {answer['errors']}")
        (made,) = answer["supplier_invoices"]
        return {"id": made["id"], "invoice_number": made["invoice_number"], "status": made["status"]}
