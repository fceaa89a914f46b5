"""What jobs do: render a document, send a mail. Each may run twice; its effect commits with the job's end."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.reminder import is_remindable
from counterfoil.errors import Invalid
from counterfoil.formats import mail, mail_texts
from counterfoil.formats.page import Appearance
from counterfoil.jobs import webhooks
from counterfoil.jobs.gate import Gate
from counterfoil.operations import attachments, printing, uploads
from counterfoil.operations.kinds import KINDS, Kind
from counterfoil.operations.work import Actor, Work, Works
from counterfoil.ports.blobs import Blobs
from counterfoil.ports.callbacks import Callbacks, HttpCallbacks
from counterfoil.ports.clock import day_in
from counterfoil.ports.mail import Mailer, MailRefused
from counterfoil.ports.network import Network
from counterfoil.ports.renderer import Renderer
from counterfoil.ports.sealing import KeySealer, Sealer
from counterfoil.store import attachments as attachment_rows
from counterfoil.store import emails as email_rows
from counterfoil.store import queue
from counterfoil.store.rows import AttachmentRow, DocumentRow, EmailRow, JobRow

log = logging.getLogger("counterfoil.jobs")
MAIL_ATTEMPTS = 12  # with doubling pauses of at most 4 hours: about a day


class NotYet(Exception):
    """What the job needs is not there yet; look again in a moment. Not counted as a failure."""


class GaveUp(Exception):
    """Trying again cannot help; the effect's own record says why."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What handlers work with.

    page_base: where public pages live. is_public: whether others can reach it; else links are not printed or mailed.
    """

    works: Works
    blobs: Blobs
    renderer: Renderer
    mailer: Mailer
    page_base: str
    is_public: bool
    mail_from: str | None = None
    is_mail_caught: bool = False
    # Without a say from outside: public addresses only, and no key.
    callbacks: Callbacks = field(default_factory=lambda: HttpCallbacks(Network()))
    sealer: Sealer = field(default_factory=lambda: KeySealer(None, None))
    gate: Gate = field(default_factory=Gate)


def render(tools: Tools, job: JobRow, payload: Mapping[str, str]) -> None:
    """Makes the PDF of a document as it is now, or takes the one that was uploaded for it.

    Skipped when a newer change has its own job.
    """
    actor = Actor(job.organization_id, "job:render")
    kind = KINDS[payload["document_kind"]]
    with tools.works.read(actor) as work:
        row = kind.find(work, payload["document_id"])
        wanted = row is not None and row.version == int(payload["version"])
        sheet = printing.sheet(work, kind, row, page_base=tools.page_base) if row and wanted else None
        uploaded = uploads.used_by(work, row) if row and wanted else None
    stored = None
    if sheet is not None and uploaded is not None:
        stored = (uploaded.sha256, uploaded.size, sheet.file_name)
    elif sheet is not None and row is not None:
        logo = _logo(tools, sheet.logo)
        appearance = Appearance(
            logo=logo, logo_content_type=sheet.logo.content_type if logo and sheet.logo else "",
            accent_color=sheet.accent_color, is_specimen=sheet.is_specimen,
            invoice_url=sheet.page_url if tools.is_public else "",
        )  # fmt: skip
        pdf = tools.renderer.render(sheet.document, appearance, kind.name)
        stored = (tools.blobs.put(pdf), len(pdf), sheet.file_name)
    with tools.works.write(actor) as work:
        if stored and row:
            now = kind.find(work, row.id)
            if now is not None and now.version == row.version:
                _attach(work, kind, now, stored)
        queue.done(work.conn, job)


def _attach(work: Work, kind: Kind, row: DocumentRow, stored: tuple[str, int, str]) -> None:
    key, size, file_name = stored
    earlier = json.loads(row.live).get("attachment_id")
    attachment = attachments.create(
        work, file_name=file_name, content_type="application/pdf", size=size, sha256=key,
        document=(kind.name, row.id),
    )  # fmt: skip
    kind.set_attachment(work, row, attachment.id)
    if earlier:
        attachment_rows.delete_attachment(work.conn, work.organization_id, earlier)


def _logo(tools: Tools, row: AttachmentRow | None) -> bytes | None:
    try:
        return tools.blobs.get(row.sha256) if row else None
    except FileNotFoundError:
        log.warning("the logo's file is gone; the document is made without it")
        return None


def send_email(tools: Tools, job: JobRow, payload: Mapping[str, str]) -> None:
    """Mails a document once its PDF is there. Marked sent only after the server's 250."""
    actor = Actor(job.organization_id, "job:send_email")
    with tools.works.read(actor) as work:
        email = email_rows.get(work.conn, work.organization_id, payload["email_id"])
        kind = KINDS[email.document_kind] if email else None
        row = kind.find(work, email.document_id) if kind and email else None
        attached = _attached(work, row) if row else None
        is_coming = row is not None and attached is None and queue.is_alive(work.conn, row.id)
        profile = work.profile
        sheet = printing.sheet(work, kind, row, page_base=tools.page_base) if kind and row else None
    if email is None or row is None or sheet is None or email.status == "sent":
        _finish(tools, actor, job)
        return
    asked = json.loads(email.request)
    is_reminder = asked.get("reminder_days") is not None
    if is_reminder and not is_remindable(row.status):
        told = f"The invoice is {row.status}: nobody is reminded of it any more."
        _set_outcome(tools, actor, job, email, status="canceled", error=told)
        return
    if is_coming:
        raise NotYet
    if attached is None:
        told = "The PDF of this document could not be made; the server's log says why."
        _set_outcome(tools, actor, job, email, status="failed", error=told)
        raise GaveUp(told)
    try:
        body = asked.get("email_body") or _default_body(email, sheet, profile, is_reminder=is_reminder)
        letter = _letter(tools, email, sheet, profile, body, tools.blobs.get(attached.sha256))
        tools.mailer.send(letter.message, sender=letter.sender, recipients=letter.recipients)
    except Exception as error:
        is_final = isinstance(error, Invalid) or job.attempts + 1 >= MAIL_ATTEMPTS
        _set_outcome(tools, actor, job, email, status="failed" if is_final else "queued", error=str(error))
        if is_final:
            raise GaveUp(str(error)) from error
        raise
    _set_outcome(tools, actor, job, email, status="sent", error="")


