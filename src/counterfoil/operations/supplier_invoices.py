"""Supplier invoices: each use case once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from counterfoil import errors
from counterfoil.domain import einvoicing
from counterfoil.domain import supplier_invoice_lifecycle as lifecycle
from counterfoil.domain.supplier_invoice import (
    Payment,
    Rejection,
    StoredSupplierInvoice,
    SupplierInvoiceChange,
    SupplierInvoiceMeta,
    changed,
    rejection_faults,
    settled,
    warnings,
)
from counterfoil.domain.supplier_reading import Finding, filled
from counterfoil.errors import Fault
from counterfoil.operations import attachments, guards
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.work import Work
from counterfoil.ports.clock import timestamp
from counterfoil.store import supplier_invoices as store
from counterfoil.store.rows import AttachmentRow
from counterfoil.store.supplier_invoices import SupplierInvoiceRow

KIND = store.KIND
KEY_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One document to take in: a stored file, or an attachment by its id; and perhaps what is known of it.

    found: what the file says of each invoice in it, read before anything is written; known stands above it.
    """

    file: StoredFile | None = None
    attachment_id: str | None = None
    idempotency_key: str | None = None
    known: SupplierInvoiceChange | None = None
    found: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A written document as JSON, and what its writer should know."""

    text: str
    warnings: tuple[Fault, ...] = ()


def create(
    work: Work, new: Incoming, *, source: str, meta: SupplierInvoiceMeta
) -> list[SupplierInvoiceRow]:  # fmt: skip
    """Take in one file: one supplier invoice, or as many as it holds, in its order.

    Under a key of the last 30 days they are those that are there already. Raises Invalid: the key was used with
    another file, or the attachment cannot be used.
    """
    sha256, attachment = _file_of(work, new)
    earlier = _earlier(work, new.idempotency_key, sha256)
    if earlier:
        return earlier
    rows = []
    for place, found in enumerate(new.found or (None,)):
        seq, created_at = work.take_seq()
        invoice_id = work.new_id()
        if attachment is None:
            if new.file is None:
                raise AssertionError("neither a file nor an attachment")
            attachment = attachments.create_from(work, new.file, (KIND, invoice_id))
        invoice = _taken_in(work, new, invoice_id, created_at, attachment, source, meta, found)
        row = store.row_of(invoice, seq=seq, sha256=_mark(sha256, place), idempotency_key=new.idempotency_key)
        invoice = _with_iban_of(work, row, invoice)
        row = store.row_of(invoice, seq=seq, sha256=row.sha256, idempotency_key=row.idempotency_key)
        store.insert_invoice(work.conn, work.organization_id, row)
        work.record(KIND, row.id, "created", {"attachment_id": attachment.id})
        rows.append(row)
    return rows


def _taken_in(
    work: Work,
    new: Incoming,
    invoice_id: str,
    created_at: str,
    attachment: AttachmentRow,
    source: str,
    meta: SupplierInvoiceMeta,
    found: Finding | None,
) -> StoredSupplierInvoice:
    invoice = StoredSupplierInvoice(
        id=invoice_id,
        organization_id=work.organization_id,
        status="to_review",
        source=source,
        attachment_id=attachment.id,
        display_attachment_id=attachment.id,
        file_name=attachment.file_name,
        created_at=created_at,
        updated_at=work.timestamp,
        meta=meta,
    )
    invoice = filled(invoice, found, work.profile, work.timestamp) if found else settled(invoice)
    return changed(invoice, new.known) if new.known else invoice


def _mark(sha256: str, place: int) -> str:
    """What tells the same file again. The invoices of one file are not each other's doubles."""
    return hashlib.sha256(f"{sha256} {place}".encode()).hexdigest() if place else sha256


def get(work: Work, invoice_id: str) -> SupplierInvoiceRow:
    """Retrieve a supplier invoice."""
    row = store.get(work.conn, work.organization_id, invoice_id.lower())
    if row is None:
        raise errors.NotFound(
            "not_found", "There is no supplier invoice with this id.", parameter="id",
            fix="List supplier invoices to find the right id.",
        )  # fmt: skip
    return row


def page(
    work: Work, wanted: store.SupplierInvoiceFilter, *, sort: str, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[SupplierInvoiceRow]]:
    """List supplier invoices: the number of matches, and one page."""
    return store.page(
        work.conn, work.organization_id, wanted, sort=sort, is_descending=is_descending, limit=limit, skip=skip
    )


def answers(work: Work, rows: Sequence[SupplierInvoiceRow]) -> list[str]:
    """The documents as the API answers them, with what the others say of each."""
    doubled = store.with_duplicates(work.conn, work.organization_id, [row.id for row in rows])
    return [f'{row.body[:-1]},"has_duplicates":{json.dumps(row.id in doubled)}}}' for row in rows]


def update(work: Work, invoice_id: str, change: SupplierInvoiceChange) -> Outcome:
    """Write down what is known of a document, or file it under another status (ours)."""
    row = get(work, invoice_id)
    if row.status in lifecycle.CLOSED and set(change.model_fields_set) - {"status"}:
        raise errors.WrongState(
            "supplier_invoice_closed", f"The supplier invoice is {row.status} and is not changed any more.",
            fix="Upload the document again, or send status to_review alone when it was discarded.",
        )  # fmt: skip
    after = changed(_read(row), change)
    if change.status:
        after = after.model_copy(update={"status": lifecycle.moved(row.status, change.status)})
    written = _write(work, row, _with_known_iban(work, row, after, change))
    work.record(KIND, row.id, "updated", {"fields": sorted(change.model_fields_set)})
    doubled = store.with_duplicates(work.conn, work.organization_id, [row.id])
    return Outcome(answers(work, [written])[0], warnings(_read(written), has_duplicates=bool(doubled)))


