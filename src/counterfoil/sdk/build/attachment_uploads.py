"""Requests about presigned uploads (Counterfoil only): a link to put a file to, and what it is for."""

from __future__ import annotations

from typing import Any, Literal

from counterfoil.sdk.document_types import AttachmentUpload
from counterfoil.sdk.wire import Request, one_of, path_to, write_headers

_UPLOADS = "/v2/attachment_uploads"


def build_request_attachment_upload(
    file_name: str, content_type: str, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[AttachmentUpload]:
    """Ask for a link that takes one file by PUT, without a key, within 15 minutes (Counterfoil only)."""
    body = {"file_name": file_name, "content_type": content_type}
    headers = write_headers(idempotency_key, is_dry_run)
    return Request("POST", _UPLOADS, one_of("attachment_upload"), json=body, headers=headers)


def build_use_attachment_upload(
    blob_ref: str,
    *,
    target: Literal["standalone", "client_invoice", "quote", "supplier_invoice"],
    id: str | None = None,
    idempotency_key: str | None = None,
    is_dry_run: bool = False,
) -> Request[dict[str, Any]]:
    """Say what the file that arrived is for: {"attachment": {…}, "documents": [{kind, id}]} (Counterfoil only).

    id: of the draft invoice or the quote whose PDF it shall be.
    """
    body = {"target": target} | ({"id": id} if id else {})
    headers = write_headers(idempotency_key, is_dry_run)
    return Request("POST", path_to(_UPLOADS, blob_ref, "use"), dict, json=body, headers=headers)
