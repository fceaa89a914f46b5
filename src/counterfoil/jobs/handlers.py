"""What jobs do: render a document, send a mail. Each may run twice; its effect commits with the job's end."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from counterfoil.domain.einvoice_formats import FACTURX, Format
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.reminder import is_remindable
from counterfoil.errors import Invalid, Unavailable
from counterfoil.formats import einvoices, mail, mail_texts
from counterfoil.formats.page import Appearance
from counterfoil.jobs import webhooks
from counterfoil.jobs.at_hand import AtHand
from counterfoil.jobs.gate import Gate
from counterfoil.jobs.leases import Leases
from counterfoil.jobs.outage import Outage
from counterfoil.operations import document_files, printing, uploads
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.kinds import KINDS, Kind
from counterfoil.operations.work import Actor, Work, Works
from counterfoil.ports.blobs import Blobs
from counterfoil.ports.callbacks import Callbacks, HttpCallbacks
from counterfoil.ports.clock import day_in
from counterfoil.ports.einvoice_network import EinvoiceNetwork
from counterfoil.ports.mail import Mailer, MailRefused
from counterfoil.ports.network import Network
from counterfoil.ports.renderer import Renderer, XmlNotEmbedded
from counterfoil.ports.sealing import KeySealer, Sealer
from counterfoil.store import attachments as attachment_rows
from counterfoil.store import emails as email_rows
from counterfoil.store import queue
from counterfoil.store.rows import AttachmentRow, DocumentRow, EmailRow, JobRow

log = logging.getLogger("counterfoil.jobs")
MAIL_ATTEMPTS = 12  # with doubling pauses of at most 4 hours: about a day
NOTE_SECONDS, NOTE_PAUSE_SECONDS = 30, 0.5  # shorter than a lease, which is not renewed meanwhile
XML_ATTEMPTS = 3  # some seconds: then the document gets its PDF without what cannot be made


class NotYet(Exception):
    """What the job needs is not there yet; look again in a moment. Not counted as a failure."""


class GaveUp(Exception):
    """Trying again cannot help; the effect's own record says why."""


class XmlNotMade(Exception):
    """An e-invoice of a document could not be written."""


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
    leases: Leases = field(default_factory=Leases)
    at_hand: AtHand = field(default_factory=AtHand)
    outage: Outage = field(default_factory=Outage)
    einvoice_network: EinvoiceNetwork | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be made of a document. uploaded: the file that is its PDF, so that none is made here."""

    kind: Kind
    row: DocumentRow
    sheet: printing.Sheet
    uploaded: AttachmentRow | None
    formats: tuple[Format, ...]


@dataclass(slots=True)
class _Made:
    """A document's files, their bytes in the blobs by now. faults: what could not be made, and why."""

    pdf: StoredFile
    files: dict[Format, StoredFile]
    faults: list[str]


def render(tools: Tools, job: JobRow, payload: Mapping[str, str]) -> None:
    """Makes the PDF and the e-invoices of a document as it is now, or takes the PDF that was uploaded for it.

    Skipped when a newer change has its own job. A number that was taken always gets its PDF: when an e-invoice cannot
    be made in a few tries, the rest is kept without it, and the job is laid aside for somebody to look at.
    """
    actor = Actor(job.organization_id, "job:render", client="job")
    with tools.works.read(actor) as work:
        plan = _plan(tools, work, payload)
    made = _made(tools, plan, is_last_try=job.attempts + 1 >= XML_ATTEMPTS) if plan else None
    with tools.works.write(actor) as work:
        now = plan.kind.find(work, plan.row.id) if plan else None
        if plan and made and now is not None and now.version == plan.row.version:
            document_files.attach(work, plan.kind, now, made.pdf, made.files)
            if made.faults:
                work.record(
                    plan.kind.name,
                    now.id,
                    "einvoice_not_made",
                    {"formats": [fault.partition(":")[0] for fault in made.faults]},
                )
        if not (made and made.faults):
            queue.done(work.conn, job)
    if made and made.faults:
        raise GaveUp(f"the PDF is there, but not all e-invoices: {'; '.join(made.faults)}")


def _plan(tools: Tools, work: Work, payload: Mapping[str, str]) -> _Plan | None:
    """None when nothing is to be made: the document is gone, newer, or issued with all of its files."""
    kind = KINDS[payload["document_kind"]]
    row = kind.find(work, payload["document_id"])
    if row is None or row.version != int(payload["version"]):
        return None
    uploaded = uploads.used_by(work, row)
    formats = document_files.formats(kind, row, has_own_pdf=uploaded is not None)
    if formats and document_files.are_made(work, kind, row, formats):
        return None
    return _Plan(kind, row, printing.sheet(work, kind, row, page_base=tools.page_base), uploaded, formats)


def _made(tools: Tools, plan: _Plan, *, is_last_try: bool) -> _Made:
    """Raises XmlNotMade, unless this is the last try, and Unavailable without a PDF."""
    xmls, faults = _xmls(plan)
    if faults and not is_last_try:
        raise XmlNotMade("; ".join(faults))
    pdf, embedded = _pdf(tools, plan, xmls.pop(FACTURX, b""), faults, is_last_try=is_last_try)
    files = {fmt: document_files.stored(plan.row, fmt, data) for fmt, data in xmls.items()}
    for data in xmls.values():
        tools.blobs.put(data)
    return _Made(pdf, files | dict.fromkeys(embedded, pdf), faults)


