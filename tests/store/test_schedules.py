"""What the scheduler asks is answered from an index, and what is one organization's stays its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from counterfoil.app import House
from counterfoil.store import recurring_invoices, reminders
from tests.support.houses import Company, new_company
from tests.support.schedules import days, recurring, reminder

ASKED: list[tuple[str, Callable[[Connection, str, str], object], str]] = [
    (
        "organizations with an invoice due",
        lambda c, _o, _client: recurring_invoices.due_organizations(c, "2026-03-02"),
        "ix_recurring_invoices_next_invoice_date_organization_id",
    ),
    (
        "invoices due",
        lambda c, o, _: recurring_invoices.due(
            c, o, day="2026-03-02", now="2026-03-02", retry_latest="2026-03-02", limit=9
        ),
        "ix_recurring_invoices_organization_id_next_invoice_date",
    ),
    (
        "organizations with a reminder due",
        lambda c, _o, _client: reminders.due_organizations(c, "2026-03-02"),
        "ix_reminder_days_waits_for_organization_id",
    ),
    (
        "reminders due",
        lambda c, o, _: reminders.due(c, o, day="2026-03-02", limit=9),
        "ix_reminder_days_organization_id_waits_for",
    ),
    (
        "what a client has not paid",
        lambda c, o, client: reminders.unpaid_of_client(c, o, client, "2026-03-02"),
        "ix_client_invoices_unpaid_of_client",
    ),
]


@pytest.mark.sqlite
@pytest.mark.parametrize(("ask", "index"), [asked[1:] for asked in ASKED], ids=[asked[0] for asked in ASKED])
def test_it_is_answered_from_an_index(
    house: House, company: Company, ask: Callable[[Connection, str, str], object], index: str
) -> None:
    asked: list[tuple[str, Any]] = []
    with house.database.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda _c, _cu, text, values, *_: asked.append((text, values)))
        ask(conn, company.id, company.client_id)
        ((text, values),) = asked
        plan = " / ".join(row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values))
    assert index in plan, plan
    assert "SCAN" not in plan, plan


def test_imported_invoices_are_not_reminded_of(house: House, company: Company) -> None:
    company.create(status="unpaid")
    imported = company.create(status="unpaid").id
    with house.database.write() as conn:
        conn.execute(text("UPDATE client_invoices SET imported = true WHERE id = :id"), {"id": imported})
        found = reminders.unpaid_of_client(conn, company.id, company.client_id, "2026-01-01")
    assert len(found) == 1


def test_planning_again_keeps_what_is_there(house: House, company: Company) -> None:
    with house.database.write() as conn:
        reminders.plan(conn, company.id, [("one", 0, "2026-04-01"), ("one", 3, "2026-04-04")])
        (first, _) = reminders.of_invoice(conn, company.id, "one")
        assert reminders.decide(conn, company.id, first, outcome="sent")
        assert not reminders.decide(conn, company.id, first, outcome="sent")
        reminders.plan(conn, company.id, [("one", 0, "2026-05-01"), ("one", 5, "2026-04-06")])
    assert [(day.days, day.waits_for, day.outcome) for day in days(company, "one")] == [
        (0, None, "sent"), (3, "2026-04-04", ""), (5, "2026-04-06", ""),
    ]  # fmt: skip


def test_who_comes_second_writes_nothing(house: House, company: Company) -> None:
    recurring_id = recurring(company)
    with house.database.write() as conn:
        before = recurring_invoices.get(conn, company.id, recurring_id)
        assert before is not None
        after = before._replace(next_period=before.next_period + 1)
        assert recurring_invoices.replace(conn, company.id, before, after)
        assert not recurring_invoices.replace(conn, company.id, before, after)


def test_anothers_is_neither_found_nor_changed(house: House, company: Company) -> None:
    recurring_id, reminder_id = recurring(company), reminder(company, 0)
    invoice = company.create(status="unpaid").id
    other = new_company(house).id
    with house.database.write() as conn:
        row = recurring_invoices.get(conn, company.id, recurring_id)
        assert row is not None
        assert recurring_invoices.get(conn, other, recurring_id) is None
        assert not recurring_invoices.replace(conn, other, row, row)
        assert recurring_invoices.of_client(conn, other, company.client_id) == []
        assert not recurring_invoices.has_live(conn, other)
        (waiting,) = reminders.of_invoice(conn, company.id, invoice)
        assert reminders.get(conn, other, reminder_id) is None
        assert reminders.of_client(conn, other, company.client_id) is None
        assert reminders.unpaid_of_client(conn, other, company.client_id, "2026-01-01") == []
        assert reminders.of_invoice(conn, other, invoice) == []
        assert not reminders.decide(conn, other, waiting, outcome="sent")
        reminders.forget(conn, other, waiting)
        reminders.delete_reminder(conn, other, reminder_id)
        assert reminders.get(conn, company.id, reminder_id) is not None
        assert reminders.of_invoice(conn, company.id, invoice) == [waiting]
