"""Credit notes: each use case once. They are finalized when they are created, and never change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil import errors
from counterfoil.domain import crediting, einvoicing, rules
from counterfoil.domain.client_invoice import LifecycleEvent, LiveClientInvoice
from counterfoil.domain.credit_note import FrozenCreditNote, LiveCreditNote, NewCreditNote
from counterfoil.domain.document import Identity
from counterfoil.errors import Fault
from counterfoil.operations import client_invoices, einvoice_submissions, guards, issuing
from counterfoil.operations.work import Work
from counterfoil.store import client_invoices as invoices
from counterfoil.store import credit_notes as store
from counterfoil.store.rows import CreditNoteRow, InvoiceRow

KIND = store.KIND


@dataclass(frozen=True, slots=True)
class Outcome:
    """A written credit note, and what its writer should know."""

    row: CreditNoteRow
    warnings: tuple[Fault, ...] = ()


def create(work: Work, new: NewCreditNote) -> Outcome:
    """Create a credit note for a finalized invoice: it has its number at once; one over all of it cancels it."""
    client_invoices.check_einvoicing(work)
    invoice_row = _invoice(work, new.invoice_id.lower())
    invoice = json.loads(invoice_row.frozen)
    crediting.invoice_status(invoice_row.status, invoice["invoice_type"], is_all=False)
    _refuse_ended(invoice_row)
    earlier = [json.loads(row.frozen) for row in store.of_invoice(work.conn, work.organization_id, invoice_row.id)]
    left = crediting.creditable(invoice, earlier)
    _refuse_currency(new, invoice["currency"])
    lines = crediting.lines_of(new, left)
    seller = crediting.seller_of(invoice, work.profile)
    asked = crediting.written(new, lines, invoice)
    _raise_faults(rules.credit_faults(asked, seller) or list(crediting.rate_faults(left, asked.items)))
    issuing.check_given(work, new.number, _is_taken(work))
    seq, created_at = work.take_seq()
    identity = Identity(
        id=work.new_id(), organization_id=work.organization_id, created_at=created_at, number=new.number or "",
        finalized_at=work.timestamp,
    )  # fmt: skip
    frozen = crediting.build_credit_note(new, asked, identity, invoice=invoice, seller=seller, sums=lines.sums)
    crediting.refuse_excess(left, frozen, is_split=lines.sums is not None)
    frozen, warnings = _issued(work, new, frozen)
    row = _row(work, frozen, seq, invoice_row)
    store.insert_credit_note(work.conn, work.organization_id, row)
    work.record(KIND, row.id, "created_and_finalized", {"number": row.number, "invoice_id": invoice_row.id})
    is_all = frozen.total_amount_cents == left.total
    status = crediting.invoice_status(invoice_row.status, invoice["invoice_type"], is_all=is_all)
    client_invoices.credit(work, invoice_row, row.id, frozen.amount_due, status)
    work.later("render", {"document_kind": KIND, "document_id": row.id, "version": row.version}, about=row.id)
    einvoice_submissions.follow(work, KIND, row.id, invoice_row.id)
    guards.credit_note(work, row, invoice_row)
    return Outcome(row, warnings)


def get(work: Work, credit_note_id: str) -> CreditNoteRow:
    """Retrieve a credit note."""
    row = store.get(work.conn, work.organization_id, credit_note_id.lower())
    if row is None:
        raise errors.NotFound(
            "not_found", "There is no credit note with this id.", parameter="id", fix="List credit notes first."
        )
    return row


def page(
    work: Work, wanted: store.CreditNoteFilter, *, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[CreditNoteRow]]:
    """List credit notes: the number of matches, and one page in order of creation."""
    return store.page(work.conn, work.organization_id, wanted, is_descending=is_descending, limit=limit, skip=skip)


def set_attachment(work: Work, row: CreditNoteRow, attachment_id: str) -> None:
    """Links the credit note's PDF, once it is made."""
    live = LiveCreditNote.model_validate_json(row.live).model_copy(update={"attachment_id": attachment_id})
    store.replace(work.conn, work.organization_id, row, row._replace(live=live.model_dump_json()))