def mark_as_paid(work: Work, invoice_id: str, sent: Payment) -> str:
    """Mark a supplier invoice as paid on a day that is not in the future, today by default; paid stays as it was."""
    row = get(work, invoice_id)
    status = lifecycle.next_status(row.status, "mark_as_paid")
    day = sent.payment_date or work.today
    if day > work.today:
        raise errors.Invalid(
            "invalid_payment_date",
            f"payment_date {day.isoformat()} is in the future; today is {work.today.isoformat()}"
            " for this organization.",
            field="payment_date",
            fix="Send today's date or an earlier one, or leave payment_date out for today.",
        )
    if row.status == status:
        return answers(work, [row])[0]
    written = _write(work, row, _read(row).model_copy(update={"status": status, "payment_date": day}))
    work.record(KIND, row.id, "marked_as_paid", {"payment_date": day.isoformat()})
    return answers(work, [written])[0]


def unmark_as_paid(work: Work, invoice_id: str) -> str:
    """Take the payment mark off a paid supplier invoice: it is to be reviewed again."""
    row = get(work, invoice_id)
    status = lifecycle.next_status(row.status, "unmark_as_paid")
    written = _write(work, row, _read(row).model_copy(update={"status": status, "payment_date": None}))
    work.record(KIND, row.id, "unmarked_as_paid")
    return answers(work, [written])[0]


def reject(work: Work, invoice_id: str, sent: Rejection) -> str:
    """Reject a supplier invoice for good."""
    row = get(work, invoice_id)
    status = lifecycle.next_status(row.status, "reject")
    before = _read(row)
    faults = rejection_faults(before, sent, work.profile.legal_country, work.today)
    if faults:
        raise errors.Invalid.of(faults)
    reasons = {
        "declined_note": sent.declined_note or sent.reason,
        "declined_reason_code": sent.declined_reason_code,
    }
    written = _write(work, row, before.model_copy(update={"status": status, **reasons}))
    # The note is somebody's own words, and stays out of what is never erased.
    work.record(KIND, row.id, "rejected", {"declined_reason_code": sent.declined_reason_code})
    guards.rejected(work, row.id, row.body, reasons)
    return answers(work, [written])[0]


def _read(row: SupplierInvoiceRow) -> StoredSupplierInvoice:
    return StoredSupplierInvoice.model_validate_json(row.body)


def _write(work: Work, row: SupplierInvoiceRow, invoice: StoredSupplierInvoice) -> SupplierInvoiceRow:
    if invoice.is_einvoice and invoice.status != row.status and work.profile.legal_country == "FR":
        events = einvoicing.with_buyer_event(
            invoice.einvoicing_lifecycle_events, invoice.status, reason=invoice.declined_reason_code or "",
            message=invoice.declined_note or "", timestamp=work.timestamp,
        )  # fmt: skip
        invoice = invoice.model_copy(update={"einvoicing_lifecycle_events": events})
    after = settled(invoice.model_copy(update={"updated_at": work.timestamp}))
    written = store.row_of(after, seq=row.seq, sha256=row.sha256, idempotency_key=row.idempotency_key)
    store.replace(work.conn, work.organization_id, row, written)
    return written


def _with_known_iban(
    work: Work, row: SupplierInvoiceRow, invoice: StoredSupplierInvoice, change: SupplierInvoiceChange
) -> StoredSupplierInvoice:
    """The document, marked when its IBAN is not the one that the supplier had until now."""
    if not change.model_fields_set & {"iban", "supplier_name", "vat_number"}:
        return invoice
    asked = store.row_of(invoice, seq=row.seq, sha256=row.sha256, idempotency_key=None)
    return _with_iban_of(work, asked, invoice)


def _with_iban_of(work: Work, asked: SupplierInvoiceRow, invoice: StoredSupplierInvoice) -> StoredSupplierInvoice:
    known = store.known_iban(work.conn, work.organization_id, asked) if invoice.iban else None
    return invoice.model_copy(update={"iban_changed_from": known if known != invoice.iban else None})


def _file_of(work: Work, new: Incoming) -> tuple[str, AttachmentRow | None]:
    """The SHA-256 of what comes in, and its attachment when it is one already."""
    if new.file:
        return new.file.sha256, None
    row = attachments.find(work, new.attachment_id or "")
    if row is None or row.document_kind not in (None, KIND):
        raise errors.Invalid(
            "invalid_attachment_id", "There is no attachment with this id that could be a supplier invoice.",
            field="attachment_id", fix="Upload the file with POST /v2/attachments and send the id that it answers.",
        )  # fmt: skip
    return row.sha256, row


def _earlier(work: Work, idempotency_key: str | None, sha256: str) -> list[SupplierInvoiceRow]:
    if idempotency_key is None:
        return []
    since = timestamp(work.now - KEY_LIFE)
    rows = store.by_idempotency_key(work.conn, work.organization_id, idempotency_key, since=since)
    if rows and rows[0].sha256 != sha256:
        raise errors.Invalid(
            "idempotency_key_reused", "This idempotency key was used with another file.", field="idempotency_key",
            fix="Send a new key for another document.",
        )  # fmt: skip
    return rows
