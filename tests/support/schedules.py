"""Recurring invoices and reminders of a company, made as the doors make them, and a scheduler that ticks when told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from counterfoil.domain.recurring_invoice import NewRecurringInvoice
from counterfoil.domain.reminder import NewReminder
from counterfoil.jobs.scheduler import Scheduler
from counterfoil.operations import client_invoices, recurring_invoices, reminders
from counterfoil.store import emails
from counterfoil.store import reminders as reminder_rows
from counterfoil.store.rows import EmailRow, InvoiceRow, ReminderDayRow
from tests.support.houses import Company

ITEM = {
    "title": "Abonnement", "quantity": "1", "unit_price": {"value": "10.00", "currency": "EUR"}, "vat_rate": "0.2",
}  # fmt: skip


def at(company: Company, moment: str) -> None:
    """Puts the company's clock to a moment, such as "2026-03-28T23:00"; UTC."""
    company.clock.moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)


def recurring_body(company: Company, **more: Any) -> NewRecurringInvoice:
    body = {
        "client_id": company.client_id, "start_date": "2026-03-31", "payment_terms_days": 10, "items": [ITEM],
        "frequency": {"value": 1, "recurrence": "monthly"},
    } | more  # fmt: skip
    return NewRecurringInvoice.model_validate_json(json.dumps(body))


def recurring(company: Company, **more: Any) -> str:
    """A new recurring invoice's id: the last day of each month from March 2026 on."""
    with company.write() as work:
        return recurring_invoices.create(work, recurring_body(company, **more)).id


def shown(company: Company, recurring_id: str) -> dict[str, Any]:
    """The recurring invoice as the API answers it."""
    with company.read() as work:
        answer: dict[str, Any] = json.loads(recurring_invoices.answer(recurring_invoices.get(work, recurring_id)))
    return answer


def tick(company: Company) -> int:
    return Scheduler(company.house.works).tick()


def invoices(company: Company) -> list[InvoiceRow]:
    """All invoices of the company, oldest first."""
    with company.read() as work:
        wanted = client_invoices.store.InvoiceFilter()
        return client_invoices.page(work, wanted, is_descending=False, limit=100, skip=0)[1]


def reminder(company: Company, *offsets: int, **more: Any) -> str:
    """The client's reminders so many days after (negative: before) the due date; their id."""
    rules = [{"email_title": f"Rappel {offset}", "offset_days": offset} for offset in offsets]
    body = {"client_id": company.client_id, "rules": rules} | more
    with company.write() as work:
        text = reminders.create(work, NewReminder.model_validate_json(json.dumps(body)))
    return str(json.loads(text)["id"])


def mails(company: Company, invoice_id: str) -> list[EmailRow]:
    with company.read() as work:
        return emails.of_document(work.conn, company.id, invoice_id)


def titles(company: Company, invoice_id: str) -> list[str]:
    """The subjects of all mails of an invoice, oldest first."""
    return [json.loads(email.request)["email_title"] for email in mails(company, invoice_id)]


def days(company: Company, invoice_id: str) -> list[ReminderDayRow]:
    with company.read() as work:
        return reminder_rows.of_invoice(work.conn, company.id, invoice_id)
