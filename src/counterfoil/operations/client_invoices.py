"""Client invoices: each use case once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from counterfoil import errors
from counterfoil.domain import crediting, einvoicing, lifecycle, numbering, rules
from counterfoil.domain.client_invoice import (
    ClientInvoiceChange,
    FrozenClientInvoice,
    LifecycleEvent,
    LiveClientInvoice,
    NewClientInvoice,
)
from counterfoil.domain.deposits import amount_of, refuse_excess
from counterfoil.domain.document import Identity, as_new, build_client_invoice
from counterfoil.domain.money import ZERO, Money, text
from counterfoil.domain.webhook import CLIENT_INVOICES
from counterfoil.errors import Fault
from counterfoil.operations import (
    attachments,
    deposits,
    einvoice_submissions,
    guards,
    issuing,
    parties,
    quote_links,
    reminder_days,
    uploads,
    webhooks,
)
from counterfoil.operations.work import Work
from counterfoil.store import client_invoices as store
from counterfoil.store import credit_notes
from counterfoil.store.rows import InvoiceRow

KIND = store.KIND
PAGE_PATH = "i"  # the first segment of its public page's path
DRAFT_REST = timedelta(milliseconds=250)  # a draft is often changed or finalized at once: then one PDF is enough
PUBLIC_DAYS = 180  # the public page lives this long after issue (source page 003)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A written invoice, and what its writer should know."""

    row: InvoiceRow
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft as finalize would issue it today. frozen, number: None when it cannot even be built.

    errors: what finalize would refuse it for; warnings: what it would say beside it.
    """

    frozen: FrozenClientInvoice | None
    number: issuing.Planned | None = None
    errors: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def create(work: Work, new: NewClientInvoice) -> Outcome:
    """Create a client invoice: a draft, or finalized at once when status is unpaid or left out."""
    check_einvoicing(work)
    new, told = quote_links.fill(work, new)
    issuing.check_given(work, new.number, _is_taken(work))
    _raise_faults(rules.write_faults(new, work.profile))
    seq, created_at = work.take_seq()
    identity = Identity(
        id=work.new_id(), organization_id=work.organization_id, created_at=created_at, number=new.number
    )
    client = parties.snapshot_of(work, new.client_id, fallback=quote_links.client_of(work, new.quote_id))
    frozen = _build(work, new, identity, client)
    live = LiveClientInvoice(
        status="draft", updated_at=work.timestamp, quote_id=new.quote_id, deposit_amount=amount_of(frozen),
        upload_id=uploads.checked(work, new.upload_id),
    )  # fmt: skip
    row = InvoiceRow(
        **_frozen_columns(frozen),
        seq=seq,
        status="draft",
        imported=False,
        created_at=created_at,
        updated_at=work.timestamp,
        public_token=work.new_secret(),
        version=1,
        schema_version=store.SCHEMA_VERSION,
        live=_live_text(live),
    )
    warnings: tuple[Fault, ...] = ()
    if new.status != "draft":
        judged = _judged(work, row.id, new, frozen)
        row, warnings = _issue(work, row, judged), judged.warnings
    store.insert_invoice(work.conn, work.organization_id, row)
    deposits.reserve(work, {}, frozen)
    if new.quote_id:
        quote_links.link(work, new.quote_id, row.id)
    work.record(KIND, row.id, "created" if row.status == "draft" else "created_and_finalized", {"number": row.number})
    _announce(work, "created", row)
    _render_later(work, row)
    if row.status != "draft":
        guards.issued(work, row)
    return Outcome(row, (*told, *warnings))


def get(work: Work, invoice_id: str) -> InvoiceRow:
    """Retrieve a client invoice."""
    row = store.get(work.conn, work.organization_id, invoice_id.lower())
    if row is None:
        raise errors.NotFound(
            "not_found", "There is no client invoice with this id.", parameter="id", fix="List client invoices first."
        )
    return row


def page(
    work: Work, wanted: store.InvoiceFilter, *, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[InvoiceRow]]:
    """List client invoices: the number of matches, and one page in order of creation."""
    return store.page(work.conn, work.organization_id, wanted, is_descending=is_descending, limit=limit, skip=skip)


def update(work: Work, invoice_id: str, change: ClientInvoiceChange) -> Outcome:
    """Update a draft: absent keeps, null clears, items replace whole, settings merge."""
    row = get(work, invoice_id)
    lifecycle.next_status(row.status, "update")
    before = json.loads(row.frozen)
    new = _changed(as_new(before), change)
    if new.number != row.number:
        issuing.check_given(
            work, new.number, lambda n: store.has_number(work.conn, work.organization_id, n, except_id=row.id)
        )
        issuing.give_back(work, KIND, row.number)
    _raise_faults(rules.write_faults(new, work.profile))
    identity = _identity(row, number=new.number)
    frozen = _build(work, new, identity, parties.snapshot_of(work, new.client_id, fallback=before["client"]))
    living = {"deposit_amount": amount_of(frozen), **uploads.sent(work, change.model_fields_set, change.upload_id)}
    after = _touched(work, row._replace(**_frozen_columns(frozen)), **living)
    store.replace(work.conn, work.organization_id, row, after)
    deposits.reserve(work, before, frozen)
    work.record(KIND, row.id, "updated", {"fields": sorted(change.model_fields_set)})
    _announce(work, "updated", after)
    _render_later(work, after)
    return Outcome(after)


def delete(work: Work, invoice_id: str) -> None:
    """Delete a draft; a finalized invoice is canceled instead."""
    row = get(work, invoice_id)
    if row.imported:
        raise errors.WrongState(
            "forbidden_invoice_deletion", "The invoice was imported: it was issued elsewhere, and is kept.",
            fix="Cancel it: POST /v2/client_invoices/{id}/mark_as_canceled.",
        )  # fmt: skip
    lifecycle.next_status(row.status, "delete")
    store.delete_draft(work.conn, work.organization_id, row)
    _drop_attachment(work, row)
    issuing.give_back(work, KIND, row.number)
    deposits.release(work, json.loads(row.frozen))
    quote_links.unlink(work, json.loads(row.live).get("quote_id"), row.id)
    work.record(KIND, row.id, "deleted", {"number": row.number})
    guards.invoice(work, "delete", row)


def finalize(work: Work, invoice_id: str) -> Outcome:
    """Finalize a draft: it gets its number for good, becomes unpaid, and can never change again."""
    row = get(work, invoice_id)
    lifecycle.next_status(row.status, "finalize")
    ready = prepared(work, row)
    after = _touched(work, _issue(work, row, ready))
    store.replace(work.conn, work.organization_id, row, after)
    work.record(KIND, row.id, "finalized", {"number": after.number})
    _announce(work, "updated", after)
    _render_later(work, after)
    guards.issued(work, after, row)
    return Outcome(after, ready.warnings)


def prepared(work: Work, row: InvoiceRow) -> Prepared:
    """What finalize would issue of a draft, and all that it would refuse or warn of; writes nothing."""
    before = json.loads(row.frozen)
    new = as_new(before)
    written = rules.write_faults(new, work.profile)
    try:
        client = parties.snapshot_of(work, new.client_id, fallback=before["client"])
        frozen = _build(work, new, _identity(row, number=row.number), client)
    except errors.Invalid as error:
        return Prepared(None, errors=(*written, *error.faults))
    return _judged(work, row.id, new, frozen, written)


def mark_as_paid(work: Work, invoice_id: str, paid_date: date | None) -> Outcome:
    """Mark a client invoice as paid on a day that is not in the future (today by default); again to change the day."""
    row = get(work, invoice_id)
    status = lifecycle.next_status(row.status, "mark_as_paid")
    day = paid_date or work.today
    if day > work.today:
        raise errors.Invalid(
            "invalid_paid_at",
            f"paid_at {day.isoformat()} is in the future; today is {work.today.isoformat()} for this organization.",
            field="paid_at",
            fix="Send today's date or an earlier one, or leave paid_at out for today.",
        )
    midnight = datetime.combine(day, time(), ZoneInfo(work.profile.time_zone)).isoformat()
    paid = _left_to_pay(row)
    told = _told_of_payment(work, row, paid) if row.status != status else {}
    after = _with_live(work, row, status, paid_at=midnight, amount_paid=paid, **told)
    work.record(KIND, row.id, "marked_as_paid", {"paid_at": day.isoformat()})
    return Outcome(after)


def unmark_as_paid(work: Work, invoice_id: str) -> Outcome:
    """Take the payment mark off a paid invoice: it is unpaid again, or canceled when all of it was credited."""
    row = get(work, invoice_id)
    status = lifecycle.next_status(row.status, "unmark_as_paid")
    if json.loads(row.live)["credit_notes_ids"]:
        taken = sum(note.total_amount_cents for note in credit_notes.of_invoice(work.conn, row.organization_id, row.id))
        status = crediting.INVOICE_STATUS[status, taken == row.total_amount_cents]
    after = _with_live(work, row, status, paid_at="", amount_paid=None)
    work.record(KIND, row.id, "unmarked_as_paid")
    return Outcome(after)


def mark_as_canceled(work: Work, invoice_id: str) -> Outcome:
    """Cancel an unpaid invoice for good; it keeps its number and document."""
    row = get(work, invoice_id)
    status = lifecycle.next_status(row.status, "mark_as_canceled")
    live = LiveClientInvoice.model_validate_json(row.live)
    is_ended = einvoicing.is_ended(live.einvoicing_lifecycle_events)
    has_it = live.einvoicing_status in einvoicing.WITH_THE_NETWORK
    if not is_ended and (has_it or not einvoice_submissions.withdraw(work, row.id)):
        raise errors.WrongState(
            "einvoice_already_submitted",
            "This invoice was submitted to an e-invoicing network and cannot be canceled.",
            fix="Issue a credit note for it instead.",
        )
    frozen = json.loads(row.frozen)
    deposits.refuse_cancel(work, frozen)
    after = _with_live(work, row, status)
    deposits.release(work, frozen)
    work.record(KIND, row.id, "canceled")
    guards.invoice(work, "cancel", row)
    # An invoice that its buyer or a platform ended is canceled in the books, and nothing else is due.
    return Outcome(after, () if is_ended else (rules.cancel_warning(work.profile.legal_country),))


def credit(work: Work, row: InvoiceRow, credit_note_id: str, amount: Money, status: str) -> None:
    """Write a credit note down on its invoice. amount: what it takes off amount_due; status: the invoice's now."""
    live = LiveClientInvoice.model_validate_json(row.live)
    before = live.credited_amount
    credited = Decimal(amount.value) + (Decimal(before.value) if before else ZERO)
    _with_live(
        work, row, status,
        credit_notes_ids=[*live.credit_notes_ids, credit_note_id],
        credited_amount=Money(value=text(credited), currency=amount.currency),
    )  # fmt: skip
    work.record(KIND, row.id, "credited", {"credit_note_id": credit_note_id, "status": status})


