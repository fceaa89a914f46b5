"""The scheduler: each organization's own midnight, what is woken and when, and what a failure leaves undisturbed."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.app import House
from counterfoil.domain.client import ClientFields
from counterfoil.formats import mail
from counterfoil.jobs import outage, scheduler
from counterfoil.jobs.scheduler import Scheduler
from counterfoil.operations import client_invoices, clients, recurring_invoices, reminders
from counterfoil.ports.clock import day_in
from counterfoil.settings import Settings
from tests.jobs.conftest import Workshop
from tests.support import databases
from tests.support.houses import START, new_company
from tests.support.schedules import at, days, invoices, mails, recurring, reminder, shown, tick, titles

# Zones whose clocks change at midnight, at other hours, by half an hour, or not at all; the outermost of the world.
ZONES = (
    "Europe/Paris", "Europe/Lisbon", "Atlantic/Azores", "Africa/Cairo", "Asia/Beirut", "America/Sao_Paulo",
    "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Kiritimati", "Etc/GMT+12", "UTC",
)  # fmt: skip


@given(st.integers(0, 60 * 366 * 24 * 60), st.sampled_from(ZONES))
def test_a_day_begins_once_and_no_zone_is_further_ahead_than_the_scheduler_looks(minutes: int, zone: str) -> None:
    moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    today, a_minute_later = day_in(zone, moment), day_in(zone, moment + timedelta(minutes=1))
    assert a_minute_later - today in (timedelta(0), timedelta(days=1))
    assert today <= (moment + scheduler.FURTHEST_AHEAD).date()
    assert today == moment.astimezone(ZoneInfo(zone)).date()


@pytest.mark.parametrize(
    ("zone", "day", "before", "after"),
    [
        ("Europe/Paris", "2026-03-29", "2026-03-28T22:59:59", "2026-03-28T23:00"),  # summer time begins at 2
        ("Europe/Paris", "2026-03-30", "2026-03-29T21:59:59", "2026-03-29T22:00"),
        ("Europe/Paris", "2026-10-25", "2026-10-24T21:59:59", "2026-10-24T22:00"),  # and ends at 3
        ("Europe/Paris", "2026-10-26", "2026-10-25T22:59:59", "2026-10-25T23:00"),
        ("Atlantic/Azores", "2026-10-25", "2026-10-24T23:59:59", "2026-10-25T00:00"),  # ends at 1, back to midnight
        ("Africa/Cairo", "2026-04-24", "2026-04-23T21:59:59", "2026-04-23T22:00"),  # there is no midnight this day
        ("Pacific/Kiritimati", "2026-06-01", "2026-05-31T09:59:59", "2026-05-31T10:00"),
        ("Etc/GMT+12", "2026-06-01", "2026-06-01T11:59:59", "2026-06-01T12:00"),
    ],
)
def test_a_period_begins_at_its_organizations_midnight(
    workshop: Workshop, zone: str, day: str, before: str, after: str
) -> None:
    company = new_company(workshop.company.house, clock=workshop.clock, time_zone=zone)
    recurring(company, start_date=day, frequency={"recurrence": "daily"})
    at(company, before)
    assert tick(company) == 0
    at(company, after)
    assert tick(company) == 1
    assert tick(company) == 0
    assert invoices(company)[0].issue_date == day


def test_every_day_of_a_year_has_one_invoice_however_clocks_change(workshop: Workshop) -> None:
    company = new_company(workshop.company.house, clock=workshop.clock, time_zone="America/Santiago")
    recurring(company, start_date="2026-04-01", frequency={"recurrence": "daily"})
    at(company, "2026-04-01T00:00")
    for _ in range(24 * 12):
        company.clock.jump(timedelta(hours=1))
        tick(company)
    assert [row.issue_date for row in invoices(company)] == [
        (date(2026, 4, 1) + timedelta(days=n)).isoformat() for n in range(12)
    ]  # fmt: skip


def test_organizations_do_not_wait_for_one_another(workshop: Workshop) -> None:
    first, second = workshop.company, new_company(workshop.company.house, clock=workshop.clock)
    broken = recurring(first, start_date="2026-03-03")
    recurring(second, start_date="2026-03-03")
    with first.write() as work:
        clients.update(work, first.client_id, ClientFields.model_validate({"currency": "USD"}))
    at(first, "2026-03-03T10:00")
    assert tick(first) == 1
    assert shown(first, broken)["last_error"]["code"] == "invalid_currency"
    assert len(invoices(second)) == 1


def test_a_bug_is_told_and_tried_again_and_keeps_nothing_else_from_being_made(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = workshop.company
    broken, whole = recurring(company, start_date="2026-03-03"), recurring(company, start_date="2026-03-03")
    reminder(company, 10)
    inner = recurring_invoices.make_due

    def make_due(work, recurring_id):
        made = inner(work, recurring_id)
        if recurring_id == broken:
            raise ZeroDivisionError
        return made

    monkeypatch.setattr(recurring_invoices, "make_due", make_due)
    at(company, "2026-03-03T10:00")
    assert tick(company) == 1
    assert shown(company, broken)["last_error"]["code"] == "internal_server_error"
    assert shown(company, whole)["invoices_count"] == 1
    monkeypatch.undo()
    at(company, "2026-03-03T10:02")
    assert tick(company) == 1
    assert [row.number for row in invoices(company)] == ["F-2026-001", "F-2026-002"]


def test_reminders_that_fail_keep_no_others_waiting(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    company = workshop.company
    reminder(company, 0)
    ids = [company.create(status="unpaid").id for _ in range(5)]
    inner = reminders.remind
    monkeypatch.setattr(scheduler, "BATCH", 2)
    monkeypatch.setattr(reminders, "remind", lambda work, each: inner(work, each) if each in ids[3:] else 1 // 0)
    at(company, "2026-04-01T10:00")
    assert tick(company) == 2
    assert [len(mails(company, each)) for each in ids] == [0, 0, 0, 1, 1]
    monkeypatch.undo()
    assert tick(company) == 3


def test_schedulers_at_once_make_each_invoice_and_reminder_once(workshop: Workshop) -> None:
    company = workshop.company
    reminder(company, 0)
    schedules = [recurring(company, payment_terms_days=0) for _ in range(4)]
    at(company, "2026-06-02T10:00")
    with ThreadPoolExecutor(8) as pool:
        done = sum(pool.map(lambda _n: tick(company), range(8)))
    made = invoices(company)
    assert len(made) == 4 * 3
    assert done == 2 * len(made)
    assert [shown(company, each)["invoices_count"] for each in schedules] == [3] * 4
    assert all(titles(company, row.id) == ["Rappel 0"] for row in made)


def test_an_invoice_made_today_is_reminded_of_today_when_that_is_its_day(workshop: Workshop) -> None:
    company = workshop.company
    reminder(company, 0)
    recurring(company, start_date="2026-03-02", payment_terms_days=0)
    assert tick(company) == 2
    assert titles(company, invoices(company)[0].id) == ["Rappel 0"]


def test_time_that_is_played_meets_each_day_and_each_thing_bears_its_own(workshop: Workshop) -> None:
    """As a sandbox puts its clock forward; a clock that merely jumps has one date for all of it."""
    company = workshop.company
    reminder(company, -3, 0, 7)
    recurring(company, occurrences=2)
    abroad = new_company(company.house, clock=workshop.clock, time_zone="Pacific/Kiritimati")
    recurring(abroad, occurrences=2)

    def put(moment: datetime) -> None:
        company.clock.moment = moment

    until = datetime(2026, 6, 15, 12, tzinfo=UTC)
    Scheduler(company.house.works).play(put, until)
    assert company.clock.moment - until < timedelta(seconds=1)
    for each in (company, abroad):
        assert [row.issue_date for row in invoices(each)] == ["2026-03-31", "2026-04-30"]
    for row in invoices(company):
        assert titles(company, row.id) == ["Rappel -3", "Rappel 0", "Rappel 7"]
        due = date.fromisoformat(row.due_date)
        dates = [day_in("Europe/Paris", datetime.fromisoformat(each.created_at)) for each in mails(company, row.id)]
        assert dates == [due - timedelta(days=3), due, due + timedelta(days=7)]


def test_time_that_is_played_backwards_is_only_put_back(workshop: Workshop) -> None:
    company = workshop.company
    recurring(company)
    at(company, "2026-04-02T10:00")
    Scheduler(company.house.works).play(lambda moment: at(company, f"{moment:%Y-%m-%dT%H:%M}"), START)
    assert company.clock.moment - START < timedelta(seconds=1)
    assert invoices(company) == []


def test_the_thread_does_at_once_what_falls_due_by_a_write_and_ends(workshop: Workshop) -> None:
    company = workshop.company
    running = Scheduler(company.house.works)
    company.house.works.on_jobs = lambda kinds: running.wake() if kinds & set(running.kinds) else None
    running.start()
    time.sleep(0.05)
    recurring(company, start_date="2026-03-02")
    deadline = time.monotonic() + 5
    while not invoices(company) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(invoices(company)) == 1
    running.stop()
    assert not any(thread.name == "counterfoil-scheduler" for thread in threading.enumerate())


def test_the_thread_outlives_a_database_that_is_away(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    class Broken(Scheduler):
        def tick(self) -> int:
            looked.append(1)
            raise OSError("the disk is away")

    monkeypatch.setattr(outage, "SHORTEST_SECONDS", 0.01)
    running = Broken(workshop.company.house.works)
    running.start()
    deadline = time.monotonic() + 5
    while len(looked) < 3 and time.monotonic() < deadline:
        running.wake()
        time.sleep(0.02)
    running.stop()
    assert len(looked) >= 3


def test_the_server_runs_it_and_it_ticks_on_demand(tmp_path: Path) -> None:
    house = House(Settings(data=tmp_path, **databases.settings_of(tmp_path)), runs_jobs=True)
    try:
        company = new_company(house)
        house.start_jobs()
        today = datetime.now(ZoneInfo("Europe/Paris")).date().isoformat()
        recurring_id = recurring(company, start_date=today)
        deadline = time.monotonic() + 20
        while not shown(company, recurring_id)["invoices_count"] and time.monotonic() < deadline:
            time.sleep(0.05)
        assert shown(company, recurring_id)["invoices_count"] == 1
        assert house.new_job_service().tick_now() == 0
    finally:
        house.close()


@pytest.mark.parametrize(
    ("locale", "days_after", "words"),
    [("fr", 3, "il y a 3 jours"), ("de", -1, "in 1 Tag"), ("en", 0, "is due today"), ("nl", 1, "1 day ago")],
)
def test_a_reminder_without_words_speaks_the_clients_language(
    workshop: Workshop, locale: str, days_after: int, words: str
) -> None:
    company = workshop.company
    with company.write() as work:
        clients.update(work, company.client_id, ClientFields.model_validate({"locale": locale}))
    reminder(company, days_after)
    invoice = company.create(status="unpaid").id
    company.clock.moment = datetime(2026, 4, 1, 8, tzinfo=UTC) + timedelta(days=days_after)
    assert tick(company) == 1
    text = sent_texts(workshop, invoice)
    assert words in text
    assert "F-2026-001" in text


def sent_texts(workshop: Workshop, invoice_id: str) -> str:
    """The plain text of the last mail that went out."""
    composed: list[str] = []
    inner = mail.compose

    def compose(**parts):
        composed.append(parts["body_text"])
        return inner(**parts)

    with pytest.MonkeyPatch.context() as watching:
        watching.setattr(mail, "compose", compose)
        workshop.run("render")
        workshop.run("send_email")
    assert workshop.email(invoice_id).status == "sent"
    return composed[-1]


def test_a_reminder_overtaken_by_the_payment_is_not_sent(workshop: Workshop) -> None:
    company = workshop.company
    reminder(company, 0)
    invoice = company.create(status="unpaid").id
    at(company, "2026-04-01T08:00")
    tick(company)
    with company.write() as work:
        client_invoices.mark_as_paid(work, invoice, None)
    workshop.run("render")
    workshop.run("send_email")
    email = workshop.email(invoice)
    assert (email.status, email.sent_at) == ("canceled", None)
    assert "paid" in email.error
    assert [job for job in workshop.jobs() if job.kind == "send_email"] == []
    assert [day.outcome for day in days(company, invoice)] == ["sent"]
    assert json.loads(email.request)["reminder_days"] == 0