def _xmls(plan: _Plan) -> tuple[dict[Format, bytes], list[str]]:
    """Every XML of the document, from what was frozen at issue alone; and what could not be made."""
    document = json.loads(plan.row.frozen) if plan.formats else {}
    xmls: dict[Format, bytes] = {}
    faults: list[str] = []
    for fmt in plan.formats:
        try:
            xmls[fmt] = einvoices.xml_of(document, fmt)
        except Exception as error:  # whatever it is, the document must get its PDF
            log.exception("the %s of %s %s could not be made", fmt.kind, plan.kind.name, plan.row.id)
            faults.append(f"{fmt.kind}: {type(error).__name__}: {error}")
    return xmls, faults


def _pdf(
    tools: Tools, plan: _Plan, xml: bytes, faults: list[str], *, is_last_try: bool
) -> tuple[StoredFile, tuple[Format, ...]]:
    """The document's PDF, and the formats that it carries. Adds to `faults` when it could not carry them."""
    sheet, uploaded = plan.sheet, plan.uploaded
    if uploaded is not None:
        return StoredFile(sheet.file_name, uploaded.content_type, uploaded.size, uploaded.sha256), ()
    logo = _logo(tools, sheet.logo)
    appearance = Appearance(
        logo=logo, logo_content_type=sheet.logo.content_type if logo and sheet.logo else "",
        accent_color=sheet.accent_color, is_specimen=sheet.is_specimen,
        invoice_url=sheet.page_url if tools.is_public else "", journal_hash=sheet.journal_hash,
    )  # fmt: skip
    embedded = (FACTURX,) if xml else ()
    try:
        pdf = tools.renderer.render(sheet.document, appearance, sheet.kind.name, xml)
    except XmlNotEmbedded as error:
        if not is_last_try:
            raise
        log.exception("the XML of %s %s could not be put into its PDF", plan.kind.name, plan.row.id)
        faults.append(f"facturx: {error}")
        pdf, embedded = tools.renderer.render(sheet.document, appearance, sheet.kind.name), ()
    return StoredFile(sheet.file_name, "application/pdf", len(pdf), tools.blobs.put(pdf)), embedded


def _logo(tools: Tools, row: AttachmentRow | None) -> bytes | None:
    try:
        return tools.blobs.get(row.sha256) if row else None
    except FileNotFoundError:
        log.warning("the logo's file is gone; the document is made without it")
        return None


def send_email(tools: Tools, job: JobRow, payload: Mapping[str, str]) -> None:
    """Mails a document once its PDF is there. Marked sent only after the server's 250."""
    actor = Actor(job.organization_id, "job:send_email", client="job")
    with tools.works.read(actor) as work:
        email = email_rows.get(work.conn, work.organization_id, payload["email_id"])
        kind = KINDS[email.document_kind] if email else None
        row = kind.find(work, email.document_id) if kind and email else None
        attached = _attached(work, row) if row else None
        beside = document_files.to_mail(work, kind, row) if kind and row else None
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
        files = [(file, tools.blobs.get(file.sha256)) for file in (attached, beside) if file]
        letter = _letter(tools, email, sheet, profile, body, files)
        tools.mailer.send(letter.message, sender=letter.sender, recipients=letter.recipients)
    except Exception as error:
        is_final = isinstance(error, Invalid) or job.attempts + 1 >= MAIL_ATTEMPTS
        _set_outcome(tools, actor, job, email, status="failed" if is_final else "queued", error=str(error))
        if is_final:
            raise GaveUp(str(error)) from error
        raise
    _note_sent(tools, actor, job, email)


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
    tools: Tools, email: EmailRow, sheet: printing.Sheet, profile: OrganizationProfile, body: str,
    files: Sequence[tuple[AttachmentRow, bytes]],
) -> _Letter:  # fmt: skip
    asked, own_address = json.loads(email.request), profile.email
    address = tools.mail_from or own_address or ("invoices@counterfoil.example" if tools.is_mail_caught else "")
    if not address:
        raise MailRefused(
            "The organization has no e-mail address to send from: set email with PATCH /v2/organization, "
            "or COUNTERFOIL_MAIL_FROM."
        )
    copy_to = own_address if asked.get("copy_to_self", True) and own_address else None
    recipients = tuple(asked["send_to"])
    attached = [mail.Attachment(row.file_name, row.content_type, data) for row, data in files]
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
        attachment=attached[0],
        more=attached[1:],
        message_id=f"<{email.id}@{address.rsplit('@', 1)[-1]}>",
        date=datetime.fromisoformat(email.created_at),
        locale=sheet.locale,
        link_label=mail_texts.link_label(sheet.locale, sheet.kind.name),
    )
    return _Letter(message, address, mail.envelope(recipients, copy_to))


def _attached(work: Work, row: DocumentRow) -> AttachmentRow | None:
    attachment_id = json.loads(row.live).get("attachment_id")
    return attachment_rows.get(work.conn, work.organization_id, attachment_id) if attachment_id else None


def _note_sent(tools: Tools, actor: Actor, job: JobRow, email: EmailRow) -> None:
    """Notes that the mail server took the letter, also when the database is away for a moment: else it went twice."""
    until = time.monotonic() + NOTE_SECONDS
    while True:
        try:
            _set_outcome(tools, actor, job, email, status="sent", error="")
        except Unavailable:
            if time.monotonic() >= until:
                raise
            time.sleep(NOTE_PAUSE_SECONDS)
        else:
            return


def note_given_up(tools: Tools, job: JobRow, payload: Mapping[str, str], error: str) -> None:
    """Says of a letter that it was not sent, when its job is laid aside without being run."""
    if job.kind != "send_email":
        return
    actor = Actor(job.organization_id, "job:send_email", client="job")
    with tools.works.read(actor) as work:
        email = email_rows.get(work.conn, work.organization_id, payload["email_id"])
    if email is not None and email.status == "queued":
        _set_outcome(tools, actor, job, email, status="failed", error=error)


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