def proforma_numbers(work: Work, rows: list[InvoiceRow]) -> dict[str, str]:
    """For each draft without a number of its own, by id: the one it would get now, marked as PROFORMA."""
    drafts = [row for row in rows if row.number is None and not row.imported]
    years = {row.issue_date[:4] for row in drafts}
    is_taken = _is_taken(work)
    shown = {year: numbering.proforma(issuing.next_number(work, KIND, int(year), is_taken)) for year in years}
    return {row.id: shown[row.issue_date[:4]] for row in drafts}


def check_einvoicing(work: Work) -> None:
    """Refuses to write for an Italian organization that has not activated e-invoicing. Raises Forbidden."""
    if work.profile.legal_country == "IT" and not work.profile.einvoicing_enabled:
        raise errors.Forbidden(
            "forbidden",
            "E-invoicing is not activated for this Italian organization, and it must be to create invoices.",
            fix="Set einvoicing_enabled to true with PATCH /v2/organization; counterfoil init --country IT does it.",
        )


def check_send(_work: Work, row: InvoiceRow) -> None:
    """Refuses to mail a draft, a canceled or an imported invoice. Raises WrongState."""
    lifecycle.next_status(row.status, "send")
    if row.imported:
        raise errors.WrongState(
            "invoice_imported", "The invoice was imported: it is kept, and not mailed from here.",
            fix="Send it from where it was made.",
        )  # fmt: skip


