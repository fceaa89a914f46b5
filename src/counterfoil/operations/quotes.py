"""Quotes: each use case once, for the seller and for the client on the public page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from counterfoil import errors
from counterfoil.domain import rules
from counterfoil.domain.client_invoice import Day, NewClientInvoice
from counterfoil.domain.document import Identity
from counterfoil.domain.quote import (
    REQUIRED,
    FrozenQuote,
    LiveQuote,
    NewQuote,
    QuoteChange,
    as_new_quote,
    build_quote,
    quote_faults,
)
from counterfoil.domain.quote_lifecycle import QUOTE
from counterfoil.domain.texts import one_line, without_controls
from counterfoil.errors import Fault
from counterfoil.operations import attachments, client_invoices, guards, issuing, parties, quote_links, uploads
from counterfoil.operations.work import Work
from counterfoil.store import quotes as store
from counterfoil.store.rows import QuoteRow

KIND = store.KIND
REST = timedelta(milliseconds=250)  # a quote is often changed right after it was made: then one PDF is enough
PUBLIC_DAYS = 180  # the public page lives on for this long after the quote was answered or has expired
LONGEST_NAME = 120
LONGEST_REASON = 1000
_LAST_DAY = date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A written quote, and what its writer should know."""

    row: QuoteRow
    warnings: tuple[Fault, ...] = ()


class Conversion(BaseModel):
    """How to make an invoice of a quote. issue_date: today without it; due_date: after the organization's terms."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issue_date: Day | None = None
    due_date: Day | None = None
    status: Literal["draft"] | None = Field(None, description="a quote becomes a draft, to be looked at")


def create(work: Work, new: NewQuote) -> Outcome:
    """Create a quote: it has its number for good, and waits for the client's approval."""
    _check_number(work, new.number, except_id=None)
    _raise_faults(quote_faults(new, work.profile))
    client = parties.snapshot_of(work, new.client_id)
    seq, created_at = work.take_seq()
    number, odd = _take_number(work, new, except_id=None)
    identity = Identity(work.new_id(), work.organization_id, created_at, number)
    frozen = build_quote(new, identity, profile=work.profile, client=client)
    row = QuoteRow(
        **_frozen_columns(frozen),
        organization_id=work.organization_id,
        id=identity.id,
        seq=seq,
        status="pending_approval",
        is_sent=False,
        created_at=created_at,
        updated_at=work.timestamp,
        finalized_at=None,
        public_token=work.new_secret(),
        version=1,
        schema_version=store.SCHEMA_VERSION,
        live=LiveQuote(
            status="pending_approval", updated_at=work.timestamp, upload_id=uploads.checked(work, new.upload_id)
        ).stored(),
    )
    store.insert_quote(work.conn, work.organization_id, row)
    work.record(KIND, row.id, "created", {"number": row.number})
    _render_later(work, row)
    return Outcome(row, (*odd, *_warnings(work, frozen)))


def get(work: Work, quote_id: str) -> QuoteRow:
    """Retrieve a quote."""
    row = store.get(work.conn, work.organization_id, quote_id.lower())
    if row is None:
        raise errors.NotFound(
            "not_found", "There is no quote with this id.", parameter="id", fix="List quotes first: GET /v2/quotes."
        )
    return row


def page(
    work: Work, wanted: store.QuoteFilter, *, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[QuoteRow]]:
    """List quotes: the number of matches, and one page in order of creation."""
    return store.page(work.conn, work.organization_id, wanted, is_descending=is_descending, limit=limit, skip=skip)


