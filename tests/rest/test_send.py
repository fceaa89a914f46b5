"""POST /v2/client_invoices/{id}/send: what is asked for, and what became of the mail."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.server import Api, expect

LETTER = {"send_to": ["client@example.com"], "email_title": "Votre facture"}
EMAIL_KEYS = {
    "id", "status", "attempts", "error", "created_at", "sent_at", "send_to", "email_title", "email_body",
    "copy_to_self", "reminder_days",
}  # fmt: skip


def emails(api: Api, invoice_id: str) -> list[dict[str, Any]]:
    return list(expect(api.get(f"/client_invoices/{invoice_id}/emails"), 200)["emails"])


def test_send_answers_204_and_the_mail_is_queued(fr: Api) -> None:
    invoice = fr.issued()
    answer = fr.post(f"/client_invoices/{invoice['id']}/send", LETTER)
    assert (answer.status_code, answer.content) == (204, b"")
    (email,) = emails(fr, invoice["id"])
    assert set(email) == EMAIL_KEYS
    assert (email["status"], email["sent_at"], email["attempts"]) == ("queued", "", 0)
    assert (email["send_to"], email["copy_to_self"], email["email_body"]) == (["client@example.com"], True, None)
    assert fr.invoice(invoice["id"])["status"] == "unpaid"


def test_a_paid_invoice_can_be_sent_a_canceled_one_not(fr: Api) -> None:
    paid, canceled = fr.issued(), fr.issued()
    fr.act(paid["id"], "mark_as_paid")
    fr.act(canceled["id"], "mark_as_canceled")
    assert fr.post(f"/client_invoices/{paid['id']}/send", LETTER).status_code == 204
    fault = expect(fr.post(f"/client_invoices/{canceled['id']}/send", LETTER), 412)["errors"][0]
    assert fault["code"] == "invoice_already_canceled"
    assert emails(fr, canceled["id"]) == []


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"send_to": ...}, "send_to"), ({"send_to": []}, "send_to"), ({"send_to": "a@b.example"}, "send_to"),
    ({"send_to": ["no"]}, "send_to/0"), ({"send_to": ["a@b.example", "x y@b.example"]}, "send_to/1"),
    ({"send_to": ["a@b.example\r\nBcc: c@d.example"]}, "send_to/0"), ({"send_to": ["a@b.example\n"]}, "send_to/0"),
    ({"send_to": ["=?utf-8?q?a?=@b.example"]}, "send_to/0"), ({"send_to": ["A@b.example", "a@b.example"]}, "send_to"),
    ({"email_title": ...}, "email_title"), ({"email_title": ""}, "email_title"),
    ({"email_title": "x" * 251}, "email_title"), ({"email_title": "a\r\nBcc: c@d.example"}, "email_title"),
    ({"email_title": "=?utf-8?q?=0ABcc:_c=40d.example?="}, "email_title"), ({"email_body": "a\x00"}, "email_body"),
    ({"email_body": "x" * 10_001}, "email_body"), ({"copy_to_self": "maybe"}, "copy_to_self"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "pointer"), WRONG)
def test_a_wrong_letter_is_refused_and_nothing_is_queued(fr: Api, change: dict[str, Any], pointer: str) -> None:
    invoice = fr.issued()
    body = {name: value for name, value in {**LETTER, **change}.items() if value is not ...}
    fault = expect(fr.post(f"/client_invoices/{invoice['id']}/send", body), 422)["errors"][0]
    assert fault["source"]["pointer"] == f"/data/attributes/{pointer}"
    assert fault["meta"]["fix"]
    assert emails(fr, invoice["id"]) == []


def test_without_a_body_it_says_eof(fr: Api) -> None:
    fault = expect(fr.post(f"/client_invoices/{fr.issued()['id']}/send"), 422)["errors"][0]
    assert (fault["code"], fault["detail"]) == ("invalid_body", "EOF")


@pytest.mark.parametrize("is_copied", [True, False, None])
def test_the_mail_is_sent_by_a_job_with_the_pdf(worker: Api, is_copied: bool | None) -> None:
    invoice = worker.issued()
    title = f"Facture {invoice['number']} copie {is_copied}"
    body = {**LETTER, "email_title": title, "email_body": "Bonjour", "copy_to_self": is_copied}
    assert worker.post(f"/client_invoices/{invoice['id']}/send", body).status_code == 204
    deadline = time.monotonic() + 15
    while (email := emails(worker, invoice["id"])[0])["status"] == "queued" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (email["status"], email["error"]) == ("sent", "")
    assert email["sent_at"] >= email["created_at"]
    with worker.server.http() as nobody:
        shown = nobody.get("/dev/mail").text
    assert title in shown
    assert ("factures@atelier.example" in shown.split(title)[1].split("</li>")[0]) is (is_copied is True)
