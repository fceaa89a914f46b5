"""Requests about credit notes."""

from __future__ import annotations

from counterfoil.sdk.types import CreditNote, NewCreditNote
from counterfoil.sdk.wire import Page, Request, filters, one_of, page_of, paging, path_to, write_headers

_NOTES = "/v2/credit_notes"
_NOTE = one_of("credit_note")


def build_list_credit_notes(
    *,
    created_at_from: str | None = None,
    created_at_to: str | None = None,
    sort_by: str | None = None,
    page: int = 1,
    per_page: int = 100,
    invoice_id: str | None = None,
    number: str | None = None,
    client_id: str | None = None,
    issue_date_from: str | None = None,
    issue_date_to: str | None = None,
) -> Request[Page[CreditNote]]:
    """List credit notes, newest first. *_at_*: ISO 8601 times. Only Counterfoil has invoice_id and the rest."""
    params = filters(
        created_at_from=created_at_from, created_at_to=created_at_to, invoice_id=invoice_id, number=number,
        client_id=client_id, issue_date_from=issue_date_from, issue_date_to=issue_date_to,
    )  # fmt: skip
    return Request("GET", _NOTES, page_of("credit_notes"), params=params + paging(page, per_page, sort_by))


def build_get_credit_note(id: str) -> Request[CreditNote]:
    """Retrieve a credit note."""
    return Request("GET", path_to(_NOTES, id), _NOTE)


def build_create_credit_note(
    new: NewCreditNote, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[CreditNote]:
    """Credit an invoice in part or whole; amounts are positive. One for all of it cancels the invoice."""
    return Request("POST", _NOTES, _NOTE, json=new, headers=write_headers(idempotency_key, is_dry_run))
