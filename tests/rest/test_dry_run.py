"""X-Dry-Run: true gives the whole answer, warnings and number too, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.approving import quote_body
from tests.support.server import Api, expect

DRY = {"X-Dry-Run": "true"}


def test_create_answers_with_the_number_it_would_get(fresh: Api) -> None:
    body = fresh.invoice_body(status="unpaid")
    dry = [expect(fresh.post("/client_invoices", body, **DRY), 200)["client_invoice"] for _ in range(2)]
    assert [each["number"][-4:] for each in dry] == ["-001", "-001"]
    assert fresh.get(f"/client_invoices/{dry[0]['id']}").status_code == 404
    assert fresh.count() == 0
    real = expect(fresh.post("/client_invoices", body), 200)["client_invoice"]
    assert real["number"] == dry[0]["number"]
    moving = {"id", "created_at", "updated_at", "finalized_at", "invoice_url"}
    assert {k: v for k, v in real.items() if k not in moving} == {k: v for k, v in dry[0].items() if k not in moving}


def test_the_answer_says_that_it_was_dry(fresh: Api) -> None:
    body = fresh.invoice_body()
    assert fresh.post("/client_invoices", body, **DRY).headers["X-Dry-Run"] == "true"
    assert "X-Dry-Run" not in fresh.post("/client_invoices", body).headers
    assert fresh.post("/client_invoices", body, **{"X-Dry-Run": "false"}).status_code == 200
    assert fresh.count() == 2


def test_warnings_and_faults_are_the_true_ones(fresh: Api) -> None:
    body = fresh.invoice_body(status="unpaid", number="F-2026-009")
    answer = expect(fresh.post("/client_invoices", body, **DRY), 200)
    assert [warning["code"] for warning in answer["warnings"]] == ["number_out_of_sequence"]
    expect(fresh.post("/client_invoices", fresh.invoice_body(currency="USD"), **DRY), 422)
    fresh.issued(number="N-1")
    expect(fresh.post("/client_invoices", fresh.invoice_body(number="N-1"), **DRY), 409)


STEPS: list[tuple[str, str, str, Any, int]] = [
    ("draft", "PATCH", "", {"header": "dry"}, 200),
    ("draft", "DELETE", "", None, 200),
    ("draft", "POST", "/finalize", None, 200),
    ("unpaid", "POST", "/mark_as_paid", None, 200),
    ("unpaid", "POST", "/mark_as_canceled", None, 200),
    ("unpaid", "POST", "/send", {"send_to": ["a@b.example"], "email_title": "x"}, 200),
    ("paid", "POST", "/unmark_as_paid", None, 200),
]


@pytest.mark.parametrize(("status", "method", "path", "body", "code"), STEPS, ids=[s[1] + s[2] for s in STEPS])
def test_no_action_leaves_a_trace(fresh: Api, status: str, method: str, path: str, body: Any, code: int) -> None:
    invoice = fresh.draft() if status == "draft" else fresh.issued()
    if status == "paid":
        fresh.act(invoice["id"], "mark_as_paid")
    before = fresh.invoice(invoice["id"])
    content = {} if body is None else {"json": body}
    answer = fresh.http.request(method, f"/v2/client_invoices/{invoice['id']}{path}", headers=DRY, **content)
    assert answer.status_code == code
    assert fresh.invoice(invoice["id"]) == before
    assert fresh.get(f"/client_invoices/{invoice['id']}/emails").json()["emails"] == []
    following = fresh.issued()["number"]
    assert following.endswith("-001" if status == "draft" else "-002")


OTHERS: list[Callable[[Api, str], httpx.Response]] = [
    lambda api, _: api.post("/clients", api.client_body(), **DRY),
    lambda api, client: api.patch(f"/clients/{client}", {"name": "Dry"}, **DRY),
    lambda api, client: api.delete(f"/clients/{client}", **DRY),
    lambda api, _: api.patch("/organization", {"phone": "+33 9"}, **DRY),
]


@pytest.mark.parametrize("write", OTHERS, ids=["new client", "client", "client gone", "organization"])
def test_other_writes_leave_none_either(fresh: Api, write: Callable[[Api, str], httpx.Response]) -> None:
    client = fresh.client()["id"]
    before = fresh.get("/clients").json(), fresh.get("/organization").json()
    assert write(fresh, client).status_code in (200, 204)
    assert (fresh.get("/clients").json(), fresh.get("/organization").json()) == before


def test_a_dry_run_uses_up_no_idempotency_key(fresh: Api) -> None:
    body = fresh.invoice_body()
    expect(fresh.post("/client_invoices", body, **DRY, **{"Idempotency-Key": "once"}), 200)
    expect(fresh.post("/client_invoices", {**body, "header": "x"}, **{"Idempotency-Key": "once"}), 200)
    assert fresh.count() == 1


LETTER = {"send_to": ["a@b.example"], "email_title": "Votre facture"}


def preview(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    return dict(expect(answer, status)["preview"])


def test_a_preview_says_number_vat_and_findings(fresh: Api) -> None:
    body = fresh.invoice_body(items=[fresh.item(), fresh.item(vat_rate="0.055")])
    told = preview(fresh.post("/client_invoices", body, **DRY))
    year = fresh.today[:4]
    assert (told["number"], told["email"], told["needs_approval"]) == (f"F-{year}-001", None, False)
    assert told["vat"] == [
        {"rate": "0.2", "percent": "20", "base": "100.00", "vat": "20.00"},
        {"rate": "0.055", "percent": "5.5", "base": "100.00", "vat": "5.50"},
    ]
    assert (told["compliance"]["is_ready"], told["compliance"]["errors"]) == (True, [])
    # A draft may lack what finalize wants, and says so.
    told = preview(fresh.post("/client_invoices", fresh.invoice_body(items=[]), **DRY))
    assert told["compliance"]["is_ready"] is False
    assert told["compliance"]["errors"][0]["code"]


def test_a_preview_shows_the_mail_that_would_go_out(fresh: Api) -> None:
    issued = fresh.issued()
    told = preview(fresh.post(f"/client_invoices/{issued['id']}/send", LETTER, **DRY))
    assert (told["number"], told["vat"][0]["base"]) == (issued["number"], "100.00")
    email = told["email"]
    assert (email["to"], email["cc"], email["subject"]) == (
        ["a@b.example"],
        ["factures@atelier.example"],
        "Votre facture",
    )
    assert issued["number"] in email["body"]
    assert email["attachments"] == [f"{issued['number']}.pdf"]
    # The same of one that is made, finalized and sent in one call.
    body = fresh.invoice_body(status="unpaid", send=LETTER | {"email_body": "Merci.", "copy_to_self": False})
    told = preview(fresh.post("/client_invoices", body, **DRY))
    assert told["email"] == {
        "to": ["a@b.example"], "cc": [], "subject": "Votre facture", "body": "Merci.",
        "attachments": [f"{told['number']}.pdf"],
    }  # fmt: skip
    assert told["number"] != issued["number"]
    assert fresh.count() == 1


def test_credit_notes_quotes_and_deletions_have_theirs(fresh: Api) -> None:
    issued = fresh.issued()
    credit = {"invoice_id": issued["id"], "issue_date": fresh.today, "reason": "Retour", "currency": "EUR",
              "amount": {"value": "12.00", "currency": "EUR"}}  # fmt: skip
    answer = expect(fresh.post("/credit_notes", credit, **DRY), 201)
    assert (answer["preview"]["number"], answer["preview"]["vat"][0]["vat"]) == (
        answer["credit_note"]["number"],
        "2.00",
    )
    quote = expect(fresh.post("/quotes", quote_body(fresh), **DRY), 201)
    assert quote["preview"]["number"] == quote["number"]
    draft = fresh.draft()
    assert preview(fresh.delete(f"/client_invoices/{draft['id']}", **DRY))["number"] is None
    assert preview(fresh.delete(f"/clients/{draft['client']['id']}", **DRY))["vat"] == []
