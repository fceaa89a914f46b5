"""Reminders: a client's rules, the days that they plan, and the one mail that each gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from counterfoil import errors
from counterfoil.domain.client import ClientFields
from counterfoil.domain.reminder import NewReminder, ReminderChange
from counterfoil.operations import client_invoices, clients, reminders
from counterfoil.operations.work import SCHEDULE
from tests.support.houses import CLIENT, Company, new_company
from tests.support.schedules import at, days, mails, reminder, tick, titles


def unpaid(company: Company, due_date: str = "2026-04-01", **more: Any) -> str:
    return company.create(status="unpaid", due_date=due_date, **more).id


def pay(company: Company, invoice_id: str) -> None:
    with company.write() as work:
        client_invoices.mark_as_paid(work, invoice_id, None)


def found(company: Company, reminder_id: str) -> dict[str, Any]:
    with company.read() as work:
        answer: dict[str, Any] = json.loads(reminders.get(work, reminder_id))
    return answer


def body(company: Company, **more: Any) -> str:
    return json.dumps({"client_id": company.client_id, "rules": [{"email_title": "Rappel"}]} | more)


def test_before_on_and_after_the_due_date_each_on_its_day(company: Company) -> None:
    reminder(company, -3, 0, 7)
    invoice = unpaid(company)
    sent: dict[str, list[str]] = {}
    for day in ("03-28", "03-29", "03-30", "04-01", "04-02", "04-07", "04-08", "05-01"):
        at(company, f"2026-{day}T08:00")
        before = len(mails(company, invoice))
        tick(company)
        sent[day] = titles(company, invoice)[before:]
    assert {day: each for day, each in sent.items() if each} == {
        "03-29": ["Rappel -3"], "04-01": ["Rappel 0"], "04-08": ["Rappel 7"],
    }  # fmt: skip


def test_each_is_asked_for_once_however_often_it_is_looked_for(company: Company) -> None:
    reminder(company, 0)
    invoice = unpaid(company)
    at(company, "2026-04-01T08:00")
    assert [tick(company) for _ in range(3)] == [1, 0, 0]
    at(company, "2026-03-01T08:00")
    tick(company)
    at(company, "2026-04-01T08:00")
    assert tick(company) == 0
    assert titles(company, invoice) == ["Rappel 0"]
    (email,) = mails(company, invoice)
    assert [(day.outcome, day.waits_for, day.email_id) for day in days(company, invoice)] == [("sent", None, email.id)]


def test_a_paid_invoice_is_not_reminded_of(company: Company) -> None:
    reminder(company, 0, 5)
    paid, canceled, open_one = unpaid(company), unpaid(company), unpaid(company)
    pay(company, paid)
    with company.write() as work:
        client_invoices.mark_as_canceled(work, canceled)
    at(company, "2026-04-01T08:00")
    assert tick(company) == 1
    assert [len(mails(company, each)) for each in (paid, canceled, open_one)] == [0, 0, 1]


def test_one_that_is_unpaid_again_is_reminded_of_on_later_days(company: Company) -> None:
    reminder(company, 0, 5)
    invoice = unpaid(company)
    pay(company, invoice)
    at(company, "2026-04-01T08:00")
    tick(company)
    with company.write() as work:
        client_invoices.unmark_as_paid(work, invoice)
    tick(company)
    at(company, "2026-04-06T08:00")
    tick(company)
    assert titles(company, invoice) == ["Rappel 5"]


def test_drafts_and_other_clients_are_not_reminded_of(company: Company) -> None:
    reminder(company, 0)
    with company.write() as work:
        other = json.loads(clients.create(work, ClientFields.model_validate(CLIENT)))["id"]
    draft, foreign = company.create().id, unpaid(company, client_id=other)
    at(company, "2026-04-01T08:00")
    assert tick(company) == 0
    assert mails(company, draft) == mails(company, foreign) == []
    finalized = company.finalize(draft).id
    assert tick(company) == 1
    assert titles(company, finalized) == ["Rappel 0"]


def test_a_day_that_had_passed_when_the_invoice_was_finalized_stays_silent(company: Company) -> None:
    reminder(company, -60, 0, 5)
    invoice = unpaid(company, issue_date="2026-02-01", due_date="2026-03-01")
    assert tick(company) == 0
    assert [day.days for day in days(company, invoice)] == [5]


def test_a_day_that_had_passed_when_the_rule_was_made_stays_silent(company: Company) -> None:
    overdue, coming = unpaid(company, "2026-03-02"), unpaid(company, "2026-03-20")
    at(company, "2026-03-15T08:00")
    reminder(company, -3, 10, 13)
    assert [[day.days for day in days(company, each)] for each in (overdue, coming)] == [[13], [-3, 10, 13]]
    tick(company)
    assert titles(company, overdue) == ["Rappel 13"]
    assert titles(company, coming) == []


def test_a_rule_of_today_wakes_the_scheduler(company: Company) -> None:
    woken: list[frozenset[str]] = []
    company.house.works.on_jobs = woken.append
    unpaid(company, "2026-03-02")
    reminder(company, 3)
    assert not any(SCHEDULE in kinds for kinds in woken)
    reminder(company, 0)
    assert SCHEDULE in woken[-1]


def test_late_ones_go_out_when_something_runs_again_and_of_several_the_newest(company: Company) -> None:
    reminder(company, -3, 0, 7, 60)
    invoice = unpaid(company)
    at(company, "2026-04-11T08:00")
    assert tick(company) == 1
    assert titles(company, invoice) == ["Rappel 7"]
    assert [(day.days, day.outcome) for day in days(company, invoice)] == [
        (-3, "late"), (0, "late"), (7, "sent"), (60, ""),
    ]  # fmt: skip
    at(company, "2026-05-31T08:00")
    tick(company)
    assert titles(company, invoice) == ["Rappel 7", "Rappel 60"]


def test_the_newest_words_count_and_a_rule_that_is_gone_reminds_no_more(company: Company) -> None:
    first = reminder(company, 0, 5)
    invoice = unpaid(company)
    second = reminder(company, 5, 9, rules=[{"email_title": "Neu", "offset_days": 5, "email_body": "Bitte."}])
    assert first == second
    for day in ("2026-04-01", "2026-04-06", "2026-04-10"):
        at(company, f"{day}T08:00")
        tick(company)
    assert titles(company, invoice) == ["Neu"]
    assert json.loads(mails(company, invoice)[0].request)["email_body"] == "Bitte."


def test_the_same_rule_written_anew_does_not_remind_again(company: Company) -> None:
    reminder_id = reminder(company, 0)
    invoice = unpaid(company)
    at(company, "2026-04-01T08:00")
    tick(company)
    with company.write() as work:
        reminders.delete(work, reminder_id)
    reminder(company, 0)
    assert tick(company) == 0
    assert len(mails(company, invoice)) == 1


def test_deleted_reminders_remind_no_more(company: Company) -> None:
    reminder_id = reminder(company, 0)
    invoice = unpaid(company)
    with company.write() as work:
        reminders.delete(work, reminder_id)
    at(company, "2026-04-01T08:00")
    assert tick(company) == 0
    assert days(company, invoice) == []


def test_the_clients_deletion_takes_its_reminders_along(company: Company) -> None:
    reminder(company, 0)
    with company.write() as work:
        reminders.remove_of_client(work, company.client_id)
        assert reminders.page(work, None, is_descending=True, limit=10, skip=0) == (0, [])


def test_without_recipients_the_clients_addresses_of_the_day_count(company: Company) -> None:
    reminder(company, 0)
    invoice = unpaid(company)
    with company.write() as work:
        change = {"email": "new@client.example", "extra_emails": ["b@client.example", "NEW@client.example"]}
        clients.update(work, company.client_id, ClientFields.model_validate(change))
    at(company, "2026-04-01T08:00")
    tick(company)
    (email,) = mails(company, invoice)
    assert [each.lower() for each in json.loads(email.request)["send_to"]] == ["new@client.example", "b@client.example"]


def test_a_client_that_lost_its_address_gives_no_mail_and_is_not_asked_again(company: Company) -> None:
    reminder(company, 0)
    invoice = unpaid(company)
    with company.write() as work:
        clients.update(work, company.client_id, ClientFields.model_validate({"email": None}))
    at(company, "2026-04-01T08:00")
    assert tick(company) == 0
    assert [day.outcome for day in days(company, invoice)] == ["failed"]
    with company.read() as work:
        types = work.conn.execute(text("SELECT type FROM journal WHERE subject_id = :id"), {"id": invoice}).scalars()
        assert "reminder_failed" in list(types)


def test_creating_replaces_and_putting_keeps_the_recipients(company: Company) -> None:
    first = reminder(company, 0, send_to=["a@client.example"], copy_to_self=False)
    change = ReminderChange.model_validate_json(json.dumps({"rules": [{"email_title": "x", "offset_days": 3}]}))
    with company.write() as work:
        reminders.replace(work, first, change)
    kept = found(company, first)
    assert (kept["send_to"], kept["copy_to_self"]) == (["a@client.example"], False)
    assert kept["rules"] == [{"email_title": "x", "email_body": "", "offset_days": 3, "operator": "after"}]
    again = found(company, reminder(company, 1))
    assert (again["id"], again["created_at"]) == (first, kept["created_at"])
    assert (again["send_to"], again["copy_to_self"]) == ([], True)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"client_id": "019f56b7-0000-7000-8000-000000000001"}, "invalid_client_id"),
        ({"send_to": ["a@b.example", "A@b.example"]}, "duplicate_recipient"),
        ({"rules": [{"email_title": "=?utf-8?q?x?="}]}, "invalid_header_text"),
        ({"rules": [{"email_title": "x", "operator": "on", "offset_days": 2}]}, "invalid_offset_days"),
        ({"rules": [{"email_title": "x"}, {"email_title": "y"}]}, "duplicate_rule"),
    ],
)
def test_what_could_not_be_mailed_is_refused(company: Company, more: dict[str, Any], code: str) -> None:
    with pytest.raises(errors.Invalid) as refusal, company.write() as work:
        reminders.create(work, NewReminder.model_validate_json(body(company, **more)))
    assert refusal.value.code == code


def test_a_client_without_any_address_needs_recipients(company: Company) -> None:
    with company.write() as work:
        clients.update(work, company.client_id, ClientFields.model_validate({"email": ""}))
    with pytest.raises(errors.Invalid) as refusal, company.write() as work:
        reminders.create(work, NewReminder.model_validate_json(body(company)))
    assert [(fault.code, fault.field) for fault in refusal.value.faults] == [("missing_value", "send_to")]
    assert reminder(company, 0, send_to=["a@client.example"])


def test_reminders_cannot_be_moved_to_another_client(company: Company) -> None:
    reminder_id = reminder(company, 0)
    change = ReminderChange.model_validate_json(body(company, client_id="019f56b7-0000-7000-8000-000000000001"))
    with pytest.raises(errors.Invalid, match="another client"), company.write() as work:
        reminders.replace(work, reminder_id, change)
    assert found(company, reminder_id)["client_id"] == company.client_id


def test_anothers_are_not_found(company: Company) -> None:
    reminder_id = reminder(company, 0)
    other = new_company(company.house)
    for act in (reminders.get, reminders.delete):
        with pytest.raises(errors.NotFound), other.write() as work:
            act(work, reminder_id)
