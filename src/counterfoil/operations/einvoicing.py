"""E-invoices on their way: asked for, handed over, and what the network says of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from counterfoil import errors
from counterfoil.domain import einvoicing as rules
from counterfoil.domain.client_invoice import LifecycleEvent
from counterfoil.domain.invoicing_settings import EinvoicingSettings
from counterfoil.operations import client_invoices, clients, credit_notes, einvoice_submissions, guards
from counterfoil.operations.kinds import KINDS
from counterfoil.operations.work import Work
from counterfoil.ports.clock import day_in, timestamp
from counterfoil.ports.einvoice_network import NetworkEvent, Status
from counterfoil.store import credit_notes as credit_note_rows
from counterfoil.store import document_files, queue
from counterfoil.store import einvoicing as store
from counterfoil.store.einvoicing import SubmissionRow
from counterfoil.store.rows import AttachmentRow, DocumentRow, InvoiceRow

# Which of a document's files goes out: the first of these that there is.
SENT_KINDS: Final = ("fatturapa", "xrechnung", "facturx", "ubl")
SIMULATED: Final = ("local",)
# A network that has said nothing for so long is not asked about it any more.
QUIET: Final = timedelta(days=90)
_QUIET_AT_ONCE: Final = 500
_BY_MAIL: Final = "Send it by mail: POST /v2/client_invoices/{id}/send."
_WRITERS: Final[Mapping[str, Callable[[Work, Any, Sequence[LifecycleEvent]], None]]] = MappingProxyType(
    {client_invoices.KIND: client_invoices.set_einvoicing, credit_notes.KIND: credit_notes.set_einvoicing}
)


@dataclass(frozen=True, slots=True)
class Ready:
    """A submission that can be handed over: its document's number, and the file that goes out."""

    row: SubmissionRow
    number: str
    file: AttachmentRow


def settings(work: Work) -> EinvoicingSettings:
    """Retrieve the e-invoicing settings: whether e-invoices go out, and through which network."""
    is_enabled = einvoice_submissions.is_sending_enabled(work)
    return EinvoicingSettings(
        sending_status="enabled" if is_enabled else "disabled",
        # What suppliers send comes in by upload or mail: no network hands anything over here.
        receiving_status="disabled",
        network=work.einvoice_network or "none",
        is_simulated=work.einvoice_network in SIMULATED,
    )


def send(work: Work, invoice_id: str) -> None:
    """Send a client invoice by e-invoice: it is submitted soon; one that was submitted before is not sent again.

    One whose submission failed is. Raises WrongState, Forbidden when sending is not enabled, Invalid when its client
    cannot be reached.
    """
    row = client_invoices.get(work, invoice_id)
    if _is_under_way(work, row):
        return
    client_invoices.check_send(work, row)
    if not einvoice_submissions.is_sending_enabled(work):
        raise errors.Forbidden("forbidden", "Sending e-invoices is not enabled.", fix=_how_to_enable(work))
    if not clients.is_reachable(work, row.client_id, fallback=json.loads(row.frozen)["client"]):
        raise errors.Invalid(
            "client_not_reachable",
            "The client cannot be reached by e-invoice: its e_invoicing_reachable is false.",
            field="client_id",
            fix=f"Give it an e_invoicing_address, in France its SIREN as tax_identification_number. {_BY_MAIL}",
        )
    _refuse_late(work, row)
    einvoice_submissions.request(work, client_invoices.KIND, row.id)
    guards.einvoice(work, row)


def begin(work: Work, tracking_id: str) -> Ready | None:
    """Takes a submission in hand: from now on the network may have it. None when there is nothing to do.

    Raises Unavailable when its file is not there yet, Gone when it never will be.
    """
    row = store.get(work.conn, work.organization_id, tracking_id)
    if row is None or (row.state, "begin") not in rules.SUBMISSION:
        return None
    document = KINDS[row.document_kind].find(work, row.document_id)
    if document is None:
        return None
    file = _file(work, row, document)
    after = einvoice_submissions.moved(work, row, "begin", kind=file.kind)
    einvoice_submissions.poll_later(work, einvoice_submissions.SHORTEST_PAUSE)
    return Ready(after, str(document.number), file.attachment)


