"""The sandbox as a stranger's test suite uses it: put back, put forward past due, a failure and then success."""

from __future__ import annotations

import httpx
import pytest

from counterfoil.testing import Sandbox
from tests.support.server import expect


@pytest.fixture
def api(counterfoil_sandbox: Sandbox) -> httpx.Client:
    headers = {"Authorization": counterfoil_sandbox.api_key}
    return httpx.Client(base_url=counterfoil_sandbox.api_url, headers=headers, timeout=30, trust_env=False)


def new_invoice(client_id: str, day: str, due: str) -> dict[str, object]:
    item = {
        "title": "Conseil",
        "quantity": "1",
        "unit_price": {"value": "100.00", "currency": "EUR"},
        "vat_rate": "0.2",
    }
    return {"client_id": client_id, "issue_date": day, "due_date": due, "currency": "EUR", "items": [item]}


def test_a_day_in_the_sandbox(counterfoil_sandbox: Sandbox, api: httpx.Client) -> None:
    sandbox = counterfoil_sandbox
    # Given the sandbox as it starts: known ids, a known day
    company = sandbox.state()["organizations"][0]
    acme = company["clients"][0]
    before = expect(api.get("/client_invoices"), 200)
    assert expect(api.get(f"/clients/{acme['id']}"), 200)["client"]["name"] == "ACME SAS"
    assert sandbox.state()["clock"]["now"][:10] == "2027-04-12"

    # When a recurring invoice and a reminder are set, and an invoice is issued
    recurring = {
        "client_id": acme["id"], "start_date": "2027-05-01", "frequency": {"value": 1, "recurrence": "monthly"},
        "payment_terms_days": 30, "bank_account": {"iban": company["iban"]}, "currency": "EUR",
        "items": new_invoice(acme["id"], "", "")["items"], "invoice_status": "unpaid",
    }  # fmt: skip
    expect(api.post("/recurring_invoices", json=recurring), 201)
    rules = [{"email_title": "Votre facture est due", "offset_days": 3, "operator": "after"}]
    reminder = {"client_id": acme["id"], "send_to": ["billing@acme.example"], "copy_to_self": False, "rules": rules}
    expect(api.post("/reminders", json=reminder), 201)
    issued = expect(api.post("/client_invoices", json=new_invoice(acme["id"], "2027-04-12", "2027-04-30")), 200)
    invoice = issued["client_invoice"]
    assert (invoice["number"], invoice["status"]) == ("F-2027-006", "unpaid")

    # And the clock goes past due, three days and more
    moved = sandbox.advance(days=22)
    assert moved["now"][:10] == "2027-05-04"
    assert moved["jobs"]["is_idle"] is True

    # Then the month's invoice is there, and the reminder of ours is out, with its PDF
    assert expect(api.get("/client_invoices"), 200)["meta"]["total_count"] == before["meta"]["total_count"] + 2
    mail = [each for each in sandbox.emails() if "F-2027-006" in each["text"] or "F-2027-006" in each["subject"]]
    assert len(mail) == 1
    assert mail[0]["to"] == "billing@acme.example"
    assert mail[0]["attachments"][0]["content_type"] == "application/pdf"
    assert httpx.get(mail[0]["attachments"][0]["url"], trust_env=False).content.startswith(b"%PDF-")

    # When the server fails once, after it did what was asked, and the client tries again with the same key
    path = f"/client_invoices/{invoice['id']}/mark_as_paid"
    key = {"X-Qonto-Idempotency-Key": "paid-once"}
    sandbox.fault("status", "/v2/client_invoices/{id}/mark_as_paid", method="POST", status=500, after_effect=True)
    failed = api.post(path, headers=key)
    assert failed.status_code == 500
    assert failed.json()["trace_id"] == failed.headers["X-Tyk-Trace-Id"]
    paid = api.post(path, headers=key)
    # Then it succeeds, and it was done once
    assert expect(paid, 200)["client_invoice"]["status"] == "paid"
    assert paid.headers["Idempotency-Replayed"] == "true"

    # When it is put back, then nothing of all this has been
    sandbox.reset()
    assert expect(api.get("/client_invoices"), 200) == before
    assert sandbox.emails() == []
    assert sandbox.state()["faults"] == []
    assert sandbox.state()["clock"]["now"][:10] == "2027-04-12"
    assert api.get(f"/client_invoices/{invoice['id']}").status_code == 404
    assert expect(api.get("/recurring_invoices"), 200)["recurring_invoices"] == []


def test_every_document_of_the_sandbox_says_specimen(counterfoil_sandbox: Sandbox, api: httpx.Client) -> None:
    for invoice in expect(api.get("/client_invoices"), 200)["client_invoices"]:
        if invoice["status"] in ("unpaid", "paid"):
            assert "SPECIMEN" in httpx.get(invoice["invoice_url"], trust_env=False).text
        attachment = expect(api.get(f"/attachments/{invoice['attachment_id']}"), 200)["attachment"]
        assert httpx.get(attachment["url"], trust_env=False).content.startswith(b"%PDF-")
