"""E-invoices on their way: handing over, listening, and telling. Each job may run twice, or be killed at any point.

A network takes a submission of one tracking id once, and an event counts once by its id, so whatever is done again has
no second effect; and a job is removed in the write that keeps its effect, so nothing is forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from counterfoil.domain.einvoicing import NOT_REACHED
from counterfoil.errors import Gone, Unavailable
from counterfoil.jobs.handlers import GaveUp, NotYet, Tools
from counterfoil.operations import einvoice_submissions, einvoicing
from counterfoil.operations.work import Actor
from counterfoil.ports.einvoice_network import EinvoiceNetwork, NetworkEvent, Refused, Submission, Transient
from counterfoil.store import einvoicing as rows
from counterfoil.store import queue
from counterfoil.store.rows import JobRow

log = logging.getLogger("counterfoil.jobs")
ATTEMPTS = 12  # with doubling pauses of at most 4 hours: about a day
EVENTS_AT_ONCE = 100  # in one write: others write meanwhile
NO_FILE = "NO_FILE"


def submit(tools: Tools, job: JobRow, payload: Mapping[str, str]) -> None:
    """Hands one document over. After a day of failures it says so in the document, and may be asked for again."""
    actor, tracking_id = Actor(job.organization_id, f"job:{job.kind}", client="job"), payload["tracking_id"]
    network = _network(tools)
    try:
        with tools.works.write(actor) as work:
            ready = einvoicing.begin(work, tracking_id)
            if ready is None:
                queue.done(work.conn, job)
    except Unavailable as error:
        raise NotYet from error
    except Gone as error:
        _fail(tools, actor, job, str(error), reason=NO_FILE, is_refused=False)
        return
    if ready is None:
        return
    try:
        receipt = network.submit(_submission(tools, ready))
    except Refused as error:
        _fail(tools, actor, job, str(error), reason=error.reason, is_refused=True)
    except (Transient, FileNotFoundError) as error:
        if job.attempts + 1 < ATTEMPTS:
            raise
        _fail(tools, actor, job, str(error), reason=NOT_REACHED, is_refused=False)
    else:
        with tools.works.write(actor) as work:
            einvoicing.taken(work, tracking_id, receipt.flow_id)
            queue.done(work.conn, job)


def poll(tools: Tools, job: JobRow, _payload: Mapping[str, str]) -> None:
    """Listens to what the network says of an organization's documents, and again after a pause while any is open."""
    actor, network = Actor(job.organization_id, f"job:{job.kind}", client="job"), _network(tools)
    with tools.works.read(actor) as work:
        since = rows.cursor(work.conn, work.organization_id, network.name)
    heard = network.poll(job.organization_id, since)
    new = _unknown(tools, actor, heard.events)
    for first in range(0, len(new), EVENTS_AT_ONCE):
        with tools.works.write(actor) as work:
            einvoicing.receive(work, new[first : first + EVENTS_AT_ONCE])
    with tools.works.write(actor) as work:
        pause = einvoicing.next_poll(work, heard.cursor)
        if pause is None:
            queue.done(work.conn, job)
        else:
            einvoice_submissions.poll_later(work, pause)


def tell(tools: Tools, job: JobRow, payload: Mapping[str, str]) -> None:
    """Tells the network what we say of a document, such as that it was paid."""
    actor, network = Actor(job.organization_id, f"job:{job.kind}", client="job"), _network(tools)
    with tools.works.read(actor) as work:
        status = einvoicing.status_to_tell(work, payload["event_id"])
    error = ""
    if status is not None:
        try:
            network.send_status(status)
        except Refused as refused:
            error = str(refused)
            log.error("the e-invoicing network did not take status %d: %s", status.status_code, error)
    with tools.works.write(actor) as work:
        if status is not None:
            einvoicing.status_told(work, status, error)
        queue.done(work.conn, job)


def _network(tools: Tools) -> EinvoiceNetwork:
    if tools.einvoice_network is None:
        raise GaveUp("the server is connected to no e-invoicing network any more")
    return tools.einvoice_network


def _submission(tools: Tools, ready: einvoicing.Ready) -> Submission:
    row, file = ready.row, ready.file
    return Submission(
        organization_id=row.organization_id, tracking_id=row.tracking_id, document_kind=row.document_kind,
        document_id=row.document_id, number=ready.number, kind=row.kind, file_name=file.file_name,
        content_type=file.content_type, sha256=file.sha256, data=tools.blobs.get(file.sha256),
    )  # fmt: skip


def _fail(tools: Tools, actor: Actor, job: JobRow, error: str, *, reason: str, is_refused: bool) -> None:
    log.error("an e-invoice was not submitted: %s", error)
    with tools.works.write(actor) as work:
        einvoicing.failed(work, job.id, error, reason=reason, is_refused=is_refused)
        queue.done(work.conn, job)


def _unknown(tools: Tools, actor: Actor, heard: Sequence[NetworkEvent]) -> list[NetworkEvent]:
    """What is not there yet: questions overlap, and most of an answer was heard before."""
    with tools.works.read(actor) as work:
        return [said for said in heard if rows.event(work.conn, work.organization_id, said.event_id) is None]


HANDLERS: Final[Mapping[str, Callable[[Tools, JobRow, Mapping[str, str]], None]]] = MappingProxyType(
    {einvoice_submissions.SUBMIT: submit, einvoice_submissions.POLL: poll, einvoice_submissions.TELL: tell}
)