def _default_body(email: EmailRow, sheet: printing.Sheet, profile: OrganizationProfile, *, is_reminder: bool) -> str:
    """What the letter says when its sender said nothing, on the day that it is dated."""
    if not is_reminder:
        return printing.default_body(sheet, profile.legal_name)
    day = day_in(profile.time_zone, datetime.fromisoformat(email.created_at))
    return printing.reminder_body(sheet, profile.legal_name, day)


@dataclass(frozen=True, slots=True)
class _Letter:
    message: bytes
    sender: str
    recipients: tuple[str, ...]


def _letter(
    tools: Tools, email: EmailRow, sheet: printing.Sheet, profile: OrganizationProfile, body: str, pdf: bytes
) -> _Letter:
    asked, own_address = json.loads(email.request), profile.email
    address = tools.mail_from or own_address or ("invoices@counterfoil.example" if tools.is_mail_caught else "")
    if not address:
        raise MailRefused(
            "The organization has no e-mail address to send from: set email with PATCH /v2/organization, "
            "or COUNTERFOIL_MAIL_FROM."
        )
    copy_to = own_address if asked.get("copy_to_self", True) and own_address else None
    recipients = tuple(asked["send_to"])
    has_link = tools.is_public or tools.is_mail_caught
    if not has_link:
        log.warning("mail %s carries no link: COUNTERFOIL_PUBLIC_URL is not a public address", email.id)
    message = mail.compose(
        sender=mail.Mailbox(profile.legal_name, address),
        recipients=recipients,
        copy_to=copy_to,
        reply_to=own_address if tools.mail_from and own_address != address else None,
        subject=asked["email_title"],
        body_text=body,
        link=sheet.page_url if has_link else None,
        attachment=mail.Attachment(sheet.file_name, "application/pdf", pdf),
        message_id=f"<{email.id}@{address.rsplit('@', 1)[-1]}>",
        date=datetime.fromisoformat(email.created_at),
        locale=sheet.locale,
        link_label=mail_texts.link_label(sheet.locale, sheet.kind.name),
    )
    return _Letter(message, address, mail.envelope(recipients, copy_to))


def _attached(work: Work, row: DocumentRow) -> AttachmentRow | None:
    attachment_id = json.loads(row.live).get("attachment_id")
    return attachment_rows.get(work.conn, work.organization_id, attachment_id) if attachment_id else None


def _set_outcome(tools: Tools, actor: Actor, job: JobRow, email: EmailRow, *, status: str, error: str) -> None:
    with tools.works.write(actor) as work:
        email_rows.set_outcome(
            work.conn, work.organization_id, email.id,
            status=status, attempts=job.attempts + 1, error=error[:2000],
            sent_at=work.timestamp if status == "sent" else None,
        )  # fmt: skip
        if status != "queued":
            work.record(email.document_kind, email.document_id, f"email_{status}", {"email_id": email.id})
        if status in ("sent", "canceled"):
            queue.done(work.conn, job)


def _finish(tools: Tools, actor: Actor, job: JobRow) -> None:
    with tools.works.write(actor) as work:
        queue.done(work.conn, job)


# Kinds whose second run costs time and nothing else.
HARMLESS_TWICE = frozenset({"render", "deliver_webhook"})
HANDLERS: Mapping[str, Callable[[Tools, JobRow, Mapping[str, str]], None]] = {
    "render": render,
    "send_email": send_email,
    "deliver_webhook": webhooks.deliver,
}
