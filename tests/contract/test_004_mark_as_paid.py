"""POST /v2/client_invoices/{id}/mark_as_paid and the other actions of an invoice's life."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.contract import schema
from tests.contract.schema import faults_of
from tests.support.server import Api, expect


def days_from_today(api: Api, days: int) -> str:
    return (date.fromisoformat(api.today) + timedelta(days=days)).isoformat()


@pytest.mark.parametrize("body", [None, {}, {"paid_at": None}, {"client_invoice": {}}, {"unknown": 1}])
def test_without_a_day_it_was_paid_today(fr: Api, body: Any) -> None:
    paid = fr.act(fr.issued()["id"], "mark_as_paid", body)
    assert paid["status"] == "paid"
    assert paid["paid_at"][:10] == fr.today


@pytest.mark.parametrize("days", [0, -1, -400])
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_the_day_is_today_or_earlier(fr: Api, days: int, is_wrapped: bool) -> None:
    day = days_from_today(fr, days)
    sent: dict[str, Any] = {"paid_at": day}
    paid = fr.act(fr.issued()["id"], "mark_as_paid", {"client_invoice": sent} if is_wrapped else sent)
    assert paid["paid_at"].startswith(day)
    assert faults_of(schema.INVOICE, paid) == []


def test_a_day_in_the_future_is_refused(fr: Api) -> None:
    invoice = fr.issued()
    answer = fr.post(f"/client_invoices/{invoice['id']}/mark_as_paid", {"paid_at": days_from_today(fr, 2)})
    fault = expect(answer, 422)["errors"][0]
    assert fault["source"]["pointer"] == "/data/attributes/paid_at"
    assert fault["meta"]["fix"]
    assert fr.invoice(invoice["id"]) == invoice


@pytest.mark.parametrize("value", ["15/12/2024", "2024-12-15T10:00:00Z", 20241215, "", "2024-02-30"])
def test_the_day_is_written_year_month_day(fr: Api, value: Any) -> None:
    invoice = fr.issued()
    answer = fr.post(f"/client_invoices/{invoice['id']}/mark_as_paid", {"paid_at": value})
    assert expect(answer, 422)["errors"][0]["source"]["pointer"] == "/data/attributes/paid_at"


def test_a_paid_invoice_marked_again_changes_its_day(fr: Api) -> None:
    invoice = fr.issued()
    fr.act(invoice["id"], "mark_as_paid", {"paid_at": "2024-12-15"})
    again = fr.act(invoice["id"], "mark_as_paid", {"paid_at": "2024-12-16"})
    assert (again["status"], again["paid_at"][:10]) == ("paid", "2024-12-16")
    assert fr.act(invoice["id"], "mark_as_paid")["paid_at"][:10] == fr.today


def test_only_status_day_and_what_was_paid_change(fr: Api) -> None:
    invoice = fr.issued()
    paid = fr.act(invoice["id"], "mark_as_paid")
    changed = {name for name in paid if paid[name] != invoice.get(name)}
    assert changed == {"status", "paid_at", "updated_at", "amount_paid"}
    assert paid["amount_paid"] == invoice["amount_due"]


def test_a_draft_and_a_canceled_invoice_cannot_be_paid(fr: Api) -> None:
    draft, canceled = fr.draft(), fr.issued()
    fr.act(canceled["id"], "mark_as_canceled")
    for invoice, code in ((draft, "invoice_not_finalized"), (canceled, "invoice_already_canceled")):
        fault = expect(fr.post(f"/client_invoices/{invoice['id']}/mark_as_paid"), 412)["errors"][0]
        assert fault["code"] == code
        assert fault["meta"]["fix"]


def test_unmark_takes_the_payment_back(fr: Api) -> None:
    invoice = fr.issued()
    fr.act(invoice["id"], "mark_as_paid")
    back = fr.act(invoice["id"], "unmark_as_paid")
    assert {name: back[name] for name in back if name != "updated_at"} == {
        name: value for name, value in invoice.items() if name != "updated_at"
    }


def test_cancel_keeps_number_and_document(fr: Api) -> None:
    invoice = fr.issued()
    answer = expect(fr.post(f"/client_invoices/{invoice['id']}/mark_as_canceled"), 200)
    canceled = answer["client_invoice"]
    assert {name for name in canceled if canceled[name] != invoice.get(name)} == {"status", "updated_at"}
    assert canceled["status"] == "canceled"
    for action in ("finalize", "mark_as_paid", "unmark_as_paid", "mark_as_canceled"):
        expect(fr.post(f"/client_invoices/{invoice['id']}/{action}"), 412)


@pytest.mark.parametrize("body", [None, {}, {"anything": 1}])
def test_finalize_makes_a_draft_definitive(fr: Api, body: Any) -> None:
    draft = fr.draft()
    issued = fr.act(draft["id"], "finalize", body)
    assert (issued["status"], issued["number"]) == ("unpaid", draft["number"].removesuffix("-PROFORMA"))
    assert issued["finalized_at"]
    assert faults_of(schema.INVOICE, issued) == []


def test_delete_answers_204_without_a_body_and_then_it_is_gone(fr: Api) -> None:
    invoice = fr.draft()
    answer = fr.delete(f"/client_invoices/{invoice['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert fr.get(f"/client_invoices/{invoice['id']}").status_code == 404
