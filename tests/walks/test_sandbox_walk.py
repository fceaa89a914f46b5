"""The sandbox as a stranger's test suite uses it: put back, put forward past due, a failure and then success."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from counterfoil.testing import Sandbox
from tests.support import pdf_text
from tests.support.server import expect


@pytest.fixture
def api(counterfoil_sandbox: Sandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": counterfoil_sandbox.api_key}
    url = counterfoil_sandbox.api_url
    with httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def company(counterfoil_sandbox: Sandbox) -> dict[str, Any]:
    """The French company, as the sandbox shows it."""
    return dict(counterfoil_sandbox.state()["organizations"][0])


def lines() -> list[dict[str, Any]]:
    return [
        {"title": "Conseil", "quantity": "1", "unit_price": {"value": "100.00", "currency": "EUR"}, "vat_rate": "0.2"}
    ]


def issue(api: httpx.Client, company: dict[str, Any]) -> dict[str, Any]:
    """An invoice to ACME, due on 30 April."""
    body = {"client_id": company["clients"][0]["id"], "issue_date": "2027-04-12", "due_date": "2027-04-30",
            "currency": "EUR", "items": lines()}  # fmt: skip
    return dict(expect(api.post("/client_invoices", json=body), 200)["client_invoice"])


def remind_three_days_after(api: httpx.Client, company: dict[str, Any]) -> None:
    rule = {"email_title": "Votre facture est due", "offset_days": 3, "operator": "after"}
    body = {"client_id": company["clients"][0]["id"], "send_to": ["billing@acme.example"], "copy_to_self": False,
            "rules": [rule]}  # fmt: skip
    expect(api.post("/reminders", json=body), 201)


def repeat_monthly(api: httpx.Client, company: dict[str, Any]) -> None:
    body = {
        "client_id": company["clients"][0]["id"], "start_date": "2027-05-01", "currency": "EUR", "items": lines(),
        "frequency": {"value": 1, "recurrence": "monthly"}, "payment_terms_days": 30, "invoice_status": "unpaid",
        "bank_account": {"iban": company["iban"]},
    }  # fmt: skip
    expect(api.post("/recurring_invoices", json=body), 201)


def test_past_due_and_back(counterfoil_sandbox: Sandbox, api: httpx.Client, company: dict[str, Any]) -> None:
    sandbox = counterfoil_sandbox
    # Given the sandbox as it starts, on a known day with known ids
    before = expect(api.get("/client_invoices"), 200)
    acme = expect(api.get(f"/clients/{company['clients'][0]['id']}"), 200)["client"]
    assert (acme["name"], sandbox.state()["clock"]["now"][:10]) == ("ACME SAS", "2027-04-12")

    # When an invoice is issued, a reminder and a monthly invoice are set, and the clock goes past due
    invoice = issue(api, company)
    assert (invoice["number"], invoice["status"]) == ("F-2027-006", "unpaid")
    remind_three_days_after(api, company)
    repeat_monthly(api, company)
    moved = sandbox.advance(days=22)
    assert (moved["now"][:10], moved["jobs"]["is_idle"]) == ("2027-05-04", True)

    # Then the month's invoice is there, and the reminder is out with the invoice's PDF
    assert expect(api.get("/client_invoices"), 200)["meta"]["total_count"] == before["meta"]["total_count"] + 2
    (mail,) = [each for each in sandbox.emails() if invoice["number"] in each["subject"] + each["text"]]
    assert mail["to"] == "billing@acme.example"
    (file,) = mail["attachments"]
    assert httpx.get(file["url"], trust_env=False, verify=False).content.startswith(b"%PDF-")

    # When it is put back, then nothing of all this has been
    sandbox.reset()
    assert expect(api.get("/client_invoices"), 200) == before
    assert api.get(f"/client_invoices/{invoice['id']}").status_code == 404
    assert expect(api.get("/recurring_invoices"), 200)["recurring_invoices"] == []
    assert (sandbox.emails(), sandbox.state()["clock"]["now"][:10]) == ([], "2027-04-12")


def test_a_failure_and_then_success(counterfoil_sandbox: Sandbox, api: httpx.Client, company: dict[str, Any]) -> None:
    invoice = issue(api, company)
    path, key = f"/client_invoices/{invoice['id']}/mark_as_paid", {"X-Qonto-Idempotency-Key": "paid-once"}
    # Given a server that fails once, before it did what was asked, and once after
    for after_effect in (False, True):
        route = "/v2/client_invoices/{id}/mark_as_paid"
        counterfoil_sandbox.fault("status", route, method="POST", status=500, after_effect=after_effect)
    # When the client tries again with the same key until it succeeds
    answers = [api.post(path, headers=key) for _ in range(3)]
    # Then it was done once, and the last answer is that of the one time
    assert [answer.status_code for answer in answers] == [500, 500, 200]
    assert answers[0].json()["trace_id"] == answers[0].headers["X-Tyk-Trace-Id"]
    assert answers[2].headers["Idempotency-Replayed"] == "true"
    assert answers[2].json()["client_invoice"]["status"] == "paid"
    assert [fault["met"] for fault in counterfoil_sandbox.state()["faults"]] == [1, 1]


def test_every_document_of_the_sandbox_says_specimen(counterfoil_sandbox: Sandbox, api: httpx.Client) -> None:
    for invoice in expect(api.get("/client_invoices"), 200)["client_invoices"]:
        if invoice["status"] in ("unpaid", "paid"):
            assert "SPECIMEN" in httpx.get(invoice["invoice_url"], trust_env=False, verify=False).text
        attachment = expect(api.get(f"/attachments/{invoice['attachment_id']}"), 200)["attachment"]
        assert "SPECIMEN" in pdf_text.packed_text(httpx.get(attachment["url"], trust_env=False, verify=False).content)