def public(work: Work, row: InvoiceRow) -> InvoiceRow:
    """The invoice for its public page. Raises NotFound before finalize, Gone when canceled or 180 days old.

    An imported one has none: what it says stands in its file alone.
    """
    if row.finalized_at is None or row.imported:
        raise errors.NotFound("not_found", "There is no such page.")
    issued = datetime.fromisoformat(row.finalized_at)
    if row.status == "canceled" or work.now >= issued + timedelta(days=PUBLIC_DAYS):
        raise errors.Gone("gone", "This page has expired or its invoice was canceled.")
    return row


def set_attachment(work: Work, row: InvoiceRow, attachment_id: str) -> None:
    """Links the document's PDF, once it is made; not a change of the document, so the version stays."""
    live = LiveClientInvoice.model_validate_json(row.live).model_copy(update={"attachment_id": attachment_id})
    store.replace(work.conn, work.organization_id, row, row._replace(live=_live_text(live)))


def set_einvoicing(work: Work, row: InvoiceRow, events: Sequence[LifecycleEvent]) -> None:
    """Writes down what an e-invoicing network says of an invoice; one that was paid meanwhile is told as paid."""
    paid = LiveClientInvoice.model_validate_json(row.live).amount_paid
    if row.status == "paid" and paid is not None and not einvoicing.is_cashed(events):
        events = einvoice_submissions.cash_in(work, json.loads(row.frozen), events, paid)
    _with_live(work, row, row.status, **_einvoicing(events))