def taken(work: Work, tracking_id: str, flow_id: str) -> None:
    """Writes down that the network has it, and begins what waited for that."""
    row = _in_hand(work, tracking_id)
    if row is None:
        return
    einvoice_submissions.moved(work, row, "take", flow_id=flow_id, submitted_at=work.timestamp, error="")
    work.record(row.document_kind, row.document_id, "einvoice_submitted", {"tracking_id": tracking_id})
    einvoice_submissions.poll_later(work)
    if row.document_kind == client_invoices.KIND:
        for note in credit_note_rows.of_invoice(work.conn, work.organization_id, row.document_id):
            einvoice_submissions.begin_waiting(work, note.id)


def failed(work: Work, tracking_id: str, error: str, *, reason: str, is_refused: bool) -> None:
    """Writes down that a submission failed. is_refused: by the network; else it was never reached."""
    row = store.get(work.conn, work.organization_id, tracking_id)
    action = "refuse" if is_refused else "give_up"
    if row is None or (row.state, action) not in rules.SUBMISSION:
        return
    einvoice_submissions.moved(work, row, action, error=error[:2000])
    told = LifecycleEvent(
        status_code=rules.INADMISSIBLE, reason=reason, reason_message=error[:500], timestamp=work.timestamp
    )
    event_id = f"{tracking_id}-{action}-{work.new_id()}"
    if einvoice_submissions.keep_event(work, row, event_id, told):
        _write(work, row, [told])
    # Whoever does not answer may have it all the same, and will say so.
    einvoice_submissions.poll_later(work)


def receive(work: Work, heard: Sequence[NetworkEvent]) -> int:
    """Writes down what a network said, each event once, and what it comes to; answers how many were new.

    What is about no submission of this organization is left aside.
    """
    new: dict[str, tuple[SubmissionRow, list[LifecycleEvent]]] = {}
    for said in heard:
        row = store.get(work.conn, work.organization_id, said.tracking_id)
        event = LifecycleEvent(
            status_code=said.status_code, reason=said.reason, reason_message=said.reason_message,
            timestamp=timestamp(said.occurred_at),
        )  # fmt: skip
        if row is not None and einvoice_submissions.keep_event(work, row, said.event_id, event):
            new.setdefault(said.tracking_id, (row, []))[1].append(event)
    for row, events in new.values():
        _write(work, row, events)
        _settle(work, row)
    return sum(len(events) for _, events in new.values())


def next_poll(work: Work, cursor: str) -> timedelta | None:
    """Keeps how far the network was listened to; how long it is then left alone, None when nothing is open."""
    network = work.einvoice_network
    store.set_cursor(work.conn, work.organization_id, network, cursor)
    before = timestamp(work.now - QUIET)
    for row in store.quiet(work.conn, work.organization_id, "submitted", before, limit=_QUIET_AT_ONCE):
        einvoice_submissions.moved(work, row, "end")
    heard_at = store.last_heard(work.conn, work.organization_id, network, rules.OPEN)
    return einvoice_submissions.pause_since(work, heard_at) if heard_at else None


def status_to_tell(work: Work, event_id: str) -> Status | None:
    """What we say of a submission, as a network takes it; None when there is no such event."""
    row = store.event(work.conn, work.organization_id, event_id)
    if row is None:
        return None
    said = json.loads(row.body)
    blocks = said.get("MEN", ())
    return Status(
        organization_id=work.organization_id, tracking_id=row.tracking_id, event_id=event_id,
        status_code=row.status_code, reason=said["reason"], occurred_at=row.occurred_at,
        amounts=[(block["vat_rate"], block["amount"]["value"], block["amount"]["currency"]) for block in blocks],
    )  # fmt: skip


