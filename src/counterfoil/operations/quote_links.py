"""What ties an invoice to the quote that it was made from, seen from the invoice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from counterfoil import errors
from counterfoil.domain.client_invoice import ClientInvoiceFields, NewClientInvoice
from counterfoil.domain.quote import LiveQuote, NewQuote, as_new_quote
from counterfoil.domain.quote_lifecycle import QUOTE
from counterfoil.errors import Fault
from counterfoil.operations.work import Work
from counterfoil.store import client_invoices, quotes
from counterfoil.store.rows import QuoteRow

# An invoice's terms are shorter than a quote's.
LONGEST_TERMS = 525
_AMOUNTS = ("items", "discount", "welfare_fund", "withholding_tax", "stamp_duty_amount")
_TEXTS = ("header", "footer", "settings")


def fill(work: Work, new: NewClientInvoice) -> tuple[NewClientInvoice, tuple[Fault, ...]]:
    """`new` with what its quote gives it, and what its writer should know; without quote_id, `new` itself.

    It is a draft unless it says otherwise. Texts that it leaves out come from the quote. Lines come with all that makes
    up the amounts, and only where no line was sent: amounts of two hands would add up to what nobody offered.
    Raises Invalid for a quote that is not there or another client's, WrongState for one that was declined.
    """
    if new.quote_id is None:
        return new, ()
    row = quotes.get(work.conn, work.organization_id, new.quote_id.lower())
    if row is None:
        raise errors.Invalid(
            "invalid_quote_id", "There is no quote with this id.", field="quote_id",
            fix="Send the id of a quote of GET /v2/quotes, or leave quote_id out.",
        )  # fmt: skip
    if row.client_id != new.client_id.lower():
        raise errors.Invalid(
            "invalid_client_id", f"The quote {row.number} was made for another client.", field="client_id",
            fix=f'Send "{row.client_id}", or leave quote_id out.',
        )  # fmt: skip
    QUOTE.next_status(row.status, "convert")
    offered = as_new_quote(json.loads(row.frozen))
    given = {name: getattr(offered, name) for name in _TEXTS if getattr(new, name) is None}
    if not new.items:
        given |= {name: getattr(offered, name) for name in _AMOUNTS if not getattr(new, name)}
    terms, told = _terms(offered, new)
    given |= {"terms_and_conditions": terms, "client_id": row.client_id, "quote_id": row.id}
    return new.model_copy(update={**given, "status": new.status or "draft"}), (*told, *_earlier(work, row))


def client_of(work: Work, quote_id: str | None) -> dict[str, Any] | None:
    """The client as the quote has it, so that an offer can be billed when its client was deleted since."""
    row = quotes.get(work.conn, work.organization_id, quote_id) if quote_id else None
    return json.loads(row.frozen)["client"] if row else None


def link(work: Work, quote_id: str, invoice_id: str) -> None:
    """Writes the invoice down on its quote."""
    _set_invoices(work, quote_id, lambda ids: [*ids, invoice_id])


def unlink(work: Work, quote_id: str | None, invoice_id: str) -> None:
    """Strikes an invoice off its quote, because the invoice is deleted."""
    if quote_id is not None:
        _set_invoices(work, quote_id, lambda ids: [each for each in ids if each != invoice_id])


def standing_invoices(work: Work, row: QuoteRow) -> list[str]:
    """Invoices made from the quote that were neither deleted nor canceled."""
    found = {
        invoice_id: client_invoices.get(work.conn, work.organization_id, invoice_id)
        for invoice_id in json.loads(row.live)["invoice_ids"]
    }
    return [invoice_id for invoice_id, invoice in found.items() if invoice and invoice.status != "canceled"]


def _terms(offered: NewQuote, new: ClientInvoiceFields) -> tuple[str | None, tuple[Fault, ...]]:
    terms = offered.terms_and_conditions
    if new.terms_and_conditions is not None or len(terms) <= LONGEST_TERMS:
        return new.terms_and_conditions or terms or None, ()
    message = (
        f"The quote's terms have {len(terms)} characters, an invoice holds {LONGEST_TERMS}: they were left out whole. "
        "The client has them with the quote."
    )
    fix = "Nothing need be done; or send shorter terms_and_conditions with PATCH while the invoice is a draft."
    return None, (Fault("terms_not_carried_over", message, field="terms_and_conditions", fix=fix),)


def _earlier(work: Work, row: QuoteRow) -> tuple[Fault, ...]:
    standing = standing_invoices(work, row)
    if not standing:
        return ()
    message = f"The quote {row.number} has {len(standing)} other invoice(s); check that nothing is billed twice."
    fix = "Nothing need be done for part payments; otherwise delete this draft."
    return (Fault("quote_already_invoiced", message, field="quote_id", fix=fix, meta={"invoice_ids": standing}),)


def _set_invoices(work: Work, quote_id: str, change: Callable[[list[str]], list[str]]) -> None:
    row = quotes.get(work.conn, work.organization_id, quote_id)
    if row is None:
        return
    live = LiveQuote.model_validate_json(row.live)
    after = live.model_copy(update={"invoice_ids": change(live.invoice_ids), "updated_at": work.timestamp})
    stored = row._replace(live=after.stored(), updated_at=work.timestamp)
    quotes.replace(work.conn, work.organization_id, row, stored)
