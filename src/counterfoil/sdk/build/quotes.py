"""Requests about quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil.sdk.types import ClientInvoice, NewQuote, Quote, QuoteChange
from counterfoil.sdk.wire import (
    Page,
    Request,
    either,
    filters,
    letter,
    list_of,
    nothing,
    one_of,
    page_of,
    paging,
    path_to,
    write_headers,
)

_QUOTES = "/v2/quotes"
_QUOTE = either("quote")


def build_list_quotes(
    *,
    status: Sequence[str] | None = None,
    created_at_from: str | None = None,
    created_at_to: str | None = None,
    sort_by: str | None = None,
    page: int = 1,
    per_page: int = 100,
    client_id: str | None = None,
    is_sent: bool | None = None,
    number: str | None = None,
) -> Request[Page[Quote]]:
    """List quotes, newest first. status: pending_approval, approved, canceled.

    Only Counterfoil knows client_id, is_sent and number; others ignore them.
    """
    sent = None if is_sent is None else str(is_sent).lower()
    params = filters(
        status=status, created_at_from=created_at_from, created_at_to=created_at_to, client_id=client_id, is_sent=sent,
        number=number,
    )  # fmt: skip
    return Request("GET", _QUOTES, page_of("quotes"), params=params + paging(page, per_page, sort_by))


def build_get_quote(id: str) -> Request[Quote]:
    """Retrieve a quote with its public quote_url."""
    return Request("GET", path_to(_QUOTES, id), _QUOTE)


def build_create_quote(
    new: NewQuote, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[Quote]:
    """Create a quote, which then waits for the client's approval."""
    return Request("POST", _QUOTES, _QUOTE, json=new, headers=write_headers(idempotency_key, is_dry_run))


def build_update_quote(
    id: str, change: QuoteChange, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[Quote]:
    """Change a quote that nobody has accepted yet."""
    headers = write_headers(idempotency_key, is_dry_run)
    return Request("PATCH", path_to(_QUOTES, id), _QUOTE, json=change, headers=headers)


def build_delete_quote(id: str, *, idempotency_key: str | None = None, is_dry_run: bool = False) -> Request[None]:
    """Delete a quote that was never sent."""
    return Request("DELETE", path_to(_QUOTES, id), nothing, headers=write_headers(idempotency_key, is_dry_run))


def build_send_quote(
    id: str,
    *,
    send_to: Sequence[str],
    email_title: str,
    email_body: str | None = None,
    copy_to_self: bool | None = None,
    idempotency_key: str | None = None,
) -> Request[None]:
    """Email a quote with its PDF and the link to accept it. The server sends it after it answered."""
    body = letter(send_to, email_title, email_body, copy_to_self)
    headers = write_headers(idempotency_key, False)
    return Request("POST", path_to(_QUOTES, id, "send"), nothing, json=body, headers=headers)


def build_convert_quote(
    id: str, change: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[ClientInvoice]:
    """Make a draft invoice of a quote (Counterfoil only). change: issue_date, due_date."""
    headers = write_headers(idempotency_key, is_dry_run)
    return Request(
        "POST", path_to(_QUOTES, id, "convert"), one_of("client_invoice"), json=change or {}, headers=headers
    )


def build_list_quote_emails(id: str) -> Request[list[dict[str, Any]]]:
    """List the mails of a quote and what became of them (Counterfoil only)."""
    return Request("GET", path_to(_QUOTES, id, "emails"), list_of("emails"))