def status_told(work: Work, status: Status, error: str = "") -> None:
    """Writes down that the network was told. error: why it did not take it."""
    row = store.get(work.conn, work.organization_id, status.tracking_id)
    if row is not None:
        what = "einvoice_status_refused" if error else "einvoice_status_sent"
        data = {"event_id": status.event_id, "status_code": status.status_code}
        work.record(row.document_kind, row.document_id, what, data)


def _is_under_way(work: Work, row: InvoiceRow) -> bool:
    submission = store.latest(work.conn, work.organization_id, row.id)
    is_asked_for = submission is not None and submission.state in rules.UNDER_WAY
    return is_asked_for or json.loads(row.live)["einvoicing_status"] in rules.WITH_THE_NETWORK


def _how_to_enable(work: Work) -> str:
    if work.einvoice_network:
        return f"Set einvoicing_enabled to true with PATCH /v2/organization. {_BY_MAIL}"
    return f"Start the server with COUNTERFOIL_EINVOICE_NETWORK=local, a simulated one. {_BY_MAIL}"


def _refuse_late(work: Work, row: InvoiceRow) -> None:
    """A scrapped invoice may be sent again under its number for five days, and then never."""
    live = [LifecycleEvent.model_validate(event) for event in json.loads(row.live)["einvoicing_lifecycle_events"]]
    moment = rules.scrapped_at(live)
    if moment and not rules.may_resend(day_in(work.profile.time_zone, moment), work.today):
        raise errors.WrongState(
            "einvoice_resend_too_late",
            f"SdI scrapped this invoice on {moment.date().isoformat()}: for five days it could be sent again.",
            fix="Cancel it: POST /v2/client_invoices/{id}/mark_as_canceled, and issue a new invoice.",
        )


def _file(work: Work, row: SubmissionRow, document: DocumentRow) -> document_files.DocumentFileRow:
    found = {
        file.kind: file
        for file in document_files.of_document(work.conn, work.organization_id, row.document_kind, row.document_id)
    }
    is_made = "attachment_id" in json.loads(document.live) and json.loads(document.live)["attachment_id"]
    if not is_made and queue.is_alive(work.conn, document.id):
        raise errors.Unavailable("file_not_there_yet", "The document's files are still being made.")
    kind = next((kind for kind in SENT_KINDS if kind in found), None)
    if kind is None:
        raise errors.Gone("no_file", "There is no e-invoice file of this document that could be sent.")
    return found[kind]


def _in_hand(work: Work, tracking_id: str) -> SubmissionRow | None:
    row = store.get(work.conn, work.organization_id, tracking_id)
    return row if row is not None and (row.state, "take") in rules.SUBMISSION else None


def _write(work: Work, row: SubmissionRow, new: Sequence[LifecycleEvent]) -> None:
    """Splices new events into the document, with what they come to, in one write."""
    document = KINDS[row.document_kind].find(work, row.document_id)
    if document is None:
        return
    before = json.loads(document.live)["einvoicing_lifecycle_events"]
    events = rules.in_order([*(LifecycleEvent.model_validate(event) for event in before), *new])
    _WRITERS[row.document_kind](work, document, events)


def _settle(work: Work, row: SubmissionRow) -> None:
    """Moves a submission on by what was said of it: it is ended, refused, or was heard of now."""
    said = [
        LifecycleEvent.model_validate_json(event.body)
        for event in store.events_of(work.conn, work.organization_id, row.document_id)
        if event.tracking_id == row.tracking_id
    ]
    action = rules.outcome(said)
    if action and (row.state, action) in rules.SUBMISSION:
        einvoice_submissions.moved(work, row, action)
    else:
        store.update_submission(work.conn, work.organization_id, row._replace(heard_at=work.timestamp))
