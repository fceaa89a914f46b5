"""Requests about supplier invoices."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil.sdk.types import SupplierInvoice, SupplierInvoiceChange, SupplierInvoicesCreated
from counterfoil.sdk.wire import (
    Page,
    Request,
    UploadPart,
    either,
    filters,
    form,
    page_of,
    paging,
    path_to,
    write_headers,
)

_INVOICES = "/v2/supplier_invoices"
_INVOICE = either("supplier_invoice")


def build_list_supplier_invoices(
    *,
    status: Sequence[str] | None = None,
    due_date: str | None = None,
    created_at_from: str | None = None,
    created_at_to: str | None = None,
    updated_at_from: str | None = None,
    updated_at_to: str | None = None,
    issue_date_from: str | None = None,
    payable_amount: str | None = None,
    query: str | None = None,
    query_fields: Sequence[str] | None = None,
    more_filters: Mapping[str, str | Sequence[str]] | None = None,
    sort_by: str | None = None,
    page: int = 1,
    per_page: int = 25,
) -> Request[Page[SupplierInvoice]]:
    """List supplier invoices.

    due_date: past_and_today, future or missing_date. payable_amount: "lte:100.00:EUR" or "gte:…". query_fields: of
    supplier_name, amount, file_name, invoice_number. more_filters: any other filter[…] by its name in the brackets.
    """
    params = filters(
        status=status, due_date=due_date, created_at_from=created_at_from, created_at_to=created_at_to,
        updated_at_from=updated_at_from, updated_at_to=updated_at_to, issue_date_from=issue_date_from,
        payable_amount=payable_amount, **(more_filters or {}),
    )  # fmt: skip
    if query:
        params.append(("query", query))
    if query_fields:
        params.append(("query_fields", ",".join(query_fields)))
    return Request("GET", _INVOICES, page_of("supplier_invoices"), params=params + paging(page, per_page, sort_by))


def build_get_supplier_invoice(id: str) -> Request[SupplierInvoice]:
    """Retrieve a supplier invoice."""
    return Request("GET", path_to(_INVOICES, id), _INVOICE)


def build_create_supplier_invoices(
    files: Sequence[tuple[UploadPart, str]], *, meta: Mapping[str, str] | None = None, source: str | None = None
) -> Request[SupplierInvoicesCreated]:
    """Upload up to 20 files, each with its own idempotency key; errors of single files stand beside what was made."""
    parts: list[tuple[str, UploadPart | str]] = []
    for file, key in files:
        parts += [("supplier_invoices[][file]", file), ("supplier_invoices[][idempotency_key]", key)]
    parts += [("source", source)] if source else []
    parts += [("meta", json.dumps(dict(meta)))] if meta else []
    body, media = form(parts)
    return Request("POST", f"{_INVOICES}/bulk", _created, content=body, headers={"Content-Type": media})


def build_update_supplier_invoice(
    id: str, change: SupplierInvoiceChange, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[SupplierInvoice]:
    """Fill in what the invoice says: number, supplier, dates, amounts, IBAN (Counterfoil only)."""
    headers = write_headers(idempotency_key, is_dry_run)
    return Request("PATCH", path_to(_INVOICES, id), _INVOICE, json=change, headers=headers)


def build_reject_supplier_invoice(
    id: str, declined_note: str, *, declined_reason_code: str | None = None, idempotency_key: str | None = None
) -> Request[SupplierInvoice]:
    """Reject an invoice for good. declined_reason_code: needed for French e-invoices."""
    said = {"declined_note": declined_note}
    said |= {"declined_reason_code": declined_reason_code} if declined_reason_code else {}
    return _action(id, "reject", said, idempotency_key)


def build_mark_supplier_invoice_as_paid(
    id: str, *, payment_date: str | None = None, idempotency_key: str | None = None
) -> Request[SupplierInvoice]:
    """Mark as paid on a day, "YYYY-MM-DD"; today when left out."""
    return _action(id, "mark_as_paid", {"payment_date": payment_date} if payment_date else {}, idempotency_key)


def build_unmark_supplier_invoice_as_paid(id: str, *, idempotency_key: str | None = None) -> Request[SupplierInvoice]:
    """Take the payment mark off."""
    headers = write_headers(idempotency_key, False)
    return Request("POST", path_to(_INVOICES, id, "unmark_as_paid"), _INVOICE, headers=headers)


def _action(id: str, action: str, said: Mapping[str, Any], idempotency_key: str | None) -> Request[SupplierInvoice]:
    headers = write_headers(idempotency_key, False)
    return Request("POST", path_to(_INVOICES, id, action), _INVOICE, json={"supplier_invoice": said}, headers=headers)


def _created(sent: Any) -> SupplierInvoicesCreated:
    return {"supplier_invoices": list(sent["supplier_invoices"]), "errors": list(sent.get("errors") or [])}