def update(work: Work, quote_id: str, change: QuoteChange) -> Outcome:
    """Update a quote that is not answered yet: absent keeps, null clears, items replace whole, settings merge."""
    row = get(work, quote_id)
    QUOTE.next_status(row.status, "update")
    before = json.loads(row.frozen)
    new = _changed(as_new_quote(before), change)
    odd: list[Fault] = []
    if new.number != row.number:
        _check_number(work, new.number, except_id=row.id)
        issuing.give_back(work, KIND, row.number)
        _, odd = _take_number(work, new, except_id=row.id)
    _raise_faults(quote_faults(new, work.profile))
    client = parties.snapshot_of(work, new.client_id, fallback=before["client"])
    identity = Identity(row.id, row.organization_id, row.created_at, new.number)
    frozen = build_quote(new, identity, profile=work.profile, client=client)
    live = _live(row).model_copy(update=uploads.sent(work, change.model_fields_set, change.upload_id))
    after = _written(work, row, row._replace(**_frozen_columns(frozen), live=live.stored()))
    work.record(KIND, row.id, "updated", {"fields": sorted(change.model_fields_set)})
    _render_later(work, after)
    return Outcome(after, (*odd, *_warnings(work, frozen)))


def delete(work: Work, quote_id: str) -> None:
    """Delete a quote that was neither sent nor answered; its number goes to the next one."""
    row = get(work, quote_id)
    QUOTE.next_status(row.status, "delete")
    if row.is_sent:
        raise errors.WrongState(
            "quote_already_sent",
            f"The quote {row.number} was sent: its client may accept it at any moment.",
            fix="Change it, or end it by an expiry_date of today or earlier: PATCH /v2/quotes/{id}.",
            meta={"status": row.status, "allowed_actions": ["update", "send", "convert"]},
        )
    if invoice_ids := json.loads(row.live)["invoice_ids"]:
        raise errors.WrongState(
            "quote_already_invoiced",
            f"The quote {row.number} has an invoice that was made from it.",
            fix="Delete the draft invoice first; a quote behind a finalized invoice is kept.",
            meta={"status": row.status, "invoice_ids": invoice_ids},
        )
    store.delete_quote(work.conn, work.organization_id, row)
    if attachment_id := json.loads(row.live).get("attachment_id"):
        attachments.remove(work, attachment_id)
    issuing.give_back(work, KIND, row.number)
    work.record(KIND, row.id, "deleted", {"number": row.number})
    guards.quote(work, row)


def on_send(work: Work, row: QuoteRow) -> None:
    """Marks the quote as sent, because somebody wants it mailed. Raises WrongState for one that was declined."""
    QUOTE.next_status(row.status, "send")
    if not row.is_sent and row.finalized_at is None:
        live = _live(row).model_copy(update={"is_sent": True, "updated_at": work.timestamp})
        after = row._replace(is_sent=True, live=live.stored(), updated_at=work.timestamp)
        store.replace(work.conn, work.organization_id, row, after)


def convert(work: Work, quote_id: str, asked: Conversion, *, is_again: bool) -> client_invoices.Outcome:
    """Make a draft invoice of a quote: its lines, discount, texts and surcharges.

    is_again: also when an invoice of it stands already; without it that is refused, so that a repeated call bills once.
    """
    row = get(work, quote_id)
    QUOTE.next_status(row.status, "convert")
    standing = quote_links.standing_invoices(work, row)
    if standing and not is_again:
        raise errors.WrongState(
            "quote_already_invoiced",
            f"The quote {row.number} has an invoice already.",
            fix="Use that invoice: GET /v2/client_invoices/{id}. To make one more, repeat the call with ?again=true.",
            meta={"status": row.status, "invoice_ids": standing},
        )
    issue_date = asked.issue_date or work.today
    terms = timedelta(days=work.profile.payment_terms_days)
    new = NewClientInvoice(
        client_id=row.client_id,
        issue_date=issue_date,
        due_date=asked.due_date or min(issue_date, _LAST_DAY - terms) + terms,
        currency=json.loads(row.frozen)["currency"],
        status="draft",
        items=[],
        quote_id=row.id,
    )
    return client_invoices.create(work, new)


