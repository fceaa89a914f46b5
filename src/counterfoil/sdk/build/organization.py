"""Requests about the organization: its profile, accounts, settings and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from counterfoil.sdk.types import (
    Attachment,
    BankAccount,
    EinvoicingSettings,
    InvoicingSettings,
    JsonPatch,
    Organization,
)
from counterfoil.sdk.wire import (
    Page,
    Request,
    UploadPart,
    either,
    form,
    nothing,
    one_of,
    page_of,
    paging,
    patch_of,
    path_to,
    write_headers,
)


def build_get_organization() -> Request[Organization]:
    """Retrieve the organization with its bank accounts."""
    return Request("GET", "/v2/organization", one_of("organization"))


def build_list_bank_accounts(*, page: int = 1, per_page: int = 100) -> Request[Page[BankAccount]]:
    """List the organization's bank accounts."""
    return Request("GET", "/v2/bank_accounts", page_of("bank_accounts"), params=paging(page, per_page, None))


def build_get_bank_account(id: str) -> Request[BankAccount]:
    """Retrieve one bank account."""
    return Request("GET", path_to("/v2/bank_accounts", id), one_of("bank_account"))


def build_upload_attachment(
    file_name: str, data: bytes, *, content_type: str = "application/pdf", idempotency_key: str
) -> Request[Attachment]:
    """Upload a PDF, JPEG or PNG. Only its id comes back."""
    body, media = form([("file", UploadPart(file_name, data, content_type))])
    headers = write_headers(idempotency_key, False) | {"Content-Type": media}
    return Request("POST", "/v2/attachments", one_of("attachment"), content=body, headers=headers)


def build_get_attachment(id: str) -> Request[Attachment]:
    """Retrieve an attachment with a link to its file."""
    return Request("GET", path_to("/v2/attachments", id), one_of("attachment"))


def build_update_organization(
    change: Mapping[str, Any] | JsonPatch, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[Organization]:
    """Change what the organization says of itself, by its fields or by a JSON Patch (Counterfoil only)."""
    headers = write_headers(idempotency_key, is_dry_run)
    return patch_of("/v2/organization", one_of("organization"), change, headers)


def build_get_settings() -> Request[InvoicingSettings]:
    """How documents are numbered."""
    return Request("GET", "/v2/settings", either("settings"))


def build_update_settings(
    numbering_mode: Literal["automatic", "manual"], *, idempotency_key: str | None = None
) -> Request[InvoicingSettings]:
    """Say how documents are numbered; manual is refused while a recurring invoice is active."""
    headers = write_headers(idempotency_key, False)
    return Request("PUT", "/v2/settings", either("settings"), json={"numbering_mode": numbering_mode}, headers=headers)


def build_get_einvoicing_settings() -> Request[EinvoicingSettings]:
    """Whether e-invoices are sent and received."""
    return Request("GET", "/v2/einvoicing/settings", either("settings"))


def build_revoke_consent() -> Request[None]:
    """Revoke the consent that this token came of, and with it all its tokens."""
    return Request("DELETE", "/v2/oauth2/consents", nothing)
