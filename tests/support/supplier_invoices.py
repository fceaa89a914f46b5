"""Supplier invoices as tests want them: uploaded and filled in by the operations that the doors call."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from counterfoil.domain.supplier_invoice import Payment, SupplierInvoiceChange, SupplierInvoiceMeta
from counterfoil.operations import supplier_invoices
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.supplier_invoices import Incoming
from counterfoil.store.supplier_invoices import SupplierInvoiceRow
from tests.support.houses import Company


def change(**sent: Any) -> SupplierInvoiceChange:
    return SupplierInvoiceChange.model_validate_json(json.dumps(sent))


def upload(company: Company, mark: str = "bill", *, source: str = "integration", key: str | None = None) -> str:
    """A new supplier invoice; `mark` makes its file and is its name. Its id."""
    file = StoredFile(f"{mark}.pdf", "application/pdf", len(mark), hashlib.sha256(mark.encode()).hexdigest())
    with company.write() as work:
        new = Incoming(file=file, idempotency_key=key)
        return supplier_invoices.create(work, new, source=source, meta=SupplierInvoiceMeta())[0].id


def fill(company: Company, invoice_id: str, **sent: Any) -> supplier_invoices.Outcome:
    """Writes down what is known of it."""
    with company.write() as work:
        return supplier_invoices.update(work, invoice_id, change(**sent))


def filled(company: Company, mark: str, **sent: Any) -> str:
    """A new one of which `sent` is known. Its id."""
    invoice_id = upload(company, mark)
    fill(company, invoice_id, **sent)
    return invoice_id


def pay(company: Company, invoice_id: str, **sent: Any) -> None:
    with company.write() as work:
        supplier_invoices.mark_as_paid(work, invoice_id, Payment.model_validate_json(json.dumps(sent)))


def row(company: Company, invoice_id: str) -> SupplierInvoiceRow:
    with company.read() as work:
        return supplier_invoices.get(work, invoice_id)


def eur(value: str) -> dict[str, str]:
    return {"value": value, "currency": "EUR"}
