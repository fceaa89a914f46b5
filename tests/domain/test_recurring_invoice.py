"""The life of a recurring invoice as a table, and the invoice of a period."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from counterfoil.domain.recurring_invoice import (
    ACTIONS,
    LIFECYCLE,
    STATUSES,
    NewRecurringInvoice,
    RecurringState,
    RecurringTerms,
    allowed_actions,
    invoice_of,
    next_status,
)
from counterfoil.errors import WrongState

BODY = {
    "client_id": "019f56b7-0000-7000-8000-000000000001", "start_date": "2026-01-31", "payment_terms_days": 30,
    "frequency": {"value": 1, "recurrence": "monthly"}, "bank_account": {"iban": "FR76"},
    "items": [{"title": "Abonnement", "quantity": "1", "unit_price": {"value": "9.90", "currency": "EUR"},
               "vat_rate": "0.2"}],
}  # fmt: skip


def asked(**more: Any) -> NewRecurringInvoice:
    return NewRecurringInvoice.model_validate_json(json.dumps(BODY | more))


@pytest.mark.parametrize(("status", "action"), list(product(STATUSES, ACTIONS)))
def test_every_pair_is_allowed_or_refused_with_its_code(status: str, action: str) -> None:
    if action in allowed_actions(status):
        assert next_status(status, action) == LIFECYCLE[status, action]
        return
    with pytest.raises(WrongState) as refusal:
        next_status(status, action)
    (fault,) = refusal.value.faults
    assert fault.code == "recurring_invoice_status_transition_forbidden"
    assert fault.fix
    assert fault.meta == {"status": status, "allowed_actions": list(allowed_actions(status))}


def test_what_has_ended_has_ended() -> None:
    assert allowed_actions("canceled") == allowed_actions("finished") == ()


def test_a_period_gives_an_invoice_of_its_day() -> None:
    invoice = invoice_of(asked(header="Merci"), date(2026, 2, 28))
    assert (invoice.issue_date, invoice.due_date) == (date(2026, 2, 28), date(2026, 3, 30))
    assert (invoice.status, invoice.number, invoice.header) == ("unpaid", None, "Merci")
    assert invoice.payment_methods is not None
    assert invoice.payment_methods.iban == "FR76"


def test_drafts_are_made_when_asked_for() -> None:
    assert invoice_of(asked(invoice_status="draft"), date(2026, 2, 28)).status == "draft"


@pytest.mark.parametrize(
    "more",
    [
        {"items": []}, {"occurrences": 0}, {"occurrences": "3"}, {"payment_terms_days": -1}, {"invoice_status": "paid"},
        {"frequency": {"value": 1}}, {"frequency": None}, {"start_date": "tomorrow"}, {"client_id": "x"},
    ],
)  # fmt: skip
def test_what_makes_no_schedule_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        asked(**more)


def test_terms_and_state_share_no_key() -> None:
    assert not RecurringTerms.model_fields.keys() & RecurringState.model_fields.keys()


def test_the_invoice_of_the_very_last_day_is_due_on_it() -> None:
    assert invoice_of(asked(), date(2199, 12, 31)).due_date == date(2199, 12, 31)
