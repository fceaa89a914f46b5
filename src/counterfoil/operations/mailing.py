"""Sending a document by mail: asked for in a write, done by a job, and called sent only after the server's 250."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from counterfoil import errors
from counterfoil.domain.client_invoice import NewClientInvoice
from counterfoil.domain.document import locale_of
from counterfoil.domain.mailing import SendRequest as SendRequest  # re-exported: what send takes
from counterfoil.formats import mail, mail_texts
from counterfoil.operations import client_invoices, guards
from counterfoil.operations.kinds import CLIENT_INVOICE, Kind
from counterfoil.operations.work import Work
from counterfoil.store import emails
from counterfoil.store.rows import DocumentRow, EmailRow, InvoiceRow

_TITLE_MAX = 250


class SentEmail(SendRequest):
    """A mail that was asked for, and what became of it: sent means that the mail server took it.

    canceled: a reminder of an invoice that was paid or canceled before the mail went out.
    """

    id: str
    status: Literal["queued", "sent", "failed", "canceled"]
    attempts: int
    error: str
    created_at: str
    sent_at: str
    reminder_days: int | None = Field(None, description="of a reminder: its rule's days after the due date (ours)")


def send(work: Work, kind: Kind, document_id: str, request: SendRequest) -> None:
    """Email a document, its PDF attached, to one or more recipients; its status is unchanged."""
    row = kind.get(work, document_id)
    kind.on_send(work, row)
    mail.check_header_text("email_title", request.email_title)
    check_recipients(request.send_to)
    enqueue(work, kind, row, request)
    guards.mail(work, kind.name, row, request.model_dump(mode="json"))


def create_and_send(work: Work, new: NewClientInvoice) -> client_invoices.Outcome:
    """Create a client invoice and, where it says so and is issued at once, email it: all of it or nothing."""
    outcome = client_invoices.create(work, new)
    if new.send is None:
        return outcome
    if outcome.row.status == "draft":
        raise errors.Invalid(
            "send_without_finalize", "A draft is not mailed: send needs an invoice that is issued at once.",
            field="send", fix='Send status "unpaid" as well, or leave send out.',
        )  # fmt: skip
    send(work, CLIENT_INVOICE, outcome.row.id, _titled(work, new.send, outcome.row))
    return outcome


def _titled(work: Work, letter: SendRequest, row: InvoiceRow) -> SendRequest:
    """The letter with the usual title where it has none: only now is the number known."""
    if letter.email_title:
        return letter
    locale = locale_of(json.loads(row.frozen)["client"])
    title = mail_texts.default_subject(locale, row.number or "", work.profile.legal_name)
    return letter.model_copy(update={"email_title": title[:_TITLE_MAX]})


def check_recipients(send_to: Sequence[str]) -> None:
    """Refuse addresses that cannot be written to, and one that stands twice."""
    for index, address in enumerate(send_to):
        mail.check_address(f"send_to/{index}", address)
    if len({address.lower() for address in send_to}) < len(send_to):
        raise errors.Invalid(
            "duplicate_recipient", "An address stands twice in send_to.", field="send_to", fix="Send each once."
        )


def enqueue(work: Work, kind: Kind, row: DocumentRow, request: SendRequest, *, reminder_days: int | None = None) -> str:
    """Hand a mail whose request was checked to the job that sends it; answers the mail's id.

    reminder_days: makes it a reminder, which is not sent any more once the document is paid.
    """
    asked = request.model_dump(mode="json") | ({} if reminder_days is None else {"reminder_days": reminder_days})
    email = EmailRow(
        organization_id=work.organization_id,
        id=work.new_id(),
        document_kind=kind.name,
        document_id=row.id,
        status="queued",
        request=json.dumps(asked, ensure_ascii=False),
        attempts=0,
        error="",
        created_at=work.timestamp,
        sent_at=None,
    )
    emails.insert_email(work.conn, work.organization_id, email)
    work.mails.append((kind.name, row.id, asked))
    what = "send_requested" if reminder_days is None else "reminder_requested"
    work.record(kind.name, row.id, what, {"email_id": email.id})
    work.later("send_email", {"email_id": email.id})
    return email.id


def of_document(work: Work, kind: Kind, document_id: str) -> list[dict[str, object]]:
    """List the mails of a document, oldest first: queued, sent (the mail server took it) or failed, with the error."""
    row = kind.get(work, document_id)
    return [
        {
            "id": email.id,
            "status": email.status,
            "attempts": email.attempts,
            "error": email.error,
            "created_at": email.created_at,
            "sent_at": email.sent_at or "",
            "reminder_days": None,
            **json.loads(email.request),
        }
        for email in emails.of_document(work.conn, work.organization_id, row.id)
    ]
