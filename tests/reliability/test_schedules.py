"""Schedulers killed at random, with clocks that jump: each period has one invoice, and each invoice one reminder."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.domain.client import ClientFields
from counterfoil.domain.schedule import Frequency, period_date
from counterfoil.house import House
from counterfoil.operations import clients
from counterfoil.settings import Settings
from tests.plugins.figures import Figure
from tests.plugins.repeatable import is_full_size
from tests.reliability import books
from tests.reliability.forks import Forks, forks
from tests.reliability.ticker import FileClock
from tests.support.houses import CLIENT, Company, new_company, open_house
from tests.support.postgres import Postgres
from tests.support.schedules import recurring, reminder, tick

ROOT = Path(__file__).parents[2]
SCHEDULERS = 10
TICKS = 100 if is_full_size() else 20
KILLS = 200 if is_full_size() else 20
KILL_CHANCE = 0.2  # at each step; a scheduler that begins has more to do than one that ticks
STEPS = int(KILLS / KILL_CHANCE)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS = 180 if is_full_size() else 30
END = START.date() + timedelta(days=DAYS)
SEVERAL, SEVERAL_DAYS = 4, 60 if is_full_size() else 8
SEVERAL_KILLS = 100 if is_full_size() else 6
FREQUENCIES = (("daily", 1), ("daily", 2), ("weekly", 1), ("monthly", 1), ("monthly", 1))


@pytest.mark.timeout(1800)
def test_killed_schedulers_and_jumping_clocks_make_each_period_once(tmp_path: Path, figure: Figure) -> None:
    clock = FileClock(tmp_path / "clock")
    clock.set(START)
    house = open_house(tmp_path / "data", clock)
    company = new_company(house)
    plain, eager = company.client_id, second_client(company)
    reminder(company, 3)
    reminder(company, 0, 5, client_id=eager)
    schedules = {
        recurring(
            company, client_id=client_id, start_date="2026-03-31" if recurrence == "monthly" else "2026-03-02",
            frequency={"value": value, "recurrence": recurrence}, end_date=END.isoformat(), payment_terms_days=days,
        ): (recurrence, value)
        for days, client_id in ((0, plain), (2, eager))
        for recurrence, value in FREQUENCIES
    }  # fmt: skip
    with forks("tests.reliability.ticker", tmp_path, tmp_path / "data", tmp_path / "clock") as tickers:
        torment(tickers, clock)
    made = expected(schedules)
    assert len(books.issued_numbers(tmp_path / "data", company.id)) > len(made) / 2, "they hardly wrote"
    for days in (90, 110):  # what the last of them left, and then the reminders of that
        clock.set(START + timedelta(days=DAYS + days))
        tick(company)
    assert tick(company) == 0
    house.close()
    assert books.check(tmp_path / "data", company.id, "2026") == len(made)
    with books.opened(tmp_path / "data") as sql:
        check_periods(sql, made)
        check_reminders(sql, {plain: 1, eager: 2})
    did = f"kill -9 of one of {SCHEDULERS} schedulers, clocks jumping both ways, {DAYS} days"
    figure("R10", did, KILLS, "kills", f"{len(made):,} periods, one invoice each; each reminder once")


@pytest.mark.timeout(600)
def test_schedulers_on_one_postgresql_make_each_period_once(
    tmp_path: Path, postgresql: Postgres, figure: Figure
) -> None:
    """As with several servers: nothing but the database keeps them from doing the same."""
    clock, url = FileClock(tmp_path / "clock"), postgresql.new_database()
    clock.set(START)
    house = House(Settings(data=tmp_path / "data", database_url=url), clock=clock)
    company = new_company(house)
    reminder(company, 1)
    last = START.date() + timedelta(days=SEVERAL_DAYS)
    daily = Frequency.model_validate({"value": 1, "recurrence": "daily"})
    made = {
        (recurring_id, period_date(START.date(), daily, n).isoformat())
        for recurring_id in [
            recurring(
                company, start_date=START.date().isoformat(), frequency=daily.model_dump(), payment_terms_days=1,
                end_date=last.isoformat(),
            ) for _ in range(3)
        ]
        for n in range(SEVERAL_DAYS + 1)
    }  # fmt: skip
    chance = random.Random(10)
    with forks("tests.reliability.ticker", tmp_path, tmp_path / "data", tmp_path / "clock", url) as tickers:
        for _ in range(SEVERAL):
            tickers.start()
        tickers.wait_for("ready", SEVERAL)
        for step in range(4 * SEVERAL_KILLS):
            jump = timedelta(days=chance.uniform(-3, 3))
            clock.set(max(START, START + timedelta(days=SEVERAL_DAYS) * step / (4 * SEVERAL_KILLS) + jump))
            tickers.wait_for("tick", 2 * step)
            if step % 4 == 3:
                tickers.kill(chance.choice(tickers.running))
                tickers.start()
    assert len(books.issued_numbers(url, company.id)) > len(made) / 3, "they hardly wrote"
    for days in (30, 60):
        clock.set(START + timedelta(days=SEVERAL_DAYS + days))
        tick(company)
    assert tick(company) == 0
    house.close()
    assert books.check(url, company.id, "2026") == len(made)
    with books.opened(url) as sql:
        check_periods(sql, made)
        check_reminders(sql, {company.client_id: 1})
    did = f"kill -9 of one of {SEVERAL} schedulers on one PostgreSQL, clocks jumping both ways"
    figure("R10", did, SEVERAL_KILLS, "kills", f"{len(made):,} periods, one invoice each; each reminder once")


def second_client(company: Company) -> str:
    with company.write() as work:
        return str(json.loads(clients.create(work, ClientFields.model_validate(CLIENT)))["id"])


def torment(tickers: Forks, clock: FileClock) -> None:
    """Lets time pass, jump and go back while schedulers tick and are killed, until there was enough of each."""
    chance = random.Random(20260301)
    for _ in range(SCHEDULERS):
        tickers.start()
    while tickers.count("ready") < SCHEDULERS:
        time.sleep(0.01)
    kills, passed = 0, timedelta(0)
    while kills < KILLS or tickers.count("tick") < SCHEDULERS * TICKS or passed < timedelta(days=DAYS):
        passed += timedelta(days=DAYS) * chance.uniform(0, 2) / STEPS
        jump = timedelta(days=chance.uniform(-20, 20)) if chance.random() < 0.3 else timedelta(0)
        clock.set(max(START, START + min(passed, timedelta(days=DAYS + 40)) + jump))
        time.sleep(chance.uniform(0.005, 0.06))
        if chance.random() < KILL_CHANCE:
            tickers.kill(chance.choice(tickers.running))
            tickers.start()
            kills += 1


def expected(schedules: dict[str, tuple[str, int]]) -> set[tuple[str, str]]:
    """Every (recurring invoice, day) that has an invoice when all is done."""
    days: set[tuple[str, str]] = set()
    for recurring_id, (recurrence, value) in schedules.items():
        start = date(2026, 3, 31) if recurrence == "monthly" else date(2026, 3, 2)
        frequency = Frequency.model_validate({"value": value, "recurrence": recurrence})
        listed = (period_date(start, frequency, n) for n in range(DAYS + 1))
        days |= {(recurring_id, day.isoformat()) for day in listed if day <= END}
    return days


def check_periods(sql: books.Sql, made: set[tuple[str, str]]) -> None:
    rows = sql.execute("SELECT recurring_invoice_id, period_date, invoice_id FROM recurring_periods").fetchall()
    assert Counter((recurring_id, day) for recurring_id, day, _ in rows) == Counter(made)
    invoices = [invoice for (invoice,) in sql.execute("SELECT id FROM client_invoices")]
    assert sorted(invoices) == sorted(invoice for _, _, invoice in rows), "an invoice without a period, or two of one"
    early = sql.execute(
        "SELECT p.period_date, i.issue_date FROM recurring_periods p JOIN client_invoices i ON i.id = p.invoice_id "
        "WHERE i.issue_date < p.period_date"
    )
    assert early.fetchall() == []
    counts = dict(sql.execute("SELECT id, invoices_count FROM recurring_invoices").fetchall())
    assert counts == Counter(recurring_id for recurring_id, _ in made)
    assert {status for (status,) in sql.execute("SELECT status FROM recurring_invoices")} == {"finished"}


def check_reminders(sql: books.Sql, rules: dict[str, int]) -> None:
    """Each invoice's rules are decided, the newest of them by one mail; no mail is there twice or without a rule."""
    decided: dict[str, list[str]] = {}
    for invoice, outcome in sql.execute("SELECT invoice_id, outcome FROM reminder_days ORDER BY days"):
        decided.setdefault(invoice, []).append(outcome)
    for invoice, client_id in sql.execute("SELECT id, client_id FROM client_invoices"):
        assert len(decided[invoice]) == rules[client_id]
        assert decided[invoice][-1] == "sent"
        assert set(decided[invoice]) <= {"sent", "late"}
    mailed = Counter(
        (invoice, json.loads(request)["reminder_days"])
        for invoice, request in sql.execute("SELECT document_id, request FROM emails")
    )
    sent = sql.execute("SELECT invoice_id, days FROM reminder_days WHERE outcome = 'sent'").fetchall()
    assert mailed == Counter(sent)
    (jobs,) = sql.execute("SELECT count(*) FROM jobs WHERE kind = 'send_email'").fetchone()
    assert jobs == len(sent)
