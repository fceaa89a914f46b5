"""qodev-qonto-api, as PyPI has it, runs its whole billing surface here."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import blank_pdf
from tests.conftest import NewOrganization
from tests.support.server import clean_environment, expect

SCRIPT = Path(__file__).with_name("qodev_surface.py")


@pytest.fixture(scope="module")
def got(clients_python: Path, new_organization: NewOrganization) -> dict[str, Any]:
    """What the program got back from each of its calls."""
    company = new_organization("FR")
    invoice = company.issued()
    note = {"invoice_id": invoice["id"], "issue_date": company.today, "reason": "Geste", "currency": "EUR"}
    credit_note = expect(company.post("/credit_notes", {**note, "items": [company.item()]}), 201)["credit_note"]
    uploaded = company.http.post("/v2/attachments", files={"file": ("a.pdf", blank_pdf(), "application/pdf")})
    login, _, secret = company.organization.api_key.partition(":")
    environment = clean_environment(
        QONTO_BASE_URL=f"{company.server.url}/v2", QONTO_LOGIN=login, QONTO_SECRET_KEY=secret, TODAY=company.today,
        IBAN=company.organization.iban, CREDIT_NOTE=json.dumps(credit_note),
        ATTACHMENT=uploaded.json()["attachment"]["id"],
    )  # fmt: skip
    done = subprocess.run(
        [str(clients_python), str(SCRIPT)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_clients_are_created_changed_and_read(got: dict[str, Any]) -> None:
    assert got["client"]["name"] == "ACME"
    assert got["client_updated"]["email"] == got["client_read"]["email"] == "new@acme.example"


@pytest.mark.parametrize("name", ["clients", "invoices", "drafts", "quotes", "products", "suppliers"])
def test_lists_are_read_to_their_last_page(got: dict[str, Any], name: str) -> None:
    listed = got[name]
    assert listed["pages"] > 1
    assert len(listed["ids"]) == len(set(listed["ids"])) == listed["total"]


def test_a_draft_becomes_an_invoice(got: dict[str, Any]) -> None:
    assert got["draft"]["status"] == "draft"
    assert got["issued"]["status"] == got["at_once"]["status"] == "unpaid"
    assert got["read"]["number"] == got["issued"]["number"]
    assert got["at_once"]["total_amount"]["value"] == "1440.00"
    assert len(got["drafts"]["ids"]) == 6


def test_sending_nothing_is_refused_with_what_is_missing(got: dict[str, Any]) -> None:
    pointers = {error["source"]["pointer"] for error in got["send"]}
    assert {"/data/attributes/send_to", "/data/attributes/email_title"} <= pointers


def test_quotes_are_created_changed_and_read(got: dict[str, Any]) -> None:
    assert got["quote"]["status"] == "pending_approval"
    assert got["quote"]["total_amount"]["value"] == "120.00"
    assert got["quote_updated"]["header"] == got["quote_read"]["header"] == "Bonjour"


def test_credit_notes_and_files_are_read(got: dict[str, Any]) -> None:
    assert got["credit_note"]["id"] in got["credit_notes"]["ids"]
    assert got["attachment"]["file_name"] == "a.pdf"


def test_products_are_created_read_and_deleted(got: dict[str, Any]) -> None:
    assert got["product"]["unit_price"]["value"] == "150.00"
    assert len(got["products"]["ids"]) == 4


def test_supplier_invoices_are_uploaded_and_paid(got: dict[str, Any]) -> None:
    assert len(got["supplier_created"]) == 2
    assert got["supplier_read"]["status"] == "to_review"
    assert got["supplier_paid"]["status"] == "paid"


def test_the_organization_and_its_accounts_are_read(got: dict[str, Any]) -> None:
    assert got["organization"]["bank_accounts"][0]["iban"] == got["accounts"][0]["iban"]
