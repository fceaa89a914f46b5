"""Recurring invoices: what a caller does with them, and the invoice that the scheduler makes when a period's day comes.

A period has one invoice: its row in `recurring_periods`, the invoice and the step to the next period commit together.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from counterfoil import errors
from counterfoil.domain import recurring_invoice as domain
from counterfoil.domain.client_invoice import PaymentMethodsRequest
from counterfoil.domain.recurring_invoice import NewRecurringInvoice, RecurringFailure, RecurringState
from counterfoil.domain.schedule import index_from, period_date
from counterfoil.errors import Fault
from counterfoil.operations import client_invoices, guards, parties
from counterfoil.operations.work import SCHEDULE, Work
from counterfoil.ports.clock import timestamp
from counterfoil.store import recurring_invoices as store
from counterfoil.store.rows import RecurringRow

KIND = "recurring_invoice"
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Coming:
    """A period: its place, counted from 0 at the start, and its day."""

    index: int
    day: date


def create(work: Work, new: NewRecurringInvoice) -> RecurringRow:
    """Bill the same again each period, from start_date on; days before today are not made up."""
    _check_numbering(work)
    asked = _settled(work, new)
    coming = _coming(asked, 0, work.today)
    if coming is None or (new.end_date and new.end_date < new.start_date):
        raise errors.Invalid(
            "invalid_end_date", "end_date leaves no day on which an invoice could be made.", field="end_date",
            fix="Send a later end_date, or none.",
        )  # fmt: skip
    document = _document(work, asked, coming.day)
    identity = {"id": work.new_id(), "organization_id": work.organization_id, "created_at": work.timestamp}
    terms = domain.terms(asked, document, **identity)
    row = RecurringRow(
        **identity, client_id=terms.client_id, status="scheduled", next_invoice_date=coming.day.isoformat(),
        next_period=coming.index, invoices_count=0, last_invoice_id=None, last_invoice_date=None, retry_at=None,
        failure="", updated_at=work.timestamp, asked=asked.model_dump_json(), terms=terms.stored(),
    )  # fmt: skip
    row = _begun(row, asked, work.today)
    store.insert_recurring(work.conn, work.organization_id, row)
    work.record(KIND, row.id, "created")
    guards.recurring(work, row, asked, is_new=True)
    work.wake(SCHEDULE)
    return row


def get(work: Work, recurring_invoice_id: str) -> RecurringRow:
    """Retrieve a recurring invoice."""
    row = store.get(work.conn, work.organization_id, recurring_invoice_id.lower())
    if row is None:
        raise errors.NotFound(
            "not_found", "There is no recurring invoice with this id.", parameter="id",
            fix="List recurring invoices first.",
        )  # fmt: skip
    return row


def page(
    work: Work, wanted: store.RecurringFilter, *, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[RecurringRow]]:
    """List recurring invoices: the number of matches, and one page in order of creation."""
    return store.page(work.conn, work.organization_id, wanted, is_descending=is_descending, limit=limit, skip=skip)


def suspend(work: Work, recurring_invoice_id: str) -> RecurringRow:
    """Make no invoices until it is reactivated."""
    return _ended(work, get(work, recurring_invoice_id), "suspend")


def cancel(work: Work, recurring_invoice_id: str) -> RecurringRow:
    """End it for good; the invoices that it made stay."""
    row = get(work, recurring_invoice_id)
    after = _ended(work, row, "cancel")
    guards.recurring_canceled(work, row)
    return after


def reactivate(work: Work, recurring_invoice_id: str) -> RecurringRow:
    """Go on with a suspended one from its next day on, today included; what was suspended is not made up."""
    row = get(work, recurring_invoice_id)
    status = domain.next_status(row.status, "reactivate")
    _check_numbering(work)
    asked = _asked(row)
    coming = _coming(asked, row.next_period, work.today)
    if coming is None:
        raise domain.transition_forbidden(
            row.status, "Its end_date has passed: no invoice would come of it.", "Create a new recurring invoice."
        )
    after = row._replace(status=status, next_invoice_date=coming.day.isoformat(), next_period=coming.index)
    after = _written(work, row, _begun(after, asked, work.today))
    work.record(KIND, row.id, "reactivated")
    guards.recurring(work, after, asked, is_new=False)
    work.wake(SCHEDULE)
    return after


def cancel_of_client(work: Work, client_id: str) -> None:
    """Cancel all of a client that is being deleted."""
    for row in store.of_client(work.conn, work.organization_id, client_id):
        if "cancel" in domain.allowed_actions(row.status):
            _ended(work, row, "cancel")


def make_due(work: Work, recurring_invoice_id: str) -> bool:
    """Make the invoice of its next period, if that day has come; whether one was made.

    The invoice bears today's date, late or not: that is the day on which it is issued, and numbers and dates ascend.
    """
    row = store.get(work.conn, work.organization_id, recurring_invoice_id)
    if row is None or row.next_invoice_date is None or not _is_due(work, row):
        return False
    asked = _asked(row)
    invoice = client_invoices.create(work, domain.invoice_of(asked, work.today)).row
    store.add_period(
        work.conn, work.organization_id,
        recurring_invoice_id=row.id, period_date=row.next_invoice_date, invoice_id=invoice.id,
    )  # fmt: skip
    after = _begun(row, asked, work.today)._replace(
        invoices_count=row.invoices_count + 1, last_invoice_id=invoice.id, last_invoice_date=row.next_invoice_date,
        retry_at=None, failure="",
    )  # fmt: skip
    _written(work, row, _advanced(after, asked))
    told = {"period_date": row.next_invoice_date, "invoice_id": invoice.id, "recurring_invoice_id": row.id}
    work.record(KIND, row.id, "invoice_made", told)
    work.record(client_invoices.KIND, invoice.id, "made_by_recurring_invoice", told)
    return True


def record_failure(work: Work, recurring_invoice_id: str, faults: Sequence[Fault]) -> None:
    """Write down why the invoice of its next period could not be made; it is tried again after a growing pause."""
    row = store.get(work.conn, work.organization_id, recurring_invoice_id)
    if row is None or row.next_invoice_date is None or not _is_due(work, row):
        return
    before = RecurringFailure.model_validate_json(row.failure) if row.failure else None
    attempts = before.attempts + 1 if before else 1
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    failure = RecurringFailure(
        period_date=date.fromisoformat(row.next_invoice_date),
        code=faults[0].code,
        detail=" ".join(f"{fault.message} {fault.fix or ''}".strip() for fault in faults),
        attempts=attempts,
        failed_at=work.timestamp,
        retry_at=timestamp(work.now + pause),
    )
    after = _begun(row, _asked(row), work.today)
    _written(work, row, after._replace(retry_at=failure.retry_at, failure=failure.model_dump_json()))
    if before is None or (before.code, before.detail) != (failure.code, failure.detail):
        work.record(KIND, row.id, "invoice_failed", {"code": failure.code})


def answer(row: RecurringRow) -> str:
    """The recurring invoice as the API answers it: what was agreed, and how far it has come."""
    state = RecurringState.model_validate(
        {
            "status": row.status,
            "next_invoice_date": row.next_invoice_date,
            "updated_at": row.updated_at,
            "invoices_count": row.invoices_count,
            "last_invoice_id": row.last_invoice_id,
            "last_invoice_date": row.last_invoice_date,
            "last_error": json.loads(row.failure) if row.failure else None,
        }
    )
    return f"{row.terms[:-1]},{state.model_dump_json()[1:]}"


def _asked(row: RecurringRow) -> NewRecurringInvoice:
    return NewRecurringInvoice.model_validate_json(row.asked)


def _coming(asked: NewRecurringInvoice, least: int, today: date) -> _Coming | None:
    """The next period from `least` on whose day is today or later; None when there is none."""
    index = max(least, index_from(asked.start_date, asked.frequency, today))
    day = period_date(asked.start_date, asked.frequency, index)
    return None if asked.end_date and day > asked.end_date else _Coming(index, day)


def _begun(row: RecurringRow, asked: NewRecurringInvoice, today: date) -> RecurringRow:
    """The row, active once its start has come."""
    has_come = asked.start_date <= today
    return row._replace(status=domain.LIFECYCLE.get((row.status, "begin"), row.status)) if has_come else row


def _advanced(row: RecurringRow, asked: NewRecurringInvoice) -> RecurringRow:
    """The row at its next period, or finished. Days that were missed are not skipped: each has its invoice."""
    index = row.next_period + 1
    day = period_date(asked.start_date, asked.frequency, index)
    is_over = (asked.end_date and day > asked.end_date) or row.invoices_count == asked.occurrences
    if is_over:
        return row._replace(status=domain.next_status(row.status, "finish"), next_period=index, next_invoice_date=None)
    return row._replace(next_period=index, next_invoice_date=day.isoformat())


def _is_due(work: Work, row: RecurringRow) -> bool:
    """Whether its day has come, and the pause after a failure is over (or too long to be one: clocks are put back)."""
    has_come = row.next_invoice_date is not None and row.next_invoice_date <= work.today.isoformat()
    is_resting = row.retry_at is not None and work.timestamp < row.retry_at <= timestamp(work.now + LONGEST_PAUSE)
    return has_come and not is_resting


def _ended(work: Work, row: RecurringRow, action: str) -> RecurringRow:
    status = domain.next_status(row.status, action)
    after = row._replace(status=status, next_invoice_date=None, retry_at=None, failure="")
    after = _written(work, row, after)
    work.record(KIND, row.id, status)
    return after


def _written(work: Work, before: RecurringRow, after: RecurringRow) -> RecurringRow:
    after = after._replace(updated_at=work.timestamp)
    if not store.replace(work.conn, work.organization_id, before, after):
        raise RuntimeError("this recurring invoice moved on meanwhile")
    return after


def _check_numbering(work: Work) -> None:
    if work.profile.numbering_mode == "manual":
        raise errors.WrongState(
            "invalid_numbering_mode",
            "This organization numbers its documents by hand; a recurring invoice needs automatic numbers.",
            fix='PUT /v2/settings with {"numbering_mode": "automatic"} first.',
            meta={"field": "numbering_mode"},
        )


def _settled(work: Work, new: NewRecurringInvoice) -> NewRecurringInvoice:
    """What was asked, with the account and the terms that count when none were sent."""
    sent = new.bank_account or new.payment_methods
    try:
        account = parties.account_for(work, sent.iban if sent else None)
    except errors.Invalid as error:
        place = "bank_account/iban" if new.bank_account else "payment_methods/iban"
        raise errors.Invalid.of(replace(fault, field=place) for fault in error.faults) from None
    days = work.profile.payment_terms_days if new.payment_terms_days is None else new.payment_terms_days
    settled = {
        "client_id": new.client_id.lower(),
        "bank_account": PaymentMethodsRequest(iban=account.iban),
        "payment_methods": None,
        "payment_terms_days": days,
    }
    return new.model_copy(update=settled)


def _document(work: Work, asked: NewRecurringInvoice, day: date) -> dict[str, Any]:
    """The invoice that would come of it, made and taken back: what an invoice is refused for is refused now."""
    with work.trial():
        row = client_invoices.create(work, domain.invoice_of(asked, day)).row
    document: dict[str, Any] = json.loads(row.frozen)
    return document