def set_einvoicing(work: Work, row: CreditNoteRow, events: Sequence[LifecycleEvent]) -> None:
    """Writes down what an e-invoicing network says of a credit note."""
    changes = {
        "einvoicing_lifecycle_events": list(events),
        "einvoicing_status": einvoicing.einvoicing_status(events),
        "updated_at": work.timestamp,
    }
    live = LiveCreditNote.model_validate_json(row.live).model_copy(update=changes)
    after = row._replace(live=live.model_dump_json(), updated_at=work.timestamp)
    store.replace(work.conn, work.organization_id, row, after)


def answer(row: CreditNoteRow, *, invoice_url: str) -> str:
    """The credit note as the API answers it: its two texts spliced, with what only the reader knows."""
    live = einvoice_submissions.shown(row.live)
    return f'{row.frozen[:-1]},{live[1:-1]},"invoice_url":{json.dumps(invoice_url)}}}'


def _invoice(work: Work, invoice_id: str) -> InvoiceRow:
    row = invoices.get(work.conn, work.organization_id, invoice_id)
    if row is None:
        raise errors.Invalid(
            "invalid_invoice_id", "There is no client invoice with this id.", field="invoice_id",
            fix="Send the id of a finalized invoice of GET /v2/client_invoices.",
        )  # fmt: skip
    return row


def _refuse_ended(invoice: InvoiceRow) -> None:
    """An invoice that its buyer or a platform refused was never his: he gets no credit note, and it is canceled."""
    live = LiveClientInvoice.model_validate_json(invoice.live)
    if not einvoicing.is_ended(live.einvoicing_lifecycle_events):
        return
    unmark = " Take its payment mark off first: POST …/unmark_as_paid." if invoice.status == "paid" else ""
    fault = Fault(
        "einvoice_declined", "This invoice was refused or rejected as an e-invoice; no credit note is issued for it.",
        field="invoice_id",
        fix=f"Cancel it: POST /v2/client_invoices/{{id}}/mark_as_canceled; its number stays used.{unmark}",
        source=einvoicing.SOURCE,
    )  # fmt: skip
    raise errors.Invalid.of([fault])


def _refuse_currency(new: NewCreditNote, currency: str) -> None:
    given = [("currency", new.currency)]
    if new.amount is not None:
        given.append(("amount/currency", new.amount.currency))
    faults = [
        Fault(
            "invalid_currency", f'"{value}" is not the currency of the invoice, {currency}.', field=field,
            fix=f'Send "{currency}".', meta={"allowed": [currency]},
        )
        for field, value in given
        if value != currency
    ]  # fmt: skip
    _raise_faults(faults)


def _issued(work: Work, new: NewCreditNote, frozen: FrozenCreditNote) -> tuple[FrozenCreditNote, tuple[Fault, ...]]:
    """The document with its number: rules first, the number last, so that a refusal never costs one."""
    faults, warnings = rules.credit_note_faults(frozen.model_dump(mode="json"), work.profile, today=work.today)
    _raise_faults(faults)
    number, odd = issuing.take_number(work, KIND, new.issue_date, new.number, _is_taken(work))
    return frozen.model_copy(update={"number": number}), (*warnings, *odd)


def _row(work: Work, frozen: FrozenCreditNote, seq: int, invoice: InvoiceRow) -> CreditNoteRow:
    return CreditNoteRow(
        organization_id=frozen.organization_id,
        id=frozen.id,
        seq=seq,
        status=store.STATUS,
        number=frozen.number,
        client_id=invoice.client_id,
        invoice_id=invoice.id,
        issue_date=frozen.issue_date.isoformat(),
        total_amount_cents=frozen.total_amount_cents,
        created_at=frozen.created_at,
        updated_at=work.timestamp,
        finalized_at=frozen.finalized_at,
        public_token=invoice.public_token,
        version=1,
        schema_version=store.SCHEMA_VERSION,
        frozen=frozen.model_dump_json(),
        live=LiveCreditNote(updated_at=work.timestamp).model_dump_json(),
    )


def _is_taken(work: Work) -> issuing.IsTaken:
    return lambda number: store.has_number(work.conn, work.organization_id, number)


def _raise_faults(faults: list[Fault]) -> None:
    if faults:
        raise errors.Invalid.of(faults)
