"""Submissions to an e-invoicing network: asked for in the write that wants them, carried out by jobs.

Below client invoices and credit notes, which call it; what networks say comes in through `einvoicing`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from counterfoil.domain import einvoicing as rules
from counterfoil.domain.client_invoice import LifecycleEvent
from counterfoil.domain.money import Money
from counterfoil.operations.work import Work
from counterfoil.ports.clock import timestamp
from counterfoil.ports.ids import named_uuid
from counterfoil.store import einvoicing as store
from counterfoil.store.einvoicing import EventRow, SubmissionRow

SUBMIT, POLL, TELL = "submit_einvoice", "poll_einvoices", "send_einvoice_status"
# The network is asked again after as long as it has been quiet, within these bounds.
SHORTEST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(hours=1)


def is_sending_enabled(work: Work) -> bool:
    """Whether this organization's e-invoices go out."""
    profile = work.profile
    return bool(work.einvoice_network) and (profile.legal_country != "IT" or profile.einvoicing_enabled)


def request(work: Work, document_kind: str, document_id: str, *, is_waiting: bool = False) -> None:
    """Asks for a submission of a finalized document.

    One that never reached the network goes on under its tracking id, since the network may have it after all; whatever
    the network refused is a new one. is_waiting: it is not begun before `begin_waiting`.
    """
    earlier = store.latest(work.conn, work.organization_id, document_id)
    if earlier is not None and (earlier.state, "request") in rules.SUBMISSION:
        row = moved(work, earlier, "request", requested_at=work.timestamp, error="")
    else:
        row = SubmissionRow(
            organization_id=work.organization_id, document_kind=document_kind, document_id=document_id,
            tracking_id=work.new_id(), network=work.einvoice_network, kind="", state="queued", flow_id=None,
            requested_at=work.timestamp, submitted_at=None, heard_at=work.timestamp, error="",
        )  # fmt: skip
        store.insert_submission(work.conn, work.organization_id, row)
    work.record(document_kind, document_id, "einvoice_requested", {"tracking_id": row.tracking_id})
    if not is_waiting:
        _begin_later(work, row)


def request_if_reporting(work: Work, document_kind: str, document_id: str, report_einvoicing: bool | None) -> None:
    """Asks for the submission of an Italian invoice that goes to SdI as soon as it is finalized."""
    if report_einvoicing and is_sending_enabled(work):
        request(work, document_kind, document_id)


def follow(work: Work, document_kind: str, document_id: str, invoice_id: str) -> None:
    """Asks for the submission of a credit note when its invoice was submitted: after it, never before."""
    invoice = store.latest(work.conn, work.organization_id, invoice_id)
    if invoice is not None and invoice.state in rules.UNDER_WAY and work.einvoice_network:
        request(work, document_kind, document_id, is_waiting=invoice.state not in ("submitted", "ended"))


def begin_waiting(work: Work, document_id: str) -> None:
    """Begins a document's submission that waited for that of another."""
    row = store.latest(work.conn, work.organization_id, document_id)
    if row is not None and row.state == "queued":
        _begin_later(work, row)


def withdraw(work: Work, document_id: str) -> bool:
    """Takes a submission back that nobody has yet. False when the network may have it."""
    row = store.latest(work.conn, work.organization_id, document_id)
    if row is None or row.state not in rules.UNDER_WAY:
        return True
    if (row.state, "withdraw") not in rules.SUBMISSION:
        return False
    moved(work, row, "withdraw")
    return True


def moved(work: Work, row: SubmissionRow, action: str, **changes: object) -> SubmissionRow:
    """The submission after `action`, written. Raises KeyError for an action that its state does not have."""
    state = rules.SUBMISSION[row.state, action]
    after = row._replace(state=state, heard_at=work.timestamp, **changes)  # type: ignore[arg-type]  # its own fields
    store.update_submission(work.conn, work.organization_id, after)
    return after


def poll_later(work: Work, delay: timedelta = timedelta(0)) -> None:
    """Lets the network be asked, once for all of the organization's submissions."""
    job_id = named_uuid(work.organization_id, POLL)
    work.later(POLL, {"network": work.einvoice_network}, about=job_id, delay=delay)


def keep_event(work: Work, submission: SubmissionRow, event_id: str, event: LifecycleEvent, **more: object) -> bool:
    """Keeps an event of a submission. False when it is there already."""
    is_new = store.add_event(
        work.conn, work.organization_id,
        EventRow(
            organization_id=work.organization_id, event_id=event_id, document_kind=submission.document_kind,
            document_id=submission.document_id, tracking_id=submission.tracking_id, status_code=event.status_code,
            occurred_at=event.timestamp, received_at=work.timestamp,
            body=json.dumps({**event.model_dump(), **more}, ensure_ascii=False),
        ),
    )  # fmt: skip
    if is_new:
        told = {"status_code": event.status_code, "tracking_id": submission.tracking_id}
        work.record(submission.document_kind, submission.document_id, "einvoice_event", told)
    return is_new


def cash_in(
    work: Work, document: Mapping[str, Any], events: Sequence[LifecycleEvent], paid: Money
) -> list[LifecycleEvent]:
    """The events with the one that tells the network of a payment, where VAT is due on receipt; else as they are.

    Told is what was filed, and has not ended; a payment before that is told once it is filed.
    """
    submission = store.latest(work.conn, work.organization_id, str(document["id"]))
    is_told = rules.is_vat_due_on_receipt(document) and rules.is_filed(events) and not rules.is_ended(events)
    if submission is None or not is_told:
        return list(events)
    parts = rules.cash_in(document, paid)
    event = LifecycleEvent(
        status_code=rules.CASHED, reason_message=rules.cash_in_words(parts), timestamp=work.timestamp
    )
    event_id = work.new_id()
    blocks = [{"vat_rate": part.vat_rate, "amount": part.amount.model_dump()} for part in parts]
    keep_event(work, submission, event_id, event, MEN=blocks)
    work.later(TELL, {"event_id": event_id})
    return rules.in_order([*events, event])


def shown(live: str) -> str:
    """A document's living half as it is answered: earlier versions wrote no status where nothing was submitted."""
    return live.replace('"einvoicing_status":""', '"einvoicing_status":"pending"', 1)


def pause_since(work: Work, heard_at: str) -> timedelta:
    """How long to wait until the network is asked again, when something last moved at `heard_at`."""
    steps = 0
    while steps < 11 and timestamp(work.now - SHORTEST_PAUSE * (1 << steps)) > heard_at:
        steps += 1
    return min(SHORTEST_PAUSE * (1 << steps), LONGEST_PAUSE)


def _begin_later(work: Work, row: SubmissionRow) -> None:
    work.later(SUBMIT, {"tracking_id": row.tracking_id}, about=row.tracking_id)
