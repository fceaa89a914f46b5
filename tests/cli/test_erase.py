"""Erasing a client: what is no record of the books is gone from every file; issued documents stay as they are."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from counterfoil.app import House
from counterfoil.cli.main import app
from counterfoil.errors import BillingError
from counterfoil.operations import members
from counterfoil.operations.work import Actor
from counterfoil.ports.mail import CatcherMailer
from counterfoil.settings import Settings
from tests.support.server import make_organization
from tests.web.conftest import LATER, TODAY, Company, MovableClock

MARK = "Zqmark"
MAIL = "zqmark.person@client.example"
# What a bookkeeping record may hold of a client: the document with its snapshot, as it was issued.
RECORDS = {"client_invoices", "credit_notes"}
CLIENT = {
    "name": f"{MARK} Holding", "email": MAIL, "extra_emails": ["zqmark.second@client.example"],
    "phone": {"country_code": "+33", "number": "612345678"},
    "billing_address": {
        "street_address": f"1 {MARK} Street", "city": MARK, "zip_code": "44000", "country_code": "FR",
    },
}  # fmt: skip
Run = Callable[..., Any]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    organization = make_organization(tmp_path, "FR")
    house = House(Settings(data=tmp_path), clock=MovableClock())
    yield Company(house, organization, MovableClock())
    house.close()


@pytest.fixture
def run(company: Company) -> Run:
    """A command on the company's directory, as JSON."""

    def run_(*arguments: str) -> Any:
        result = CliRunner().invoke(app, [*arguments, "--data", str(company.house.settings.data)])
        if result.exception is not None:
            raise result.exception
        return json.loads(result.stdout)

    return run_


@pytest.fixture
def client(company: Company) -> str:
    """A client of whom something is kept everywhere: drafts, quotes, mails, reminders, messages, answers, files."""
    with company.house.works.write(Actor(company.organization.id, "test")) as work:
        members.add(work, email="ada@company.example", name="Ada", role="owner")
    hook = {"callback_url": "https://hooks.example/x", "types": ["v1/clients", "v1/client-invoices"]}
    _call(company, "POST", "/webhook_subscriptions", hook)
    client_id = company.client(**CLIENT)
    fill(company, client_id)
    return client_id


def fill(company: Company, client_id: str) -> dict[str, Any]:
    """Documents of a client in every state; answers the issued invoice."""
    draft = company.invoice(client_id=client_id, status="draft", header=f"For {MARK}")
    company.attach(draft, f"%PDF-1.7 draft of {MARK}".encode())
    issued = _invoice(company, client_id, key="issue-1")
    company.attach(issued, f"%PDF-1.7 issued to {MARK}".encode())
    company.credit(issued, "1.00")
    letter = {"send_to": [MAIL], "email_title": f"To {MARK}", "email_body": f"Dear {MARK}"}
    company.call("POST", f"/client_invoices/{issued['id']}/send", letter)
    offer = company.quote(client_id=client_id, header=f"For {MARK}")
    company.attach(offer, f"%PDF-1.7 offer to {MARK}".encode(), "quote")
    company.call("POST", f"/quotes/{offer['id']}/send", letter)
    rules = [{"email_title": f"{MARK}: late", "offset_days": 1, "operator": "after"}]
    company.call("POST", "/reminders", {"client_id": client_id, "send_to": [MAIL], "rules": rules})
    again = {"client_id": client_id, "start_date": LATER, "currency": "EUR", "header": MARK, "items": _items(),
             "frequency": {"value": 1, "recurrence": "monthly"}, "payment_terms_days": 30, "invoice_status": "draft",
             "bank_account": {"iban": company.organization.iban}}  # fmt: skip
    company.call("POST", "/recurring_invoices", again)
    CatcherMailer(company.house.settings.data / "mail").send(
        f"To: {MAIL}\r\n\r\nDear {MARK}".encode(), sender="a@company.example", recipients=[MAIL]
    )
    return issued


