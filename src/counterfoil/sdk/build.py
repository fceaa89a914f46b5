"""One function a call of the API: it builds the request, and the request knows how to read its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil.sdk.types import (
    Attachment,
    BankAccount,
    BillingClient,
    ClientFields,
    ClientInvoice,
    ClientInvoiceChange,
    NewClientInvoice,
    Organization,
)
from counterfoil.sdk.wire import Page, Request, filters, multipart, nothing, one_of, page_of, path_to, write_headers

_INVOICES = "/v2/client_invoices"
_CLIENTS = "/v2/clients"
_INVOICE = one_of("client_invoice")
_CLIENT = one_of("client")


def build_list_client_invoices(
    *,
    status: Sequence[str] | None = None,
    created_at_from: str | None = None,
    created_at_to: str | None = None,
    updated_at_from: str | None = None,
    updated_at_to: str | None = None,
    due_date: str | None = None,
    exclude_imported: bool | None = None,
    sort_by: str | None = None,
    page: int = 1,
    per_page: int = 100,
    number: str | None = None,
    client_id: str | None = None,
    issue_date_from: str | None = None,
    issue_date_to: str | None = None,
    due_date_from: str | None = None,
    due_date_to: str | None = None,
) -> Request[Page[ClientInvoice]]:
    """List client invoices, newest first. Only Counterfoil knows the filters from `number` on; others ignore them.

    due_date, *_date_*: "YYYY-MM-DD"; *_at_*: ISO 8601 times.
    """
    params = filters(
        status=status, created_at_from=created_at_from, created_at_to=created_at_to, updated_at_from=updated_at_from,
        updated_at_to=updated_at_to, due_date=due_date, number=number, client_id=client_id,
        issue_date_from=issue_date_from, issue_date_to=issue_date_to, due_date_from=due_date_from,
        due_date_to=due_date_to,
    )  # fmt: skip
    if exclude_imported is not None:
        params.append(("exclude_imported", str(exclude_imported).lower()))
    params += _paging(page, per_page, sort_by)
    return Request("GET", _INVOICES, page_of("client_invoices"), params=params)


def build_get_client_invoice(id: str) -> Request[ClientInvoice]:
    """Retrieve a client invoice."""
    return Request("GET", path_to(_INVOICES, id), _INVOICE)


def build_create_client_invoice(
    new: NewClientInvoice, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[ClientInvoice]:
    """Create a client invoice: a draft, or finalized at once without status "draft"."""
    return Request("POST", _INVOICES, _INVOICE, json=new, headers=write_headers(idempotency_key, is_dry_run))


def build_update_client_invoice(
    id: str, change: ClientInvoiceChange, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[ClientInvoice]:
    """Change a draft."""
    headers = write_headers(idempotency_key, is_dry_run)
    return Request("PATCH", path_to(_INVOICES, id), _INVOICE, json=change, headers=headers)


def build_delete_client_invoice(
    id: str, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[None]:
    """Delete a draft."""
    return Request("DELETE", path_to(_INVOICES, id), nothing, headers=write_headers(idempotency_key, is_dry_run))


def build_finalize_client_invoice(
    id: str, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[ClientInvoice]:
    """Finalize a draft: it gets its number and never changes again."""
    return _action(id, "finalize", None, idempotency_key, is_dry_run)


def build_mark_client_invoice_as_paid(
    id: str, *, paid_at: str | None = None, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[ClientInvoice]:
    """Mark as paid on a day, "YYYY-MM-DD"; today when left out."""
    return _action(id, "mark_as_paid", {"paid_at": paid_at} if paid_at else {}, idempotency_key, is_dry_run)


def build_unmark_client_invoice_as_paid(
    id: str, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[ClientInvoice]:
    """Take the payment mark off."""
    return _action(id, "unmark_as_paid", None, idempotency_key, is_dry_run)


def build_mark_client_invoice_as_canceled(
    id: str, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[ClientInvoice]:
    """Cancel an unpaid invoice for good."""
    return _action(id, "mark_as_canceled", None, idempotency_key, is_dry_run)


def build_send_client_invoice(
    id: str,
    *,
    send_to: Sequence[str],
    email_title: str,
    email_body: str | None = None,
    copy_to_self: bool | None = None,
    idempotency_key: str | None = None,
) -> Request[None]:
    """Email a finalized invoice with its PDF. The server sends it after it answered."""
    body: dict[str, Any] = {"send_to": list(send_to), "email_title": email_title}
    body |= {"email_body": email_body} if email_body is not None else {}
    body |= {"copy_to_self": copy_to_self} if copy_to_self is not None else {}
    headers = write_headers(idempotency_key, False)
    return Request("POST", path_to(_INVOICES, id, "send"), nothing, json=body, headers=headers)


def build_list_clients(
    *,
    name: str | None = None,
    email: str | None = None,
    vat_number: str | None = None,
    tax_identification_number: str | None = None,
    sort_by: str | None = None,
    page: int = 1,
    per_page: int = 100,
) -> Request[Page[BillingClient]]:
    """List clients by name. name: a part of it, at least two characters; the other filters match exactly."""
    params = filters(name=name, email=email, vat_number=vat_number, tax_identification_number=tax_identification_number)
    return Request("GET", _CLIENTS, page_of("clients"), params=params + _paging(page, per_page, sort_by))


def build_get_client(id: str) -> Request[BillingClient]:
    """Retrieve a client."""
    return Request("GET", path_to(_CLIENTS, id), _CLIENT)


def build_create_client(
    new: ClientFields, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[BillingClient]:
    """Create a client."""
    return Request("POST", _CLIENTS, _CLIENT, json=new, headers=write_headers(idempotency_key, is_dry_run))


def build_update_client(
    id: str, change: ClientFields, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[BillingClient]:
    """Change a client; issued documents keep what they say of it."""
    headers = write_headers(idempotency_key, is_dry_run)
    return Request("PATCH", path_to(_CLIENTS, id), _CLIENT, json=change, headers=headers)


def build_delete_client(id: str, *, idempotency_key: str | None = None, is_dry_run: bool = False) -> Request[None]:
    """Delete a client; issued documents keep what they say of it."""
    return Request("DELETE", path_to(_CLIENTS, id), nothing, headers=write_headers(idempotency_key, is_dry_run))


def build_get_organization() -> Request[Organization]:
    """Retrieve the organization with its bank accounts."""
    return Request("GET", "/v2/organization", one_of("organization"))


def build_list_bank_accounts(*, page: int = 1, per_page: int = 100) -> Request[Page[BankAccount]]:
    """List the organization's bank accounts."""
    return Request("GET", "/v2/bank_accounts", page_of("bank_accounts"), params=_paging(page, per_page, None))


