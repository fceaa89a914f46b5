"""What the API answers about a document's files, as typed dicts. All of it is (ours)."""

from __future__ import annotations

from typing import Literal, TypedDict


class DocumentFile(TypedDict):
    """One file of a document. size: bytes; url: a link to it that needs no key and lives 30 minutes.

    A facturx is the pdf itself, listed again because it carries its XML.
    """

    kind: Literal["pdf", "facturx", "xrechnung", "ubl", "fatturapa"]
    file_name: str
    content_type: str
    size: int
    sha256: str
    url: str


class AttachmentUpload(TypedDict):
    """Where one file may be put, once. blob_ref: names it in the call that uses it."""

    blob_ref: str
    upload_url: str
    method: str
    max_bytes: int
    expires_at: str