def answer(row: InvoiceRow, *, invoice_url: str, proforma: str | None = None) -> str:
    """The invoice as the API answers it: its two texts spliced, with what only the reader knows."""
    number = "" if proforma is None else f'"number":{json.dumps(proforma)},'
    live = einvoice_submissions.shown(row.live)
    return f'{row.frozen[:-1]},{live[1:-1]},{number}"invoice_url":{json.dumps(invoice_url)}}}'


def _judged(
    work: Work, invoice_id: str, new: NewClientInvoice, frozen: FrozenClientInvoice, written: Sequence[Fault] = ()
) -> Prepared:
    """The document with what the law says of it, and its number. written: what was found in its values."""
    faults, warnings = rules.finalize_faults(frozen.model_dump(mode="json"), work.profile, today=work.day_of_issue)
    # A value can break a rule at write and again here: the rule that cites the law is told.
    cited = {(fault.code, fault.field) for fault in faults}
    faults = [*(fault for fault in written if (fault.code, fault.field) not in cited), *faults]
    planned = issuing.plan_number(work, KIND, new.issue_date, new.number, _taken_by_others(work, invoice_id))
    return Prepared(frozen, planned, tuple(faults), (*warnings, *planned.warnings))


def _issue(work: Work, row: InvoiceRow, ready: Prepared) -> InvoiceRow:
    """The row as issued. Raises Invalid with every fault; the number is taken last, so that a refusal costs none."""
    frozen, number = ready.frozen, ready.number
    if ready.errors or frozen is None or number is None:
        raise errors.Invalid.of(ready.errors)
    issuing.take(work, KIND, frozen.issue_date, number)
    issued = frozen.model_copy(update={"number": number.number, "finalized_at": work.timestamp})
    _drop_attachment(work, row)
    live = LiveClientInvoice.model_validate_json(row.live).model_copy(
        update={
            "status": "unpaid",
            "attachment_id": None,
            "updated_at": work.timestamp,
            "deposit_amount": amount_of(frozen),
        }
    )
    after = row._replace(**_frozen_columns(issued), status="unpaid", live=_live_text(live))
    reminder_days.plan_invoice(work, after)
    einvoice_submissions.request_if_reporting(work, KIND, row.id, issued.report_einvoicing)
    return after


def _taken_by_others(work: Work, invoice_id: str) -> issuing.IsTaken:
    return lambda number: store.has_number(work.conn, work.organization_id, number, except_id=invoice_id)


def _told_of_payment(work: Work, row: InvoiceRow, paid: Money) -> dict[str, object]:
    """What changes of an invoice whose payment its e-invoicing network is told; nothing where none has to be."""
    before = LiveClientInvoice.model_validate_json(row.live).einvoicing_lifecycle_events
    events = einvoice_submissions.cash_in(work, json.loads(row.frozen), before, paid)
    return _einvoicing(events) if events != before else {}


def _einvoicing(events: Sequence[LifecycleEvent]) -> dict[str, object]:
    return {
        "einvoicing_lifecycle_events": list(events),
        "einvoicing_status": einvoicing.einvoicing_status(events),
    }


def _left_to_pay(row: InvoiceRow) -> Money:
    due, credited = json.loads(row.frozen)["amount_due"], json.loads(row.live).get("credited_amount")
    if not credited:
        return Money(**due)
    left = max(Decimal(due["value"]) - Decimal(credited["value"]), ZERO)
    return Money(value=text(left), currency=due["currency"])


