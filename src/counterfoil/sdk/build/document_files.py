"""Requests about the files of invoices and credit notes (Counterfoil only)."""

from __future__ import annotations

from typing import Literal

from counterfoil.sdk.document_types import DocumentFile
from counterfoil.sdk.wire import Request, list_of, one_of, path_to, write_headers

_FILE = one_of("document")


def build_list_client_invoice_documents(id: str) -> Request[list[DocumentFile]]:
    """List an invoice's files: PDF and e-invoices, each with a link of 30 minutes; none before the PDF is made."""
    return Request("GET", path_to("/v2/client_invoices", id, "documents"), list_of("documents"))


def build_create_client_invoice_document(
    id: str,
    *,
    kind: Literal["xrechnung", "ubl"],
    syntax: Literal["cii", "ubl"] | None = None,
    idempotency_key: str | None = None,
    is_dry_run: bool = False,
) -> Request[DocumentFile]:
    """Make a further e-invoice file of a finalized invoice. syntax: of an XRechnung; cii when left out."""
    return _create("/v2/client_invoices", id, kind, syntax, write_headers(idempotency_key, is_dry_run))


def build_list_credit_note_documents(id: str) -> Request[list[DocumentFile]]:
    """List a credit note's files."""
    return Request("GET", path_to("/v2/credit_notes", id, "documents"), list_of("documents"))


def build_create_credit_note_document(
    id: str,
    *,
    kind: Literal["xrechnung", "ubl"],
    syntax: Literal["cii", "ubl"] | None = None,
    idempotency_key: str | None = None,
    is_dry_run: bool = False,
) -> Request[DocumentFile]:
    """Make a further e-invoice file of a credit note."""
    return _create("/v2/credit_notes", id, kind, syntax, write_headers(idempotency_key, is_dry_run))


def _create(base: str, id: str, kind: str, syntax: str | None, headers: dict[str, str]) -> Request[DocumentFile]:
    body = {"kind": kind} | ({"syntax": syntax} if syntax else {})
    return Request("POST", path_to(base, id, "documents"), _FILE, json=body, headers=headers)
