"""POST /v2/client_invoices/{id}/mark_as_paid and the other actions of an invoice's life."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import NewOrganization
from tests.contract import schema
from tests.contract.schema import faults_of
from tests.support import databases
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


def test_today_is_the_organizations_calendar_day(new_organization: NewOrganization) -> None:
    # 26 hours lie between the two, so their days differ at any moment.
    east = new_organization("FR", legal_name="Est", time_zone="Pacific/Kiritimati")
    west = new_organization("FR", legal_name="Ouest", time_zone="Etc/GMT+12")
    day = datetime.now(ZoneInfo("Pacific/Kiritimati")).date().isoformat()
    assert east.act(east.issued()["id"], "mark_as_paid", {"paid_at": day})["paid_at"] == f"{day}T00:00:00+14:00"
    answer = west.post(f"/client_invoices/{west.issued()['id']}/mark_as_paid", {"paid_at": day})
    assert expect(answer, 422)["errors"][0]["code"] == "invalid_paid_at"
    today = west.act(west.issued()["id"], "mark_as_paid")["paid_at"]
    assert today[:10] == datetime.now(ZoneInfo("Etc/GMT+12")).date().isoformat() < day


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


def put_with_the_network(api: Api, invoice_id: str, status: str) -> None:
    """Writes an e-invoicing status as what a network says of it does."""

    from counterfoil.app import House
    from counterfoil.cli.initialize import house_settings
    from counterfoil.operations.work import Actor
    from counterfoil.store import client_invoices

    house = House(house_settings(api.server.data, **databases.settings_of(api.server.data)))
    try:
        with house.works.write(Actor(api.organization.id, "test")) as work:
            row = client_invoices.get(work.conn, api.organization.id, invoice_id)
            assert row is not None
            live = row.live.replace('"einvoicing_status":"pending"', f'"einvoicing_status":"{status}"')
            client_invoices.replace(work.conn, api.organization.id, row, row._replace(live=live))
    finally:
        house.close()


@pytest.mark.parametrize("status", ["submitted", "approved", "declined", "not_delivered"])
def test_what_a_network_has_is_not_canceled_but_credited(it: Api, status: str) -> None:
    invoice = it.issued()
    put_with_the_network(it, invoice["id"], status)
    fault = expect(it.post(f"/client_invoices/{invoice['id']}/mark_as_canceled"), 412)["errors"][0]
    assert fault["code"] == "einvoice_already_submitted"
    assert "credit note" in fault["meta"]["fix"]
    assert (it.invoice(invoice["id"])["status"], it.invoice(invoice["id"])["einvoicing_status"]) == ("unpaid", status)


@pytest.mark.parametrize("status", ["pending", "submission_failed"])
def test_what_never_reached_a_network_can_be_canceled(it: Api, status: str) -> None:
    invoice = it.issued()
    put_with_the_network(it, invoice["id"], status)
    assert it.act(invoice["id"], "mark_as_canceled")["status"] == "canceled"


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
