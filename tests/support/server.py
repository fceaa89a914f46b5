"""A server as users start it, and callers of its API as they write them: plain HTTP, nothing from inside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.support import databases, forked
from tests.support.forked import Forked

COMMAND = str(Path(sys.executable).with_name("counterfoil"))
START_SECONDS = 60

# A company (or, for the freelancer, a person) of each country that can finalize; the numbers have right check digits.
COMPANIES: Mapping[str, dict[str, str]] = {
    "FR": {
        "legal_name": "Atelier Lumière SARL", "iban": "FR7630006000011234567890189", "legal_number": "732829320",
        "vat_number": "FR44732829320", "address_line_1": "12 rue des Lilas", "address_zipcode": "69003",
        "address_city": "Lyon", "email": "factures@atelier.example",
    },
    "DE": {
        "legal_name": "Werkstatt Grün GmbH", "iban": "DE89370400440532013000", "legal_number": "HRB 4711",
        "vat_number": "DE136695976", "tax_number": "181/815/08155", "address_line_1": "Lindenweg 3",
        "address_zipcode": "20095", "address_city": "Hamburg", "email": "rechnung@werkstatt.example",
    },
    "IT": {
        "legal_name": "Bottega Chiara S.r.l.", "iban": "IT60X0542811101000000123456", "legal_number": "00743110157",
        "vat_number": "IT00743110157", "tax_number": "00743110157", "address_line_1": "Via Roma 9",
        "address_zipcode": "20121", "address_city": "Milano", "address_province": "MI",
        "email": "fatture@bottega.example",
    },
    "ES": {
        "legal_name": "Taller Sol S.L.", "iban": "ES9121000418450200051332", "legal_number": "B58378431",
        "vat_number": "ESB58378431", "tax_number": "B58378431", "address_line_1": "Calle Mayor 5",
        "address_zipcode": "28013", "address_city": "Madrid", "email": "facturas@taller.example",
    },
}  # fmt: skip
BUYERS: Mapping[str, dict[str, str]] = {
    "FR": {"street_address": "4 place du Marché", "city": "Nantes", "zip_code": "44000", "country_code": "FR"},
    "DE": {"street_address": "Hauptstraße 8", "city": "Köln", "zip_code": "50667", "country_code": "DE"},
    "IT": {
        "street_address": "Corso Italia 2", "city": "Torino", "zip_code": "10121", "province_code": "TO",
        "country_code": "IT",
    },
    "ES": {"street_address": "Avenida del Puerto 1", "city": "Valencia", "zip_code": "46021", "country_code": "ES"},
}  # fmt: skip
RATES = {"FR": "0.2", "DE": "0.19", "IT": "0.22", "ES": "0.21"}
TIME_ZONES = {"FR": "Europe/Paris", "DE": "Europe/Berlin", "IT": "Europe/Rome", "ES": "Europe/Madrid"}


@dataclass
class Server:
    """`counterfoil serve` as a process. url: without a slash at the end."""

    data: Path
    url: str
    process: subprocess.Popen[bytes] | Forked

    @property
    def log(self) -> str:
        """What the process has written so far."""
        return (self.data / "server.log").read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Ends the process as a service manager does, then for good."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)

    def http(self, **headers: str) -> httpx.Client:
        """A plain HTTP client of this server, without a key unless one is among the headers."""
        # Plain HTTP: without this each client would read the machine's certificates, which takes 30 ms.
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, verify=False)


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}
    return {**kept, **more}


def command(*arguments: str, said: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs `counterfoil` with these arguments to its end. said: on its standard input."""
    return forked.run([COMMAND, *arguments], env=clean_environment(**environment), said=said)


def start_server(
    data: Path, *options: str, is_forked: bool = True, under: Sequence[str] = (), **environment: str
) -> Server:
    """Starts a server on a free port and waits until it is ready. Raises RuntimeError with its log when it ends.

    is_forked: in a second less (see tests.support.forked), not by the command itself. under: what starts the command
    and is replaced by it, such as `strace -D` with its options; never forked then.
    """
    data.mkdir(parents=True, exist_ok=True)
    port = free_port()
    typed = [*under, COMMAND, "serve", "--data", str(data), "--port", str(port), *options]
    env = clean_environment(**{**databases.environment_of(data), **environment})
    with (data / "server.log").open("wb") as log:
        begin = forked.start if is_forked and not under else subprocess.Popen
        process = begin(typed, stdout=log, stderr=log, env=env)
    server = Server(data, f"http://127.0.0.1:{port}", process)
    deadline = time.monotonic() + START_SECONDS
    with server.http() as http:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"serve ended with {process.returncode}: {server.log}")
            try:
                if http.get("/readyz").status_code == 200:
                    return server
            except httpx.TransportError:
                time.sleep(0.05)
    server.stop()
    raise RuntimeError(f"serve was not ready after {START_SECONDS} s: {server.log}")


@dataclass(frozen=True)
class Organization:
    """An organization of a server, with its API key."""

    id: str
    slug: str
    api_key: str
    country: str
    iban: str
    legal_name: str


def make_organization(
    data: Path, country: str, *, next_number: int | None = None, complete: bool = True,
    database_url: str | None = None, **profile: Any,
) -> Organization:  # fmt: skip
    """What `counterfoil init` does, in this process because a test makes many; works while a server runs.

    complete: with all that finalize wants; otherwise only country, name and IBAN. database_url: not the usual one.
    """
    from counterfoil.cli.initialize import create

    company = dict(COMPANIES[country])
    iban = company.pop("iban")
    values: dict[str, Any] = company if complete else {"legal_name": company["legal_name"]}
    values = {**values, "legal_country": country, **profile}
    url = database_url or databases.settings_of(data).get("database_url")
    made = create(data, values, iban=iban, next_number=next_number, database_url=url)
    return Organization(
        str(made["organization_id"]), str(made["slug"]), str(made["api_key"]), country, iban, values["legal_name"]
    )