def _build(work: Work, new: NewClientInvoice, identity: Identity, client: Mapping[str, Any]) -> FrozenClientInvoice:
    account = parties.account_for(work, new.payment_methods.iban if new.payment_methods else None)
    deducted = deposits.wanted(work, new, identity.id)
    frozen = build_client_invoice(
        new, identity, profile=work.profile, client=client, account=account, deposits=deducted
    )
    refuse_excess(frozen)
    return frozen


def _identity(row: InvoiceRow, *, number: str | None) -> Identity:
    return Identity(id=row.id, organization_id=row.organization_id, created_at=row.created_at, number=number)


def _frozen_columns(frozen: FrozenClientInvoice) -> dict[str, Any]:
    """The columns that follow from the document. A draft without a number leaves the key out: the reader adds it."""
    skip = {"number"} if frozen.number is None else None
    return {
        "organization_id": frozen.organization_id,
        "id": frozen.id,
        "number": frozen.number,
        "client_id": str(frozen.client["id"]),
        "issue_date": frozen.issue_date.isoformat(),
        "due_date": frozen.due_date.isoformat(),
        "total_amount_cents": frozen.total_amount_cents,
        "finalized_at": frozen.finalized_at or None,
        "frozen": frozen.model_dump_json(exclude=skip),
    }


def _live_text(live: LiveClientInvoice) -> str:
    absent = {name for name in ("attachment_id", "quote_id", "upload_id") if getattr(live, name) is None}
    return live.model_dump_json(exclude=absent)


def _touched(work: Work, row: InvoiceRow, **changes: object) -> InvoiceRow:
    """The row as changed now: version counted, and both copies of updated_at and status alike."""
    live = LiveClientInvoice.model_validate_json(row.live).model_copy(
        update={**changes, "updated_at": work.timestamp, "status": row.status}
    )
    return row._replace(updated_at=work.timestamp, version=row.version + 1, live=_live_text(live))


def _with_live(work: Work, row: InvoiceRow, status: str, **changes: object) -> InvoiceRow:
    live = LiveClientInvoice.model_validate_json(row.live).model_copy(update=changes)
    after = _touched(work, row._replace(status=status, live=_live_text(live)))
    store.replace(work.conn, work.organization_id, row, after)
    _announce(work, "updated", after)
    if live.attachment_id is None:
        # The job at hand renders the version before this one, and drops it.
        _render_later(work, after)
    return after


def _announce(work: Work, event: Literal["created", "updated"], row: InvoiceRow) -> None:
    """Tells webhooks. Not when a PDF is made: the document is the same, and whoever wants it asks for it."""

    def document() -> str:
        url = f"{work.page_base}/{PAGE_PATH}/{row.public_token}"
        return answer(row, invoice_url=url, proforma=proforma_numbers(work, [row]).get(row.id))

    webhooks.announce(work, CLIENT_INVOICES, event, document)


def _drop_attachment(work: Work, row: InvoiceRow) -> None:
    """Forgets a draft's PDF: nobody shall fetch a PROFORMA of what is issued or gone."""
    attachment_id = json.loads(row.live).get("attachment_id")
    if attachment_id:
        attachments.remove(work, attachment_id)


def _changed(new: NewClientInvoice, change: ClientInvoiceChange) -> NewClientInvoice:
    """`new` with what `change` sends; null clears, except where the document cannot do without."""
    sent = {name: getattr(change, name) for name in change.model_fields_set}
    required = [
        name for name in ("client_id", "issue_date", "due_date", "items") if name in sent and sent[name] is None
    ]
    if required:
        faults = [
            Fault("missing_value", f"{name} cannot be cleared.", field=name, fix="Send a value or leave it out.")
            for name in required
        ]
        raise errors.Invalid.of(faults)
    if change.settings is not None and new.settings is not None:
        merged = {name: getattr(change.settings, name) for name in change.settings.model_fields_set}
        sent["settings"] = new.settings.model_copy(update=merged)
    if "performance_date" in sent and "performance_start_date" not in sent:
        sent["performance_start_date"] = sent["performance_date"]
    return new.model_copy(update=sent)


def _is_taken(work: Work) -> issuing.IsTaken:
    return lambda number: store.has_number(work.conn, work.organization_id, number)


def _raise_faults(faults: list[Fault]) -> None:
    if faults:
        raise errors.Invalid.of(faults)


def _render_later(work: Work, row: InvoiceRow) -> None:
    payload = {"document_kind": KIND, "document_id": row.id, "version": row.version}
    work.later("render", payload, about=row.id, delay=DRAFT_REST if row.status == "draft" else timedelta(0))
