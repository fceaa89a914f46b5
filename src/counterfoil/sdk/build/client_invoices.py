"""Requests about client invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil.sdk.types import (
    ClientInvoice,
    ClientInvoiceChange,
    ClientInvoiceUpload,
    ImportedInvoice,
    JsonPatch,
    NewClientInvoice,
)
from counterfoil.sdk.wire import (
    Page,
    Request,
    UploadPart,
    filters,
    form,
    letter,
    list_of,
    nothing,
    one_of,
    page_of,
    paging,
    patch_of,
    path_to,
    write_headers,
)

_INVOICES = "/v2/client_invoices"
_INVOICE = one_of("client_invoice")
_UPLOAD = one_of("client_invoice_upload")


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
    params += paging(page, per_page, sort_by)
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
    id: str, change: ClientInvoiceChange | JsonPatch, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[ClientInvoice]:
    """Change a draft. change: its fields, or a JSON Patch (Counterfoil only)."""
    headers = write_headers(idempotency_key, is_dry_run)
    return patch_of(path_to(_INVOICES, id), _INVOICE, change, headers)


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
    body = letter(send_to, email_title, email_body, copy_to_self)
    headers = write_headers(idempotency_key, False)
    return Request("POST", path_to(_INVOICES, id, "send"), nothing, json=body, headers=headers)


def build_send_client_invoice_by_einvoice(id: str, *, idempotency_key: str | None = None) -> Request[None]:
    """Hand a finalized invoice to the e-invoicing network; accepted at once, delivered later."""
    headers = write_headers(idempotency_key, False)
    return Request("POST", path_to(_INVOICES, id, "send_by_einvoice"), nothing, headers=headers)


def build_import_client_invoices(
    files: Sequence[UploadPart], *, idempotency_key: str | None = None
) -> Request[list[ImportedInvoice]]:
    """Import one to five invoices made elsewhere, kept as they are: all of them or none."""
    body, media = form([("client_invoices", file) for file in files])
    headers = write_headers(idempotency_key, False) | {"Content-Type": media}
    return Request("POST", f"{_INVOICES}/bulk", list_of("client_invoices"), content=body, headers=headers)


def build_upload_client_invoice_file(
    file: UploadPart, *, idempotency_key: str | None = None
) -> Request[ClientInvoiceUpload]:
    """Upload a PDF to be a document's own; its id goes into upload_id on create."""
    body, media = form([("client_invoices_upload", file)])
    headers = write_headers(idempotency_key, False) | {"Content-Type": media}
    return Request("POST", f"{_INVOICES}/uploads", _UPLOAD, content=body, headers=headers)


def build_get_client_invoice_upload(id: str) -> Request[ClientInvoiceUpload]:
    """Retrieve an uploaded file with a link to it."""
    return Request("GET", path_to(f"{_INVOICES}/uploads", id), _UPLOAD)


def build_get_client_invoice_page(id: str) -> Request[dict[str, str]]:
    """The invoice, a draft too, as a page: html, which loads nothing, and accent_style (Counterfoil only)."""
    return Request("GET", path_to(_INVOICES, id, "page"), one_of("page"))


def build_list_client_invoice_emails(id: str) -> Request[list[dict[str, Any]]]:
    """List the mails of an invoice and what became of them (Counterfoil only)."""
    return Request("GET", path_to(_INVOICES, id, "emails"), list_of("emails"))


def _action(
    id: str, action: str, body: Mapping[str, Any] | None, idempotency_key: str | None, is_dry_run: bool
) -> Request[ClientInvoice]:
    headers = write_headers(idempotency_key, is_dry_run)
    return Request("POST", path_to(_INVOICES, id, action), _INVOICE, json=body, headers=headers)