class Api:
    """One organization's calls. Methods without a verb's name send what a test does not care about."""

    def __init__(self, server: Server, organization: Organization) -> None:
        self.server = server
        self.organization = organization
        self.http = server.http(Authorization=organization.api_key)

    @property
    def today(self) -> str:
        """The organization's calendar day."""
        return datetime.now(ZoneInfo(TIME_ZONES[self.organization.country])).date().isoformat()

    def get(self, path: str, **params: Any) -> httpx.Response:
        """GET /v2{path}; a parameter that is a list is repeated."""
        return self.http.get(f"/v2{path}", params=params or None)

    def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        """POST /v2{path}; without a body, none is sent."""
        sent = {} if body is None else {"json": body}
        return self.http.post(f"/v2{path}", headers=headers, **sent)

    def patch(self, path: str, body: object, **headers: str) -> httpx.Response:
        return self.http.patch(f"/v2{path}", json=body, headers=headers)

    def delete(self, path: str, **headers: str) -> httpx.Response:
        return self.http.delete(f"/v2{path}", headers=headers)

    def client_body(self, **more: Any) -> dict[str, Any]:
        """A company in the seller's own country, complete."""
        country = self.organization.country
        body = {
            "kind": "company", "name": "Client Exemple & Fils", "currency": "EUR", "locale": country.lower(),
            "email": "compta@client.example", "billing_address": BUYERS[country],
            "vat_number": COMPANIES[country]["vat_number"],
            "tax_identification_number": COMPANIES[country]["legal_number"],
        }  # fmt: skip
        if country == "IT":
            # SdI takes no invoice to oneself, and wants to know where it goes.
            body |= {"vat_number": "IT07654320014", "tax_identification_number": "", "recipient_code": "ABC1234"}
        return {name: value for name, value in {**body, **more}.items() if value is not ...}

    def client(self, **more: Any) -> dict[str, Any]:
        """A new client; `...` leaves a field out."""
        return expect(self.post("/clients", self.client_body(**more)), 200)["client"]

    def item(self, **more: Any) -> dict[str, Any]:
        """One line at the country's standard rate."""
        body = {
            "title": "Conseil", "quantity": "1", "unit_price": {"value": "100.00", "currency": "EUR"},
            "vat_rate": RATES[self.organization.country],
        }  # fmt: skip
        return {name: value for name, value in {**body, **more}.items() if value is not ...}

    def invoice_body(self, **more: Any) -> dict[str, Any]:
        """What a create call sends: a draft of one line, unless `more` says otherwise; `...` leaves a field out."""
        if "client_id" not in more:
            more["client_id"] = self.client()["id"]
        body = {"status": "draft", "issue_date": self.today, "due_date": self.today, "currency": "EUR",
                "items": [self.item()]}  # fmt: skip
        return {name: value for name, value in {**body, **more}.items() if value is not ...}

    def create(self, **more: Any) -> httpx.Response:
        """POST /v2/client_invoices with `invoice_body`, whatever comes of it."""
        return self.post("/client_invoices", self.invoice_body(**more))

    def draft(self, **more: Any) -> dict[str, Any]:
        """A new draft."""
        return expect(self.create(**more), 200)["client_invoice"]

    def issued(self, **more: Any) -> dict[str, Any]:
        """A new invoice, finalized at once."""
        return self.draft(status="unpaid", **more)

    def invoice(self, invoice_id: str) -> dict[str, Any]:
        """The invoice as it is now."""
        return expect(self.get(f"/client_invoices/{invoice_id}"), 200)["client_invoice"]

    def act(self, invoice_id: str, action: str, body: object = None) -> dict[str, Any]:
        """POST /v2/client_invoices/{id}/{action}, which must succeed."""
        return expect(self.post(f"/client_invoices/{invoice_id}/{action}", body), 200)["client_invoice"]

    def count(self) -> int:
        """How many invoices the organization has."""
        return int(expect(self.get("/client_invoices", per_page=1), 200)["meta"]["total_count"])


def expect(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The answer's JSON object, or an AssertionError that shows all of it."""
    assert answer.status_code == status, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
    body: dict[str, Any] = answer.json() if answer.content else {}
    return body


def attached(api: Api, invoice: Mapping[str, Any], *, seconds: float = 1.0) -> dict[str, Any]:
    """The invoice once its PDF is there, which may take `seconds` from now."""
    deadline = time.monotonic() + seconds
    while True:
        found = api.invoice(invoice["id"])
        if found.get("attachment_id") or time.monotonic() > deadline:
            assert found.get("attachment_id"), f"no attachment after {seconds} s: {api.server.log[-2000:]}"
            return found
        time.sleep(0.02)


def make_token(organization: Organization, data: Path, *scopes: str) -> str:
    """A bearer token with exactly these scopes, as `counterfoil token create` makes it."""
    from counterfoil.app import House
    from counterfoil.cli.initialize import house_settings
    from counterfoil.operations.organization import create_credential
    from counterfoil.operations.work import Actor

    house = House(house_settings(data, **databases.settings_of(data)))
    try:
        with house.works.write(Actor(organization.id, "test")) as work:
            return create_credential(work, name="test", login=None, scopes=frozenset(scopes))
    finally:
        house.close()