def accept(work: Work, row: QuoteRow, *, name: str, has_read_terms: bool, seen_hash: str) -> QuoteRow:
    """The client accepts the quote as it was shown. Again: nothing happens.

    seen_hash: `document_hash` of what the client's page showed. Raises WrongState when it has expired or was declined,
    Conflict when it has changed since, Invalid for a missing name or tick.
    """
    row = get(work, row.id)
    status = QUOTE.next_status(row.status, "accept")
    if status == row.status:
        return row
    _check_open(work, row)
    message = "The box that says that you have read the quote is not ticked."
    unread = Fault(
        "terms_not_read", message, field="has_read_terms", fix="Read the quote and its terms, and tick the box."
    )
    _raise_faults([*_name_faults(name), *([] if has_read_terms else [unread])])
    if seen_hash != document_hash(row):
        raise errors.Conflict(
            "quote_has_changed", "The quote has changed since this page was opened.",
            fix="Open the page again and read it anew, then accept.",
        )  # fmt: skip
    return _answered(work, row, status, "accepted", approved_at=work.timestamp, approved_by=name.strip())


def decline(work: Work, row: QuoteRow, name: str, reason: str = "") -> QuoteRow:
    """The client declines the quote, perhaps with a reason. Again: nothing happens.

    Raises WrongState when it has expired or was accepted, Invalid for a missing name.
    """
    row = get(work, row.id)
    status = QUOTE.next_status(row.status, "decline")
    if status == row.status:
        return row
    _check_open(work, row)
    _raise_faults([*_name_faults(name), *_text_faults("reason", reason, LONGEST_REASON, without_controls)])
    return _answered(
        work, row, status, "declined",
        canceled_at=work.timestamp, declined_by=name.strip(), decline_reason=reason.strip(),
    )  # fmt: skip


def document_hash(row: QuoteRow) -> str:
    """SHA-256 of the document as it stands: what a client accepts is this, and nothing else.

    Where an uploaded PDF stands in for ours, its id goes in too: another upload is another document.
    """
    return hashlib.sha256((row.frozen + (_live(row).upload_id or "")).encode()).hexdigest()


def is_expired(work: Work, row: QuoteRow) -> bool:
    """Whether the quote's last day has passed, by the seller's calendar."""
    return work.today.isoformat() > row.expiry_date


def public(work: Work, row: QuoteRow) -> QuoteRow:
    """The quote for its public page, answered or not. Raises Gone long after its answer or its last day."""
    zone = ZoneInfo(work.profile.time_zone)
    ended = datetime.combine(date.fromisoformat(row.expiry_date), time(23, 59, 59), zone)
    if row.finalized_at:
        ended = datetime.fromisoformat(row.finalized_at)
    if work.now - ended >= timedelta(days=PUBLIC_DAYS):
        raise errors.Gone("gone", "This page has expired.")
    return row


def set_attachment(work: Work, row: QuoteRow, attachment_id: str) -> None:
    """Links the document's PDF, once it is made; not a change of the document, so the version stays."""
    live = _live(row).model_copy(update={"attachment_id": attachment_id})
    store.replace(work.conn, work.organization_id, row, row._replace(live=live.stored()))


def answer(row: QuoteRow, *, quote_url: str) -> str:
    """The quote as the API answers it: its two texts spliced, with what only the reader knows."""
    return f'{row.frozen[:-1]},{row.live[1:-1]},"quote_url":{json.dumps(quote_url)}}}'


def _check_open(work: Work, row: QuoteRow) -> None:
    if is_expired(work, row):
        raise errors.WrongState(
            "quote_expired",
            f"This quote was good until {row.expiry_date}; it can no longer be answered.",
            fix="Ask the seller for a new one, or for a later expiry_date.",
            meta={"status": row.status, "expiry_date": row.expiry_date},
        )


def _answered(work: Work, row: QuoteRow, status: str, event: str, **said: str) -> QuoteRow:
    """The row closed for good with what the client said; the PDF is made anew, for it shows the answer."""
    seen = document_hash(row)
    live = _live(row).model_copy(update={**said, "document_hash": seen})
    closed = row._replace(status=status, finalized_at=work.timestamp, live=live.stored())
    after = _written(work, row, closed)
    work.record(KIND, row.id, event, {"number": row.number, "document_hash": seen})
    _render_later(work, after)
    return after