def _items() -> list[dict[str, Any]]:
    price = {"value": "10.00", "currency": "EUR"}
    return [{"title": "Conseil", "quantity": "1", "unit_price": price, "vat_rate": "0.2"}]


def _invoice(company: Company, client_id: str, key: str) -> dict[str, Any]:
    body = {"client_id": client_id, "status": "unpaid", "issue_date": TODAY, "due_date": LATER, "currency": "EUR",
            "items": _items()}  # fmt: skip
    return dict(_call(company, "POST", "/client_invoices", body, key=key)["client_invoice"])


def _call(company: Company, method: str, path: str, body: object, key: str = "") -> Any:
    headers = {"Authorization": company.organization.api_key} | ({"Idempotency-Key": key} if key else {})
    answer = company.visitor.request(method, f"/v2{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def rows_with(data: Path, mark: str) -> dict[str, int]:
    """How many rows of each table have `mark` in them, in any case."""
    found: dict[str, int] = {}
    with sqlite3.connect(data / "counterfoil.db") as conn:
        for (table,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = conn.execute(f"SELECT * FROM {table}").fetchall()
            count = sum(mark.lower() in str(row).lower() for row in rows)
            found |= {table: count} if count else {}
    conn.close()
    return found


def files_with(data: Path, mark: str) -> list[Path]:
    """The files below the data directory that have `mark` in them, in any case: the database's own too."""
    return [
        path
        for path in sorted(data.rglob("*"))
        if path.is_file() and mark.lower().encode() in path.read_bytes().lower()
    ]


def test_what_is_erased_is_shown_first_and_nothing_is_changed(company: Company, client: str, run: Run) -> None:
    data = company.house.settings.data
    before = rows_with(data, MARK)
    assert before.keys() > {"clients", "emails", "webhook_deliveries", "idempotency_records", "quotes", "reminders"}

    shown = run("erase", "--client", client, "--json")

    assert (shown["is_erased"], shown["was_deleted"], shown["drafts"], shown["quotes"]) == (False, True, 1, 1)
    assert (shown["emails"], shown["files"], shown["reminders"], shown["recurring_invoices"]) == (2, 2, 1, 1)
    assert [each["kind"] for each in shown["kept"]] == ["client_invoice", "credit_note"]
    assert rows_with(data, MARK) == before
    assert len(files_with(data / "files", MARK)) == 3


def test_after_it_only_issued_documents_know_the_client(company: Company, client: str, run: Run) -> None:
    data = company.house.settings.data

    shown = run("erase", "--client", client, "--yes", "--json")

    assert shown["is_erased"] is True
    assert rows_with(data, MARK).keys() == RECORDS
    assert rows_with(data, MAIL).keys() <= RECORDS
    left = files_with(data, MARK)
    assert {path.name for path in left if path.parent == data} <= {"counterfoil.db", "counterfoil.db-wal"}
    # Of stored files, the issued invoice's alone.
    assert [path.read_bytes() for path in left if path.parent != data] == [f"%PDF-1.7 issued to {MARK}".encode()]
    # Not even in what the database's file has in its free pages.
    company.house.close()
    assert (data / "counterfoil.db").read_bytes().count(f"Dear {MARK}".encode()) == 0
    assert (data / "counterfoil.db").read_bytes().count(f"For {MARK}".encode()) == 0


def test_issued_documents_stay_to_the_byte_and_can_be_read(company: Company, client: str, run: Run) -> None:
    key = {"Authorization": company.organization.api_key}
    issued = company.visitor.get("/v2/client_invoices?filter[status]=unpaid", headers=key).json()["client_invoices"]
    before = [company.visitor.get(f"/v2/client_invoices/{each['id']}", headers=key).content for each in issued]
    assert before

    run("erase", "--client", client, "--yes", "--json")

    assert [company.visitor.get(f"/v2/client_invoices/{each['id']}", headers=key).content for each in issued] == before
    assert company.visitor.get(f"/v2/clients/{client}", headers=key).status_code == 404


def test_a_repeated_request_is_still_not_done_twice(company: Company, client: str, run: Run) -> None:
    run("erase", "--client", client, "--yes", "--json")

    body = {"client_id": client, "status": "unpaid", "issue_date": TODAY, "due_date": LATER, "currency": "EUR",
            "items": _items()}  # fmt: skip
    headers = {"Authorization": company.organization.api_key, "Idempotency-Key": "issue-1"}
    answer = company.visitor.post("/v2/client_invoices", json=body, headers=headers)

    assert answer.status_code == 410
    assert answer.json()["errors"][0]["code"] == "erased"


def test_subscribers_learn_which_client_it_was_and_nothing_else(company: Company, client: str, run: Run) -> None:
    run("erase", "--client", client, "--yes", "--json")

    with company.house.database.read() as conn:
        bodies = conn.exec_driver_sql("SELECT body FROM webhook_deliveries").scalars().all()
    told = [json.loads(body)["data"] for body in bodies if client in body]
    assert told == [{"event": "deleted", "id": client}]


def test_the_journal_has_it_by_id_alone(company: Company, client: str, run: Run) -> None:
    run("erase", "--client", client, "--yes", "--json")

    with company.house.database.read() as conn:
        rows = conn.exec_driver_sql("SELECT subject_id, data FROM journal WHERE type = 'erased'").fetchall()
    assert [(row[0], json.loads(row[1])) for row in rows] == [(client, {"documents_kept": 2})]


def test_other_clients_are_untouched(company: Company, client: str, run: Run) -> None:
    other = company.client(name="Other Obermark", email="other@client.example")
    fill_less = _invoice(company, other, key="issue-2")
    before = rows_with(company.house.settings.data, "Obermark")

    run("erase", "--email", MAIL.upper(), "--yes", "--json")

    assert rows_with(company.house.settings.data, "Obermark") == before
    assert company.call("GET", f"/client_invoices/{fill_less['id']}")["client_invoice"]["id"] == fill_less["id"]


def test_a_client_without_documents_goes_whole(company: Company, run: Run) -> None:
    alone = company.client(**CLIENT)

    shown = run("erase", "--client", alone, "--yes", "--json")

    assert shown["kept"] == []
    assert rows_with(company.house.settings.data, MARK) == {}
    assert files_with(company.house.settings.data, MARK) == []


def test_erased_again_it_says_what_is_still_kept(company: Company, client: str, run: Run) -> None:
    run("erase", "--client", client, "--yes", "--json")

    again = run("erase", "--client", client, "--yes", "--json")

    assert (again["was_deleted"], again["drafts"], len(again["kept"])) == (False, 0, 2)
    with pytest.raises(BillingError):
        run("erase", "--client", "01a20000-0000-7000-8000-000000000000", "--json")


def test_all_that_is_kept_of_a_client_is_handed_out(company: Company, client: str, run: Run) -> None:
    found = run("client", "export", "--client", client)

    assert found["client"]["email"] == MAIL
    kinds = [each["kind"] for each in found["documents"]]
    assert sorted(kinds) == ["client_invoice", "client_invoice", "credit_note", "quote"]
    assert all(each["document"]["id"] for each in found["documents"])
    assert [mail["send_to"] for each in found["documents"] for mail in each["emails"]] == [[MAIL], [MAIL]]
    assert (found["reminders"]["client_id"], len(found["recurring_invoices"])) == (client, 1)


def test_a_member_is_known_by_id_alone_afterwards(company: Company, client: str, run: Run) -> None:
    assert client
    shown = run("erase", "--member", "ada@company.example", "--yes", "--json")

    data = company.house.settings.data
    assert rows_with(data, "ada@company.example") == {}
    with sqlite3.connect(data / "counterfoil.db") as conn:
        row = conn.execute(
            "SELECT email, name, password_hash, disabled_at FROM members WHERE id = ?", (shown["member_id"],)
        ).fetchone()
    assert row[:3] == (f"{shown['member_id']}@erased.invalid", "", "")
    assert row[3]
