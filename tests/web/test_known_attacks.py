"""Attacks that were reported against products of this kind, tried here: each was a CVE or an advisory of somebody's."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.plugins.repeatable import is_full_size
from tests.web.conftest import LATER, TODAY, Company

TRAVERSALS = (
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "....//....//etc/passwd",
    "..\\..\\etc\\passwd", "/etc/passwd", "secret.key", "../secret.key", "../counterfoil.db", "%00", "a%00.css",
    "..%252f..%252fcounterfoil.db", "\N{FULLWIDTH FULL STOP}\N{FULLWIDTH FULL STOP}/counterfoil.db",
)  # fmt: skip
INJECTIONS = (
    "id; DROP TABLE clients", "1 OR 1=1", "' OR '1'='1", "name) UNION SELECT secret_hash FROM credentials --",
    'name"; --', "created_at:desc,(SELECT 1)", "*", "id,frozen", "%", "_%", "\\", "' AND SLEEP(5) --", "rowid",
)  # fmt: skip
LISTS = ("clients", "client_invoices", "quotes", "credit_notes", "products", "supplier_invoices", "recurring_invoices")


FORGOTTEN = (
    "/.env", "/.git/config", "/debug", "/config", "/phpinfo.php", "/server-status", "/metrics", "/secret.key",
    "/counterfoil.db", "/v2/settings/../../.env", "/openapi.json", "/docs", "/healthz",
)  # fmt: skip


def key_of(company: Company) -> dict[str, str]:
    return {"Authorization": company.organization.api_key}


@pytest.mark.parametrize("base", ["/assets/", "/files/", "/files/x/", "/dev/mail/", "/uploads/", "/i/", "/q/", "/"])
def test_no_path_leads_out_to_a_file(company: Company, base: str) -> None:
    for path in TRAVERSALS:
        answer = company.visitor.get(base + path, follow_redirects=False)
        assert answer.status_code in (200, 303, 400, 404, 405, 410), (path, answer.status_code)
        assert "root:" not in answer.text
        assert "SQLite format" not in answer.text


def test_names_of_fields_and_orders_are_never_sql(company: Company) -> None:
    company.invoice()
    for name, text in itertools.product(LISTS, INJECTIONS if is_full_size() else INJECTIONS[:6]):
        for parameter in ("sort_by", "fields", "filter[name]", "filter[status]", "filter[number]", "query", "order"):
            answer = company.visitor.get(f"/v2/{name}", params={parameter: text}, headers=key_of(company))
            assert answer.status_code in (200, 400, 422), (name, parameter, text, answer.status_code)
            assert "secret_hash" not in answer.text or "secret_hash" in text
    assert company.call("GET", "/clients")["clients"]


NOT_THEIRS: dict[str, Any] = {
    "id": "01a20000-0000-7000-8000-000000000001", "organization_id": "01a20000-0000-7000-8000-000000000002",
    "paid_at": "2020-01-01T00:00:00.000Z", "finalized_at": "2020-01-01T00:00:00.000Z", "created_at": "2020-01-01",
    "total_amount": {"value": "0.01", "currency": "EUR"}, "amount_paid": {"value": "9.00", "currency": "EUR"},
    "public_token": "A" * 43, "attachment_id": "01a20000-0000-7000-8000-000000000003", "imported": True,
    "is_admin": True, "role": "owner", "scopes": "everything", "seq": 1, "version": 9,
}  # fmt: skip


def test_a_body_sets_nothing_that_is_not_its_senders_to_set(company: Company) -> None:
    plain = company.invoice(status="draft")

    sent = company.invoice(status="draft", **NOT_THEIRS)
    changed = company.call("PATCH", f"/client_invoices/{sent['id']}", NOT_THEIRS)["client_invoice"]

    for found in (sent, changed):
        assert found["id"] != NOT_THEIRS["id"]
        assert found["organization_id"] == company.organization.id
        assert found["total_amount"] == plain["total_amount"]
        assert found["created_at"] != NOT_THEIRS["created_at"]
        assert found.get("paid_at") == plain.get("paid_at")
        assert found.get("attachment_id") == plain.get("attachment_id")
        assert not {"is_admin", "role", "scopes", "public_token", "seq"} & found.keys()
    client = company.client(**{name: value for name, value in NOT_THEIRS.items() if name != "attachment_id"})
    assert client != NOT_THEIRS["id"]
    assert company.call("GET", f"/clients/{client}")["client"].keys().isdisjoint({"is_admin", "role", "scopes"})


def test_a_status_is_reached_by_its_own_act_alone(company: Company) -> None:
    draft = company.invoice(status="draft")
    for status in ("paid", "canceled", "unpaid", "imported", "root"):
        company.visitor.patch(f"/v2/client_invoices/{draft['id']}", json={"status": status}, headers=key_of(company))
        assert company.call("GET", f"/client_invoices/{draft['id']}")["client_invoice"]["status"] == "draft"
        body = {"client_id": draft["client"]["id"], "issue_date": TODAY, "due_date": LATER, "currency": "EUR",
                "items": [], "status": status}  # fmt: skip
        made = company.visitor.post("/v2/client_invoices", json=body, headers=key_of(company))
        assert made.status_code in (400, 422)


def test_nothing_here_tells_a_setting_or_a_key(company: Company) -> None:
    """What told InvoicePlane's and Crater's keys: error pages, debug pages, forgotten files."""
    for path in FORGOTTEN:
        answer = company.visitor.get(path)
        for secret in (company.organization.api_key, str(company.house.settings.data), "COUNTERFOIL_SECRET_KEY="):
            assert secret not in answer.text, path


def test_nobody_says_that_something_was_paid_but_who_may(company: Company) -> None:
    """A forged notice of payment (InvoicePlane, PayPal): the public page takes none."""
    invoice = company.invoice()
    page = "/i/" + invoice["invoice_url"].rsplit("/i/", 1)[1]
    for method, path in itertools.product(
        ("POST", "PUT", "PATCH", "DELETE"), ("", "/pay", "/paid", "/pdf", "/callback")
    ):
        assert company.visitor.request(method, page + path, data={"status": "paid"}).status_code in (404, 405)
    assert company.call("GET", f"/client_invoices/{invoice['id']}")["client_invoice"]["status"] == "unpaid"