def build_get_bank_account(id: str) -> Request[BankAccount]:
    """Retrieve one bank account."""
    return Request("GET", path_to("/v2/bank_accounts", id), one_of("bank_account"))


def build_upload_attachment(
    file_name: str, data: bytes, *, content_type: str = "application/pdf", idempotency_key: str
) -> Request[Attachment]:
    """Upload a PDF, JPEG or PNG. Only its id comes back."""
    body, media = multipart("file", file_name, data, content_type)
    headers = write_headers(idempotency_key, False) | {"Content-Type": media}
    return Request("POST", "/v2/attachments", one_of("attachment"), content=body, headers=headers)


def build_get_attachment(id: str) -> Request[Attachment]:
    """Retrieve an attachment with a link to its file."""
    return Request("GET", path_to("/v2/attachments", id), one_of("attachment"))


def _action(
    id: str, action: str, body: Mapping[str, Any] | None, idempotency_key: str | None, is_dry_run: bool
) -> Request[ClientInvoice]:
    headers = write_headers(idempotency_key, is_dry_run)
    return Request("POST", path_to(_INVOICES, id, action), _INVOICE, json=body, headers=headers)


def _paging(page: int, per_page: int, sort_by: str | None) -> list[tuple[str, str]]:
    return [("page", str(page)), ("per_page", str(per_page)), *([("sort_by", sort_by)] if sort_by else [])]