def _name_faults(name: str) -> list[Fault]:
    """What is wrong with the name of the person who answers."""
    if not name.strip():
        message = "The name of the person who answers is missing."
        return [Fault("missing_name", message, field="name", fix="Write your name.")]
    return _text_faults("name", name, LONGEST_NAME, one_line)


def _text_faults(field: str, typed: str, longest: int, check: Callable[[str], str]) -> list[Fault]:
    """What is wrong with a text that a person typed; blanks around it are nothing. check: raises ValueError."""
    found = typed.strip()
    if len(found) > longest:
        message = f"The {field} has {len(found)} characters; at most {longest} are allowed."
        fix = f"Shorten it to {longest}."
        return [Fault("too_long", message, field=field, fix=fix, meta={"max_length": longest})]
    try:
        check(found)
    except ValueError as error:
        return [Fault("invalid_text", f"The {field}: {error}.", field=field, fix="Write plain text.")]
    return []


def _check_number(work: Work, number: str | None, *, except_id: str | None) -> None:
    issuing.check_given(work, number, _is_taken(work, except_id), taken_code="quote_number_already_exists")


def _take_number(work: Work, new: NewQuote, *, except_id: str | None) -> tuple[str, list[Fault]]:
    return issuing.take_number(work, KIND, new.issue_date, new.number, _is_taken(work, except_id))


def _is_taken(work: Work, except_id: str | None) -> issuing.IsTaken:
    return lambda number: store.has_number(work.conn, work.organization_id, number, except_id=except_id)


def _warnings(work: Work, frozen: FrozenQuote) -> list[Fault]:
    found = rules.quote_warnings(frozen.model_dump(mode="json"), work.profile)
    if frozen.expiry_date < work.today:
        message = f"The quote has expired already, on {frozen.expiry_date.isoformat()}: nobody can accept it."
        found.append(Fault("quote_expired", message, field="expiry_date", fix="Send a later expiry_date with PATCH."))
    return found


def _frozen_columns(frozen: FrozenQuote) -> dict[str, Any]:
    """The columns that follow from the document."""
    return {
        "number": frozen.number,
        "client_id": str(frozen.client["id"]),
        "issue_date": frozen.issue_date.isoformat(),
        "expiry_date": frozen.expiry_date.isoformat(),
        "total_amount_cents": frozen.total_amount_cents,
        "frozen": frozen.model_dump_json(),
    }


def _live(row: QuoteRow) -> LiveQuote:
    return LiveQuote.model_validate_json(row.live)


def _written(work: Work, before: QuoteRow, after: QuoteRow) -> QuoteRow:
    """`after` as stored: version counted, and both copies of updated_at and status alike."""
    live = _live(after).model_copy(update={"updated_at": work.timestamp, "status": after.status})
    stored = after._replace(updated_at=work.timestamp, version=before.version + 1, live=live.stored())
    store.replace(work.conn, work.organization_id, before, stored)
    return stored


def _changed(new: NewQuote, change: QuoteChange) -> NewQuote:
    """`new` with what `change` sends; null clears, except where the document cannot do without."""
    sent = {name: getattr(change, name) for name in change.model_fields_set - {"client_id"}}
    faults = [
        Fault("missing_value", f"{name} cannot be cleared.", field=name, fix="Send a value or leave it out.")
        for name in REQUIRED
        if name in sent and sent[name] is None
    ]
    if change.client_id is not None and change.client_id.lower() != new.client_id:
        fix = "Leave client_id out; for another client create a new quote."
        faults.append(Fault("read_only", "A quote keeps its client.", field="client_id", fix=fix))
    _raise_faults(faults)
    if change.settings is not None and new.settings is not None:
        merged = {name: getattr(change.settings, name) for name in change.settings.model_fields_set}
        sent["settings"] = new.settings.model_copy(update=merged)
    return new.model_copy(update=sent)


def _raise_faults(faults: list[Fault]) -> None:
    if faults:
        raise errors.Invalid.of(faults)


def _render_later(work: Work, row: QuoteRow) -> None:
    payload = {"document_kind": KIND, "document_id": row.id, "version": row.version}
    work.later("render", payload, about=row.id, delay=REST if row.finalized_at is None else timedelta(0))
