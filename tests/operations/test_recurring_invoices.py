"""Recurring invoices: what each call does, and the invoice that a period gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from counterfoil import errors
from counterfoil.domain.client import ClientFields
from counterfoil.operations import clients, organization, recurring_invoices
from counterfoil.operations.work import SCHEDULE
from counterfoil.store import recurring_invoices as store
from tests.support.houses import IBAN, Company, new_company
from tests.support.schedules import ITEM, at, invoices, recurring, recurring_body, shown, tick


def refused(company: Company, **more: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(errors.BillingError) as refusal, company.write() as work:
        recurring_invoices.create(work, recurring_body(company, **more))
    return [(fault.code, fault.field) for fault in refusal.value.faults]


def act(company: Company, name: str, recurring_id: str) -> str:
    with company.write() as work:
        return str(getattr(recurring_invoices, name)(work, recurring_id).status)


def test_a_new_one_waits_for_its_start(company: Company) -> None:
    found = shown(company, recurring(company))
    assert (found["status"], found["next_invoice_date"]) == ("scheduled", "2026-03-31")
    assert (found["invoices_count"], found["last_invoice_id"], found["last_error"]) == (0, None, None)
    assert found["bank_account"] == {"iban": IBAN}
    assert found["total_amount"] == {"value": "12.00", "currency": "EUR"}
    assert found["items"][0]["total_amount_cents"] == 1200
    assert invoices(company) == []


def test_trying_leaves_nothing_behind(company: Company) -> None:
    recurring(company)
    assert company.create(status="unpaid").number == "F-2026-001"
    with company.read() as work:
        assert work.organization.seq_last == 1
        assert work.conn.exec_driver_sql("SELECT count(*) FROM jobs").scalar_one() == 1
        assert work.conn.exec_driver_sql("SELECT count(*) FROM public_links").scalar_one() == 1


def test_one_that_starts_today_is_active_and_wakes_the_scheduler(company: Company) -> None:
    woken: list[frozenset[str]] = []
    company.house.works.on_jobs = woken.append
    assert shown(company, recurring(company, start_date="2026-03-02"))["status"] == "active"
    assert SCHEDULE in woken[-1]
    assert tick(company) == 1


def test_days_before_today_are_not_made_up_and_still_count_from_the_start(company: Company) -> None:
    found = shown(company, recurring(company, start_date="2025-12-31"))
    assert (found["status"], found["next_invoice_date"]) == ("active", "2026-03-31")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"client_id": "019f56b7-0000-7000-8000-000000000001"}, ("invalid_client_id", "client_id")),
        ({"bank_account": {"iban": "DE89370400440532013000"}}, ("invalid_iban", "bank_account/iban")),
        ({"payment_methods": {"iban": ""}}, ("invalid_iban", "payment_methods/iban")),
        ({"items": [ITEM | {"vat_rate": "0"}]}, ("missing_vat_exemption_reason", "items/0/vat_exemption_reason")),
        ({"currency": "USD"}, ("invalid_currency", "currency")),
        ({"end_date": "2026-03-30"}, ("invalid_end_date", "end_date")),
        ({"start_date": "2025-01-01", "end_date": "2026-03-01"}, ("invalid_end_date", "end_date")),
    ],
)
def test_what_its_invoice_would_be_refused_for_is_refused_now(
    company: Company, more: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert refused(company, **more) == [fault]
    with company.read() as work:
        assert work.conn.exec_driver_sql("SELECT count(*) FROM recurring_invoices").scalar_one() == 0


def test_each_period_gives_an_invoice_of_its_day(company: Company) -> None:
    recurring_id = recurring(company, header="Merci")
    for moment in ("2026-03-31T10:00", "2026-04-30T10:00", "2026-05-31T10:00"):
        at(company, moment)
        assert tick(company) == 1
        assert tick(company) == 0
    made = invoices(company)
    assert [(row.number, row.status) for row in made] == [(f"F-2026-00{n}", "unpaid") for n in (1, 2, 3)]
    assert [row.issue_date for row in made] == ["2026-03-31", "2026-04-30", "2026-05-31"]
    assert [row.due_date for row in made] == ["2026-04-10", "2026-05-10", "2026-06-10"]
    assert json.loads(made[0].frozen)["header"] == "Merci"
    found = shown(company, recurring_id)
    assert (found["status"], found["invoices_count"], found["next_invoice_date"]) == ("active", 3, "2026-06-30")
    assert (found["last_invoice_id"], found["last_invoice_date"]) == (made[-1].id, "2026-05-31")


def test_drafts_are_made_when_asked_for(company: Company) -> None:
    recurring(company, invoice_status="draft")
    at(company, "2026-03-31T10:00")
    tick(company)
    assert [(row.status, row.number) for row in invoices(company)] == [("draft", None)]


def test_missed_periods_are_made_up_in_order_and_dated_when_they_are_made(company: Company) -> None:
    recurring_id = recurring(company)
    at(company, "2026-06-02T10:00")
    assert tick(company) == 3
    made = invoices(company)
    assert [row.number for row in made] == ["F-2026-001", "F-2026-002", "F-2026-003"]
    assert {row.issue_date for row in made} == {"2026-06-02"}
    assert {row.due_date for row in made} == {"2026-06-12"}
    assert shown(company, recurring_id)["next_invoice_date"] == "2026-06-30"


def test_a_clock_put_back_makes_no_period_twice(company: Company) -> None:
    recurring(company)
    at(company, "2026-06-02T10:00")
    tick(company)
    for moment in ("2026-03-31T10:00", "2026-04-30T10:00", "2026-06-29T10:00"):
        at(company, moment)
        assert tick(company) == 0
    assert len(invoices(company)) == 3


@pytest.mark.parametrize("limit", [{"end_date": "2026-05-30"}, {"occurrences": 2}])
def test_it_finishes_after_its_last_invoice(company: Company, limit: dict[str, Any]) -> None:
    recurring_id = recurring(company, **limit)
    at(company, "2027-01-01T10:00")
    assert tick(company) == 2
    found = shown(company, recurring_id)
    assert (found["status"], found["next_invoice_date"]) == ("finished", None)
    with pytest.raises(errors.WrongState):
        act(company, "cancel", recurring_id)


def test_a_suspended_one_makes_nothing_and_goes_on_with_its_next_day(company: Company) -> None:
    recurring_id = recurring(company)
    at(company, "2026-03-31T10:00")
    tick(company)
    assert act(company, "suspend", recurring_id) == "suspended"
    assert shown(company, recurring_id)["next_invoice_date"] is None
    at(company, "2026-06-02T10:00")
    assert tick(company) == 0
    assert act(company, "reactivate", recurring_id) == "active"
    assert shown(company, recurring_id)["next_invoice_date"] == "2026-06-30"
    assert len(invoices(company)) == 1


def test_reactivated_on_a_periods_day_it_makes_that_one_once(company: Company) -> None:
    recurring_id = recurring(company)
    at(company, "2026-03-31T10:00")
    tick(company)
    for _ in range(2):
        act(company, "suspend", recurring_id)
        act(company, "reactivate", recurring_id)
        assert tick(company) == 0
    at(company, "2026-04-30T10:00")
    act(company, "suspend", recurring_id)
    act(company, "reactivate", recurring_id)
    assert tick(company) == 1


def test_reactivated_before_its_start_it_waits_for_it(company: Company) -> None:
    recurring_id = recurring(company)
    act(company, "suspend", recurring_id)
    assert act(company, "reactivate", recurring_id) == "scheduled"


def test_reactivating_what_has_no_day_left_is_forbidden(company: Company) -> None:
    recurring_id = recurring(company, end_date="2026-05-31")
    act(company, "suspend", recurring_id)
    at(company, "2026-06-01T10:00")
    with pytest.raises(errors.WrongState) as refusal:
        act(company, "reactivate", recurring_id)
    assert refusal.value.code == "recurring_invoice_status_transition_forbidden"
    assert shown(company, recurring_id)["status"] == "suspended"


def test_canceled_it_makes_nothing_more(company: Company) -> None:
    recurring_id = recurring(company)
    assert act(company, "cancel", recurring_id) == "canceled"
    at(company, "2026-06-02T10:00")
    assert tick(company) == 0


def test_the_clients_deletion_cancels_those_that_can_be(company: Company) -> None:
    running, suspended = recurring(company), recurring(company)
    finished = recurring(company, start_date="2026-03-02", occurrences=1)
    act(company, "suspend", suspended)
    tick(company)
    with company.write() as work:
        recurring_invoices.cancel_of_client(work, company.client_id)
    assert [shown(company, each)["status"] for each in (running, suspended, finished)] == [
        "canceled", "canceled", "finished",
    ]  # fmt: skip


def test_whether_one_is_scheduled_or_active(company: Company) -> None:
    def has_live() -> bool:
        with company.read() as work:
            return store.has_live(work.conn, company.id)

    assert not has_live()
    recurring_id = recurring(company)
    assert has_live()
    act(company, "suspend", recurring_id)
    assert not has_live()


def test_numbering_by_hand_excludes_them(company: Company) -> None:
    recurring_id = recurring(company)
    act(company, "suspend", recurring_id)
    with company.write() as work:
        organization.update(work, {"numbering_mode": "manual"})
    assert refused(company) == [("invalid_numbering_mode", None)]
    with pytest.raises(errors.WrongState):
        act(company, "reactivate", recurring_id)


def test_what_goes_wrong_is_told_retried_after_growing_pauses_and_made_up(company: Company) -> None:
    recurring_id = recurring(company)
    with company.write() as work:
        clients.update(work, company.client_id, ClientFields.model_validate({"billing_address": None}))
    at(company, "2026-03-31T10:00")
    assert [tick(company) for _ in range(3)] == [0, 0, 0]
    error = shown(company, recurring_id)["last_error"]
    assert (error["code"], error["attempts"], error["period_date"]) == ("client_without_address", 1, "2026-03-31")
    assert error["retry_at"].startswith("2026-03-31T10:01:00")
    for moment in ("2026-03-31T10:01:01", "2026-03-31T10:02:02", "2026-03-31T10:03:05"):
        at(company, moment)
        tick(company)
    assert shown(company, recurring_id)["last_error"]["attempts"] == 3
    with company.write() as work:
        clients.update(work, company.client_id, ClientFields.model_validate({"city": "Nantes", "country_code": "FR"}))
    at(company, "2026-05-01T10:00")
    assert tick(company) == 2
    found = shown(company, recurring_id)
    assert (found["status"], found["last_error"], found["invoices_count"]) == ("active", None, 2)


def test_a_failure_stands_once_in_the_journal(company: Company) -> None:
    recurring_id = recurring(company)
    with company.write() as work:
        clients.update(work, company.client_id, ClientFields.model_validate({"currency": "USD"}))
    for hour in range(10, 20):
        at(company, f"2026-03-31T{hour}:00")
        tick(company)
    with company.read() as work:
        found = work.conn.execute(
            text("SELECT type FROM journal WHERE subject_id = :id ORDER BY position"), {"id": recurring_id}
        )
        assert [row[0] for row in found] == ["created", "invoice_failed"]


def test_a_clock_put_back_does_not_keep_it_resting_for_ever(company: Company) -> None:
    recurring_id = recurring(company)
    with company.write() as work:
        clients.update(work, company.client_id, ClientFields.model_validate({"currency": "USD"}))
    at(company, "2027-03-31T10:00")
    tick(company)
    at(company, "2026-03-31T10:00")
    with company.write() as work:
        clients.update(work, company.client_id, ClientFields.model_validate({"currency": "EUR"}))
    assert tick(company) == 1
    assert shown(company, recurring_id)["last_error"] is None


def test_anothers_is_not_found(company: Company) -> None:
    recurring_id = recurring(company)
    other = new_company(company.house)
    for name in ("get", "suspend", "reactivate", "cancel"):
        with pytest.raises(errors.NotFound), other.write() as work:
            getattr(recurring_invoices, name)(work, recurring_id)
