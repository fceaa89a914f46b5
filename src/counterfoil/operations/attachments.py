"""Attachments: files of the organization, its documents' PDFs among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil import errors
from counterfoil.operations.work import Work
from counterfoil.store import attachments as store
from counterfoil.store.rows import AttachmentRow

MAX_BYTES = 15 * 1024 * 1024
_ID = re.compile("[0-9A-Fa-f-]{36}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are in the blobs under `sha256`, before it belongs to anything. size: bytes."""

    file_name: str
    content_type: str
    size: int
    sha256: str


def create(
    work: Work,
    *,
    file_name: str,
    content_type: str,
    size: int,
    sha256: str,
    document: tuple[str, str] | None = None,
    formats: Sequence[str] = (),
) -> AttachmentRow:
    """Add an attachment whose bytes are already in the blobs.

    document: (kind, id) that it belongs to. formats: the e-invoice formats of it that this file is, as kind/syntax.
    """
    row = AttachmentRow(
        organization_id=work.organization_id,
        id=work.new_id(),
        file_name=file_name,
        content_type=content_type,
        size=size,
        sha256=sha256,
        document_kind=document[0] if document else None,
        document_id=document[1] if document else None,
        created_at=work.timestamp,
    )
    store.insert_attachment(work.conn, work.organization_id, row)
    told = {"sha256": sha256, "document_kind": row.document_kind, "document_id": row.document_id}
    work.record(store.KIND, row.id, "stored", told | ({"formats": list(formats)} if formats else {}))
    return row


def remove(work: Work, attachment_id: str) -> None:
    """Remove an attachment; its bytes stay, since others may share them."""
    store.delete_attachment(work.conn, work.organization_id, attachment_id)
    work.record(store.KIND, attachment_id, "deleted")


def find(work: Work, attachment_id: str) -> AttachmentRow | None:
    """An attachment by an id that somebody sent; None when there is none, or it is no id at all."""
    is_id = _ID.fullmatch(attachment_id)
    return store.get(work.conn, work.organization_id, attachment_id.lower()) if is_id else None


def get(work: Work, attachment_id: str) -> AttachmentRow:
    """Retrieve an attachment."""
    row = find(work, attachment_id)
    if row is None:
        raise errors.NotFound(
            "not_found", "There is no attachment with this id.", parameter="id",
            fix="Send the attachment_id of a document, or the id that the upload answered.",
        )  # fmt: skip
    return row


def create_from(
    work: Work, file: StoredFile, document: tuple[str, str] | None = None, *, formats: Sequence[str] = ()
) -> AttachmentRow:
    """Add an attachment of a stored file. See create."""
    return create(
        work, file_name=file.file_name, content_type=file.content_type, size=file.size, sha256=file.sha256,
        document=document, formats=formats,
    )  # fmt: skip


def safe_file_name(given: str | None, ending: str) -> str:
    """A file name that no path, header or terminal can be misled by."""
    name = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in name if letter.isprintable() and letter not in '"<>|:*?;').strip(". ")
    return kept[:200] or f"file.{ending}"
